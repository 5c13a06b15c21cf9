/**
 * `npm run test:faults` and `npm run test:soak`: the built package under faults that are forced upon it, and for as
 * long as a service runs.
 */
import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../scripts/wasm/tiers.js";
import type { Figures } from "./part.js";
import { runPart } from "./run.js";

/** The parts of each, in their order. */
const PARTS = {
  faults: ["traps", "refusals", "commands", "aborts", "kills"],
  soak: ["calls", "pool"],
} as const;

type Name = keyof typeof PARTS;

const HELP = `Usage: npm run test:faults [-- OPTIONS]
       npm run test:soak [-- OPTIONS]

faults  ${PARTS.faults.join(", ")}: 10,000 traps, 10,000 refusals, worker deaths, aborts; the command line
        without files or room
soak    ${PARTS.soak.join(", ")}: a million calls, and an hour of a service on a pool

  --only PART...  these parts alone
  --seed N        the random numbers of an earlier run
  --whole         everything, where CI does a part: 10,000 worker deaths, about half an hour
  --write         writes what was found to docs/trust/
  --help          this text`;

/** A part's figures, and what it was told. */
interface Entry {
  readonly seed: number;
  readonly whole: boolean;
  readonly figures: Figures;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      seed: { type: "string" },
      whole: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [name, ...more] = positionals;
  if (name !== "faults" && name !== "soak")
    throw new Error("Expected faults or soak. --help lists the options.");
  const all: readonly string[] = PARTS[name];
  const only = [...(values.only ?? []), ...more];
  const unknown = only.find((part) => !all.includes(part));
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}, expected ${all.join(", ")}.`);
  if (process.platform !== "linux") throw new Error("What a process holds on to is read from Linux's /proc.");
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const found: Record<string, Entry> = {};
  for (const part of all.filter((one) => only.length === 0 || only.includes(one))) {
    console.log(`${part}: repeat with npm run test:${name} -- --only ${part} --seed ${seed}`);
    const figures = await runPart(`${name}/${part}`, { seed, isWhole: values.whole });
    console.log(`  ${JSON.stringify(figures)}`);
    found[part] = { seed, whole: values.whole, figures };
  }
  if (values.write) write(name, found);
}

/** Writes what was found over what the record has of these parts. */
function write(name: Name, found: Readonly<Record<string, Entry>>): void {
  const path = join(ROOT, "docs", "trust", `${name}.json`);
  let before: { parts?: Record<string, Entry> } = {};
  try {
    before = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const where = { node: process.versions.node, threads: availableParallelism() };
  const record = {
    by: `npm run test:${name} -- --write, and --whole where a part is whole`,
    ...where,
    parts: { ...before.parts, ...found },
  };
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
