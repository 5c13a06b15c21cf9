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
  placesOfSurvivors,
  type Report,
  survivorsOf,
  withLater,
  writeReport,
} from "./report.js";
import { CHANGES_NOTHING, SURVIVORS } from "./survivors.js";

/** Of the mutants that change anything, so many have to be killed. */
const LEAST_KILLED = 0.95;

const HELP = `Usage: npm run test:mutation [-- OPTIONS]

  --survivors        what the last report says survived, again
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

/** Prints what became of the mutants, and what is not as it is listed; whether all is. */
function isAsListed(report: Report): boolean {
  const listed = SURVIVORS.flatMap(({ reason, mutants }) =>
    Object.entries(mutants).flatMap(([file, pairs]) =>
      pairs.map(([before, after]) => ({ file, before, after, reason, found: 0 })),
    ),
  );
  const rows = ["| | mutants | killed | survived, and change nothing | survived |", "|---|---|---|---|---|"];
  const total = { all: 0, killed: 0, nothing: 0 };
  const unlisted: string[] = [];
  const survivors = survivorsOf(report);
  for (const [name, file] of Object.entries(report.files)) {
    const { all, killed } = countsOf(file);
    let nothing = 0;
    for (const survivor of survivors) {
      if (survivor.file !== name) continue;
      const { before, after } = survivor;
      const entry = listed.find((of) => of.file === name && of.before === before && of.after === after);
      if (entry === undefined) unlisted.push(`${name}: ${before}\n    ${after}`);
      else {
        entry.found++;
        if (CHANGES_NOTHING.includes(entry.reason)) nothing++;
      }
    }
    rows.push(`| \`${name}\` | ${all} | ${killed} | ${nothing} | ${all - killed - nothing} |`);
    total.all += all;
    total.killed += killed;
    total.nothing += nothing;
  }
  const { all, killed, nothing } = total;
  rows.push(`| together | ${all} | ${killed} | ${nothing} | ${all - killed - nothing} |`);
  console.log(rows.join("\n"));
  const share = killed / (all - nothing);
  console.log(
    `\n${((killed / all) * 100).toFixed(1)} % of all are killed, ${(share * 100).toFixed(1)} % of those that change anything; ` +
      `at least ${LEAST_KILLED * 100} % have to be.`,
  );
  const gone = listed.filter(({ file, found }) => found === 0 && file in report.files);
  for (const line of unlisted) console.error(`Survived, and is not listed: ${line}`);
  for (const { file, before, after } of gone)
    console.error(`Is listed, but did not survive: ${file}: ${before}\n    ${after}`);
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
    options.push("--mutate", placesOfSurvivors(previous).join(","));
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
