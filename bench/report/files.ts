/** Files of results: merged, and written so that a change shows as few lines. */

import type { Run, SuiteResult } from "../results.js";
import { SUITE_NAMES } from "../suites/index.js";

export const major = ({ environment }: Run): number => Number.parseInt(environment.node.slice(1), 10);

/** One run a version of Node, oldest first; of a suite that several have, the last. */
export function merge(files: readonly (readonly Run[])[]): Run[] {
  const byNode = new Map<number, Run>();
  for (const run of files.flat()) {
    const suites = new Map<string, SuiteResult>();
    for (const suite of [...(byNode.get(major(run))?.suites ?? []), ...run.suites])
      suites.set(suite.suite, suite);
    const inOrder = SUITE_NAMES.map((name) => suites.get(name)).filter((suite) => suite !== undefined);
    byNode.set(major(run), { environment: run.environment, suites: inOrder });
  }
  return [...byNode.values()].sort((a, b) => major(a) - major(b));
}

/** JSON with a row a line, and no more digits than mean something. */
export function serialise(runs: readonly Run[]): string {
  const json = (value: unknown) => JSON.stringify(value, rounded);
  const list = (items: readonly string[]) => (items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n]`);
  const suite = ({ suite, groups }: SuiteResult) =>
    `{"suite":${json(suite)},"groups":${list(
      groups.map(
        ({ title, unit, rows }) =>
          `{"title":${json(title)},"unit":${json(unit)},"rows":${list(rows.map(json))}}`,
      ),
    )}}`;
  const run = ({ environment, suites }: Run) =>
    `{"environment":${json(environment)},"suites":${list(suites.map(suite))}}`;
  return `${list(runs.map(run))}\n`;
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}
