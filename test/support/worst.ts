/** The worst figures of a run: kept by tier, printed as a table, written to a file for the README. */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** A figure, and where it was found. */
export interface Figure {
  readonly figure: number;
  readonly where: string;
}

/** The worst figures of one test file: what was measured, by tier. */
export class WorstFigures {
  readonly #rows = new Map<string, Record<string, Figure>>();

  /** @param bounds each measure's name and bound, in the order of the table */
  constructor(readonly bounds: Readonly<Record<string, number>>) {}

  /** Takes note of a figure. */
  note(tier: string, measure: string, figure: number, where: string): void {
    const row = this.#rows.get(tier) ?? {};
    this.#rows.set(tier, row);
    if (!((row[measure]?.figure ?? -1) >= figure)) row[measure] = { figure, where };
  }

  /** Prints the table, and adds the figures to the file that ACCURACY_REPORT names, if it does. */
  report(): void {
    const measures = Object.keys(this.bounds);
    const shown = (figure: number | undefined): string => figure?.toPrecision(4) ?? "not measured";
    const row = (get: (measure: string) => number | undefined): Record<string, string> =>
      Object.fromEntries(measures.map((measure) => [measure, shown(get(measure))]));
    const table: Record<string, Record<string, string>> = {};
    for (const [tier, figures] of this.#rows) table[tier] = row((measure) => figures[measure]?.figure);
    table.bound = row((measure) => this.bounds[measure]);
    console.table(table);
    const file = process.env.ACCURACY_REPORT;
    if (file !== undefined && file !== "") addToFile(file, this.bounds, this.#rows);
  }
}

/** { measure: { bound, tiers: { tier: { figure, where } } } }. */
type Report = Record<string, { bound: number; tiers: Record<string, Figure> }>;

function addToFile(
  file: string,
  bounds: Readonly<Record<string, number>>,
  rows: ReadonlyMap<string, Readonly<Record<string, Figure>>>,
): void {
  // Test files run side by side and add to the same report.
  const lock = `${file}.lock`;
  while (!take(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  try {
    const report: Report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
    for (const [measure, bound] of Object.entries(bounds)) {
      const tiers: Record<string, Figure> = {};
      for (const [tier, figures] of rows) if (figures[measure]) tiers[tier] = figures[measure];
      report[measure] = { bound, tiers };
    }
    writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  } finally {
    rmSync(lock);
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
