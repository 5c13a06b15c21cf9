/** Stryker's report: what it says of each mutant, in words that stay when lines move. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";

/** Where stryker.config.json has the report written. */
const REPORT = "target/mutation/report.json";

interface Place {
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

interface Mutant {
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface MutatedFile {
  readonly source: string;
  readonly mutants: readonly Mutant[];
}

/** The part of a report that is read here. */
export interface Report {
  readonly files: Readonly<Record<string, MutatedFile>>;
}

/** A mutant that no test noticed. */
export interface Survivor {
  readonly file: string;
  /** Where it is, as Stryker's --mutate takes it. */
  readonly place: string;
  /** The line where it begins, without its indentation, and what stands there instead. */
  readonly before: string;
  readonly after: string;
}

/** The report of the last run, if there is one. */
export function lastReport(): Report | undefined {
  const path = join(ROOT, REPORT);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

export function writeReport(report: Report): void {
  writeFileSync(join(ROOT, REPORT), JSON.stringify(report));
}

/**
 * A report with the results of a later run over some of its files or mutants. A file that has changed since counts as it
 * was then found, so that all of it has to be asked.
 */
export function withLater(report: Report, later: Report): Report {
  const keyOf = ({ location, replacement }: Mutant): string => JSON.stringify([location, replacement]);
  const files = { ...report.files };
  for (const [file, found] of Object.entries(later.files)) {
    const before = files[file];
    if (before?.source !== found.source) {
      files[file] = found;
      continue;
    }
    const mutants = new Map([...before.mutants, ...found.mutants].map((mutant) => [keyOf(mutant), mutant]));
    files[file] = { ...before, mutants: [...mutants.values()] };
  }
  return { ...report, files };
}

/** How many mutants of a file were killed, of those that compiled; a timeout is a kill. */
export function countsOf({ mutants }: MutatedFile): { killed: number; all: number } {
  const killed = mutants.filter(({ status }) => status === "Killed" || status === "Timeout").length;
  return { killed, all: killed + mutants.filter(({ status }) => status === "Survived").length };
}

/** The mutants that survived. */
export function survivorsOf({ files }: Report): Survivor[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split("\n");
    return mutants
      .filter(({ status }) => status === "Survived")
      .map(({ location: { start, end }, replacement = "" }) => {
        const line = lines[start.line - 1]!;
        const rest = lines[end.line - 1]!.slice(end.column - 1);
        const after = line.slice(0, start.column - 1) + replacement + rest;
        // A report counts columns from 1, --mutate from 0.
        const place = `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
        return { file, place, before: line.trim(), after: after.replaceAll(/\s+/g, " ").trim() };
      });
  });
}
