import { parseArgs } from "node:util";
import type { Sau } from "./layers.js";

export type Tier = Sau["tier"];

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly epochs: number;
  readonly beta: number;
  readonly seed: number;
  readonly tier: "auto" | Tier;
}

const TIERS = ["auto", "relaxed-simd", "simd128", "scalar", "js"] as const satisfies readonly (
  | "auto"
  | Tier
)[];
const DEFAULTS = { epochs: 2, beta: 20_000, seed: 1, tier: "auto" } as const;
const MOST_EPOCHS = 100;

export const HELP = `Trains a small network with SAU on real handwritten digits.

npm run demo -- [options]

  --epochs N   times the network sees the 60,000 digits, 1 to ${MOST_EPOCHS} (default ${DEFAULTS.epochs})
  --beta B     sharpness of SAU, above 0 (default ${DEFAULTS.beta}, the paper's)
  --tier T     what computes SAU: ${TIERS.join(", ")} (default ${DEFAULTS.tier})
  --seed N     a whole number: the same seed, the same network (default ${DEFAULTS.seed})
  --quick      a few hundred steps and short timings, to see that everything works
  --help       this text`;

/** A command line that cannot be followed; the message says what was given and what is expected. */
export class OptionError extends Error {}

export function readOptions(args: readonly string[]): Options {
  const given = parse(args);
  if (given.quick && given.epochs !== undefined) {
    throw new OptionError("--quick and --epochs were both given, expected one of them");
  }
  return {
    help: given.help ?? false,
    quick: given.quick ?? false,
    epochs: number(given, "epochs", `a whole number from 1 to ${MOST_EPOCHS}`, (epochs) =>
      isWhole(epochs, 1, MOST_EPOCHS),
    ),
    beta: number(
      given,
      "beta",
      "a finite number above 0 in single precision",
      (beta) => Math.fround(beta) > 0 && Number.isFinite(Math.fround(beta)),
    ),
    seed: number(given, "seed", "a whole number from 0 to 4294967295", (seed) =>
      isWhole(seed, 0, 2 ** 32 - 1),
    ),
    tier: tier(given.tier),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean" },
        quick: { type: "boolean" },
        epochs: { type: "string" },
        beta: { type: "string" },
        seed: { type: "string" },
        tier: { type: "string" },
      },
    }).values;
  } catch (error) {
    const [problem] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    throw new OptionError(`${problem}; expected --epochs N, --beta B, --tier T, --seed N, --quick or --help`);
  }
}

function number(
  given: { readonly [name: string]: string | boolean | undefined },
  name: "epochs" | "beta" | "seed",
  expected: string,
  accepts: (value: number) => boolean,
): number {
  const text = given[name];
  if (text === undefined) return DEFAULTS[name];
  const value = typeof text === "string" && text.trim() !== "" ? Number(text) : Number.NaN;
  if (!accepts(value)) {
    throw new OptionError(`--${name} is ${JSON.stringify(text)}, expected ${expected}`);
  }
  return value;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function tier(text: string = DEFAULTS.tier): Options["tier"] {
  const found = TIERS.find((name) => name === text);
  if (found === undefined) {
    throw new OptionError(`--tier is ${JSON.stringify(text)}, expected one of ${TIERS.join(", ")}`);
  }
  return found;
}
