/** Results of one network, arranged to be compared. */
import { ACTIVATION_NAMES, type ActivationName } from "../nets/activations.js";
import { checkBackend, type Recorded, ResultsError } from "../results.js";
import { type Setting, settingKey } from "../settings.js";
import { type Difference, difference } from "./statistics.js";

/** All runs with one setting: by activation, in the order of seeds. */
export interface Comparison extends Setting {
  readonly runs: ReadonlyMap<ActivationName, readonly Recorded[]>;
}

/**
 * The runs of `net` on `data`; undefined where there are none.
 *
 * @throws {ResultsError} where they were not all trained in the same way, on the same backend
 */
export function compare(
  results: readonly Recorded[],
  data: Setting["data"],
  net: string,
): Comparison | undefined {
  const found = results.filter((result) => result.data === data && result.net === net);
  const [one] = found;
  if (one === undefined) return undefined;
  const other = found.find((result) => settingKey(result) !== settingKey(one));
  if (other !== undefined) {
    throw new ResultsError(
      `${net} on ${data} has results of different schedules, which do not compare: ` +
        `${JSON.stringify(one.schedule)} and ${JSON.stringify(other.schedule)}`,
    );
  }
  checkBackend(found, one.on.backend, `${net} on ${data}`);
  const runs = ACTIVATION_NAMES.map(
    (name) =>
      [name, found.filter(({ activation }) => activation === name).sort((a, b) => a.seed - b.seed)] as const,
  );
  return { data, net, schedule: one.schedule, runs: new Map(runs.filter(([, list]) => list.length > 0)) };
}

/** Percent of the test images that were right at the end. */
export function accuracy({ checks }: Recorded): number {
  return 100 * checks[checks.length - 1].testAccuracy;
}

/** Percentage points that `a` has more than `b`, over the seeds that both have; undefined where there are none. */
export function pointsMore(
  { runs }: Comparison,
  a: ActivationName,
  b: ActivationName,
): Difference | undefined {
  const others = new Map(runs.get(b)?.map((run) => [run.seed, run]));
  const differences = (runs.get(a) ?? []).flatMap((run) => {
    const other = others.get(run.seed);
    return other === undefined ? [] : [accuracy(run) - accuracy(other)];
  });
  return differences.length === 0 ? undefined : difference(differences);
}
