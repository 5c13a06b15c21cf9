/** Results for people: ratios first, times second. */
import type { Verdict } from "./judge.js";
import type { Environment, GroupResult, RowResult } from "./results.js";

export function printEnvironment({ node, v8, processor, cores, system }: Environment): void {
  console.log(`Node ${node} (V8 ${v8}) on ${processor}, ${cores} cores, ${system}. Least of all rounds;`);
  console.log("the time at which a quarter of the rounds took longer is given as a percentage above it.");
}

export function printGroup({ title, unit, rows }: GroupResult): void {
  console.log(`\n${title}`);
  if (rows.length === 0) return;
  const width = Math.max(...rows.map(({ name }) => name.length));
  const others = Math.max(0, ...rows.map((row) => ("against" in row ? row.against!.length : 0)));
  for (const row of rows) console.log(`  ${row.name.padEnd(width)}  ${describe(row, unit, others)}`);
}

function describe(row: RowResult, unit: string, others: number): string {
  if ("wrong" in row) return `WRONG, not timed: ${row.wrong}`;
  if ("right" in row) return "right";
  if ("skipped" in row) return `skipped: ${row.skipped}`;
  const { least, upperQuartile, against, ratio, bars = [] } = row;
  const compared = ratio === undefined ? "" : `${digits(ratio)} x ${against}`;
  const time = `${digits(least).padStart(9)} ${unit} +${Math.round(100 * (upperQuartile / least - 1))} %`;
  const verdicts = bars.map((verdict) => `\n      ${describeVerdict(verdict)}`).join("");
  return `${compared.padEnd(others + 8)} ${time}${verdicts}`;
}

/** "within: 1.03, at most 1.15 x ReLU". */
export function describeVerdict({ bar, value, within }: Verdict): string {
  if (value === undefined || within === undefined) return `not judged, for want of a row: ${bar}`;
  return `${within ? "within" : "ABOVE"}: ${digits(value)}, ${bar}`;
}

/** A number to three places, or to fewer where it is large. */
export function digits(value: number): string {
  return value.toFixed(value < 10 ? 3 : value < 1000 ? 1 : 0);
}
