/** Runs suites: checks every row, times those that are right, holds them to their bars. */
import { judge } from "./judge.js";
import { measure } from "./measure.js";
import type { Progress } from "./progress.js";
import type { GroupResult, RowResult, SuiteResult } from "./results.js";
import type { Context, Group, Row } from "./rows.js";
import { SUITES, type SuiteName } from "./suites/index.js";

/** Rounds, unless a group or the user says otherwise. */
const ROUNDS = 40;

/** Runs a suite; `done` is called with each group's results as they come. */
export async function runSuite(
  suite: SuiteName,
  context: Context,
  rounds: number | undefined,
  progress: Progress,
  done: (group: GroupResult) => void,
): Promise<SuiteResult> {
  const groups: GroupResult[] = [];
  for await (const group of SUITES[suite].groups(context)) {
    progress.start(`${suite}: ${group.title}`);
    const most = Math.min(rounds ?? ROUNDS, group.rounds ?? Infinity);
    const result = { title: group.title, unit: group.unit, rows: await runGroup(group, most, progress) };
    await group.release?.();
    progress.stop();
    groups.push(result);
    done(result);
  }
  return { suite, groups };
}

async function runGroup(
  { rows, skipped = [] }: Group,
  rounds: number,
  progress: Progress,
): Promise<RowResult[]> {
  const wrong = new Map<Row, string>();
  for (const row of rows) {
    try {
      await row.check();
    } catch (error) {
      wrong.set(row, error instanceof Error ? error.message : String(error));
    }
  }
  const right = rows.filter((row) => !wrong.has(row));
  const timings = rounds === 0 ? [] : await measure(right, rounds, (done) => progress.update(done));
  const byName = new Map(timings.map((timing) => [timing.row.name, timing]));
  const leasts = (name: string) => byName.get(name)?.least;
  const results = rows.map((row): RowResult => {
    const message = wrong.get(row);
    if (message !== undefined) return { name: row.name, wrong: message };
    const timing = byName.get(row.name);
    if (timing === undefined) return { name: row.name, right: true };
    const { least, median, upperQuartile, rounds } = timing;
    const other = row.against === undefined ? undefined : leasts(row.against);
    return {
      name: row.name,
      elements: row.elements,
      least,
      median,
      upperQuartile,
      rounds,
      ...(other !== undefined && { against: row.against!, ratio: least / other }),
      ...(row.bars && { bars: row.bars.map((bar) => judge(bar, least, leasts)) }),
    };
  });
  return [...results, ...skipped.map(({ name, reason }) => ({ name, skipped: reason }))];
}
