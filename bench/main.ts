/**
 * `npm run bench`: what the kernels and verbs cost, beside what they could be compared with, in one process.
 *
 * Ratios come first: the machine's speed changes from run to run, ratios within a run hardly.
 */
import { writeFileSync } from "node:fs";
import { environment } from "./environment.js";
import { runUnder } from "./nodes.js";
import { HELP, type Options, parse, UsageError } from "./options.js";
import { printEnvironment, printGroup } from "./print.js";
import { Progress } from "./progress.js";
import type { Run } from "./results.js";
import { runSuite } from "./run.js";
import { SUITE_NAMES } from "./suites/index.js";

const major = (version: string) => version.replace(/^v/, "").split(".")[0]!;

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2));
  if (options === "help") {
    console.log(HELP);
    return;
  }
  const runs = [await runHere(options)];
  for (const version of options.nodes.filter((other) => major(other) !== major(process.version))) {
    if (options.json !== "-") console.log();
    const more = runUnder(version, options);
    if (typeof more === "string") {
      console.error(more);
      process.exitCode = 1;
    } else {
      runs.push(...more);
    }
  }
  if (options.json === "-") console.log(JSON.stringify(runs, null, 1));
  else if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(runs, null, 1)}\n`);
  if (runs.some(hasWrong)) process.exitCode = 1;
}

async function runHere({ suites: names, reference, rounds, json }: Options): Promise<Run> {
  const here = environment(commandOf(names, reference !== undefined));
  const progress = new Progress();
  const silent = json === "-";
  if (!silent) printEnvironment(here);
  const suites = [];
  const context = { reference, node: Number(major(process.version)) };
  for (const name of names) {
    suites.push(await runSuite(name, context, rounds, progress, silent ? () => {} : printGroup));
  }
  return { environment: here, suites };
}

/** What a reader would type; the folder of prototypes is the reader's own. */
function commandOf(names: readonly string[], hasReference: boolean): string {
  const some = names.length === SUITE_NAMES.length ? [] : names;
  const args = [...some, ...(hasReference ? ["--reference DIR"] : [])];
  return ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
}

function hasWrong({ suites }: Run): boolean {
  return suites.some(({ groups }) => groups.some(({ rows }) => rows.some((row) => "wrong" in row)));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\nnpm run bench -- --help says more.`);
  process.exitCode = 2;
}
