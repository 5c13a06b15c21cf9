/** Runs Stryker; with --survivors, on what the last report says survived. Other options are Stryker's own. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";

/** Where stryker.config.json has the report written. */
const REPORT = "target/mutation/report.json";

interface Place {
  readonly line: number;
  readonly column: number;
}

interface Report {
  readonly files: Record<
    string,
    {
      readonly mutants: readonly {
        readonly status: string;
        readonly location: { readonly start: Place; readonly end: Place };
      }[];
    }
  >;
}

/** The places of those that survived, as Stryker's --mutate takes them. What lies within one of them is asked too. */
function survivors(): string[] {
  const path = join(ROOT, REPORT);
  if (!existsSync(path)) throw new Error(`${REPORT} is missing. Run: npm run test:mutation`);
  const { files } = JSON.parse(readFileSync(path, "utf8")) as Report;
  // A report counts columns from 1, --mutate from 0.
  const at = ({ line, column }: Place): string => `${line}:${column - 1}`;
  const places = Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => status === "Survived")
      .map(({ location: { start, end } }) => `${file}:${at(start)}-${at(end)}`),
  );
  if (places.length === 0) throw new Error(`${REPORT} has no survivors.`);
  return [...new Set(places)];
}

const FLAG = "--survivors";
const given = process.argv.slice(2);
const options = given.filter((option) => option !== FLAG);
if (given.includes(FLAG)) options.push("--mutate", survivors().join(","));

const stryker = join(ROOT, "test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js");
const run = spawnSync(process.execPath, [stryker, "run", "test/mutation/stryker.config.json", ...options], {
  cwd: ROOT,
  stdio: "inherit",
});
if (run.error !== undefined) throw run.error;
process.exitCode = run.status ?? 1;
