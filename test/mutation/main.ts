/**
 * `npm run test:mutation`: runs Stryker, says what was killed, and fails where too little was, or where what survived is
 * not listed with its reason (survivors.ts), or what is listed was killed.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";
import {
  countsOf,
  lastReport,
  type Report,
  type Survivor,
  survivorsOf,
  withLater,
  writeReport,
} from "./report.js";
import { CHANGE_NOTHING, SURVIVORS } from "./survivors.js";

/** Of the mutants that change anything, so many have to be killed. */
const LEAST_KILLED = 0.95;

const HELP = `Usage: npm run test:mutation [-- OPTIONS]

  --survivors        what the last report says survived, and is not listed, again
  --mutate FILE,...  these files, or parts of them, as Stryker takes them
  --report           what the last report says
  --help             this text

Other options are Stryker's. Where not all is asked, the rest of the last report is kept.`;

function runStryker(options: readonly string[]): void {
  const stryker = join(ROOT, "test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js");
  const run = spawnSync(process.execPath, [stryker, "run", "test/mutation/stryker.config.json", ...options], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) throw new Error(`Stryker ended with ${run.status ?? run.signal}.`);
}

const LISTED = SURVIVORS.flatMap(({ reason, mutants }) =>
  Object.entries(mutants).flatMap(([file, pairs]) =>
    pairs.map(([before, after]) => ({
      file,
      before,
      after,
      changesNothing: CHANGE_NOTHING.includes(reason),
    })),
  ),
);

function listed({ file, before, after }: Survivor): (typeof LISTED)[number] | undefined {
  return LISTED.find((entry) => entry.file === file && entry.before === before && entry.after === after);
}

/** Prints what became of the mutants, and what is not as it is listed; whether all is. */
function isAsListed(report: Report): boolean {
  const survivors = survivorsOf(report).map((survivor) => ({ ...survivor, entry: listed(survivor) }));
  const rows = Object.entries(report.files).map(([name, file]) => {
    const nothing = survivors.filter((of) => of.file === name && of.entry?.changesNothing).length;
    return { name: `\`${name}\``, ...countsOf(file), nothing };
  });
  const sum = (of: "all" | "killed" | "nothing"): number => rows.reduce((total, row) => total + row[of], 0);
  const total = { name: "together", all: sum("all"), killed: sum("killed"), nothing: sum("nothing") };
  console.log("| | mutants | killed | survived, and change nothing | survived |\n|---|---|---|---|---|");
  for (const { name, all, killed, nothing } of [...rows, total])
    console.log(`| ${name} | ${all} | ${killed} | ${nothing} | ${all - killed - nothing} |`);
  const share = total.killed / (total.all - total.nothing);
  const percent = (of: number): string => `${(of * 100).toFixed(1)} %`;
  console.log(
    `\n${percent(total.killed / total.all)} of all are killed, ${percent(share)} of those that change anything; ` +
      `${percent(LEAST_KILLED)} have to be.`,
  );
  const unlisted = survivors.filter(({ entry }) => entry === undefined);
  const found = new Set(survivors.map(({ entry }) => entry));
  const gone = LISTED.filter((entry) => entry.file in report.files && !found.has(entry));
  for (const { place, before, after } of unlisted)
    console.error(`Survived, and is not listed: ${place}\n  ${before}\n  ${after}`);
  for (const { file, before, after } of gone)
    console.error(`Is listed, but did not survive: ${file}\n  ${before}\n  ${after}`);
  return share >= LEAST_KILLED && unlisted.length === 0 && gone.length === 0;
}

const given = process.argv.slice(2);
if (given.includes("--help")) {
  console.log(HELP);
} else {
  const previous = lastReport();
  const options = given.filter((option) => option !== "--survivors");
  if (given.includes("--survivors")) {
    if (previous === undefined) throw new Error("There is no report yet. Run: npm run test:mutation");
    const places = survivorsOf(previous).filter((survivor) => listed(survivor) === undefined);
    options.push("--mutate", [...new Set(places.map(({ place }) => place))].join(","));
  }
  if (!given.includes("--report")) {
    runStryker(options);
    if (previous !== undefined && options.includes("--mutate"))
      writeReport(withLater(previous, lastReport()!));
  }
  const report = lastReport();
  if (report === undefined) throw new Error("There is no report yet. Run: npm run test:mutation");
  if (!isAsListed(report)) process.exitCode = 1;
}
