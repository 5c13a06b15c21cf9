/** Results as tables of Markdown: a column for each version of Node. */
import { table } from "../../scripts/markdown.js";
import { digits } from "../print.js";
import type { GroupResult, RowResult, Run } from "../results.js";
import { SUITE_NAMES } from "../suites/index.js";
import { major } from "./files.js";

/** The parts of the document by name: the environment, the bars, and each suite. */
export function tables(runs: readonly Run[]): Record<string, string> {
  return {
    environment: environment(runs),
    bars: bars(runs),
    ...Object.fromEntries(SUITE_NAMES.map((name) => [name, suite(name, runs)])),
  };
}

function environment(runs: readonly Run[]): string {
  const [run] = runs;
  if (run === undefined) return "No results.";
  const { date, processor, cores, system, command, packages } = run.environment;
  const nodes = runs.map(({ environment: { node, v8 } }) => `${node.slice(1)} (V8 ${v8.split("-")[0]})`);
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured ${date} on ${processor}, ${cores} cores, ${system}, with Node ${nodes.join(", ")}:`,
    `\`${command}\`. ${versions.join(", ")}.`,
  ].join("\n");
}

const nodeHeads = (runs: readonly Run[]) => runs.map((run) => `Node ${major(run)}`);

/** Every bar that some run has judged, with what the row is held to and what was found. */
function bars(runs: readonly Run[]): string {
  const found = new Map<string, { readonly head: readonly string[]; readonly cells: string[] }>();
  for (const [column, run] of runs.entries()) {
    for (const { group, row } of rowsOf(run)) {
      if (!("bars" in row)) continue;
      for (const { bar, value, within } of row.bars!) {
        if (value === undefined) continue;
        const key = `${group.title}\n${row.name}\n${bar}`;
        const line = found.get(key) ?? { head: [group.title, row.name, bar], cells: runs.map(() => "") };
        line.cells[column] = within ? digits(value) : `**${digits(value)}**`;
        found.set(key, line);
      }
    }
  }
  if (found.size === 0) return "No results.";
  const rows = [...found.values()].map(({ head, cells }) => [...head, ...cells]);
  return table(["", "row", "bar", ...nodeHeads(runs)], rows, 3);
}

function* rowsOf({ suites }: Run): Iterable<{ group: GroupResult; row: RowResult }> {
  for (const { groups } of suites) {
    for (const group of groups) for (const row of group.rows) yield { group, row };
  }
}

/** A table for each group: a row's time, and how often it takes as long as the one it is compared with. */
function suite(name: string, runs: readonly Run[]): string {
  const groups = new Map<string, Map<number, GroupResult>>();
  for (const [column, run] of runs.entries()) {
    for (const group of run.suites.find(({ suite }) => suite === name)?.groups ?? []) {
      const columns = groups.get(group.title) ?? new Map<number, GroupResult>();
      groups.set(group.title, columns.set(column, group));
    }
  }
  if (groups.size === 0) return "No results.";
  return [...groups].map(([title, columns]) => groupTable(title, columns, runs)).join("\n\n");
}

function groupTable(title: string, columns: ReadonlyMap<number, GroupResult>, runs: readonly Run[]): string {
  const names = new Set([...columns.values()].flatMap(({ rows }) => rows.map((row) => row.name)));
  const { unit } = [...columns.values()][0]!;
  const rows = [...names].map((name) => {
    const found = runs.map((_, column) => columns.get(column)?.rows.find((row) => row.name === name));
    const against = found.find((row) => row !== undefined && "against" in row);
    const label = against && "against" in against ? `${name}, beside ${against.against}` : name;
    return [label, ...found.map(cell)];
  });
  if (rows.length === 0) return `${title}: no results.`;
  return table([`${title}; ${unit}`, ...nodeHeads(runs)], rows);
}

/** "0.98 x, 0.553". */
function cell(row: RowResult | undefined): string {
  if (row === undefined || "right" in row) return "";
  if ("wrong" in row) return "wrong";
  if ("skipped" in row) return "cannot run";
  return row.ratio === undefined ? digits(row.least) : `${digits(row.ratio)} x, ${digits(row.least)}`;
}
