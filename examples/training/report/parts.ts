/** What is generated of the document. */
import { type Recorded, ResultsError } from "../results.js";
import { type Comparison, compare } from "./comparison.js";
import { accuracies, alphas, differences, findings, schedule, times, trials } from "./tables.js";

export const DOCUMENT_NAME = "docs/training.md";

const DATA = "fashion-mnist";

type Writer = (comparison: Comparison) => string;

const COMMON: Readonly<Record<string, Writer>> = { schedule, accuracies, differences, findings, times };

/** The networks that the document reports on, and what of each. */
const NETS: ReadonlyMap<string, Readonly<Record<string, Writer>>> = new Map([
  ["cnn", { ...COMMON, alphas }],
  ["shufflenet-narrow", COMMON], // its alphas are those of a dozen layers
]);

/** @throws {ResultsError} where a network of the document has no runs */
export function compareAll(results: readonly Recorded[]): Comparison[] {
  return [...NETS.keys()].map((net) => {
    const comparison = compare(results, DATA, net);
    if (comparison === undefined) throw new ResultsError(`there are no results of ${net} on ${DATA}`);
    return comparison;
  });
}

/** The parts of the document, by their names. `tried` are the runs that the learning rates were chosen by. */
export function parts(
  comparisons: readonly Comparison[],
  tried: readonly Recorded[],
): Record<string, string> {
  const ofNets = comparisons.flatMap((comparison) =>
    Object.entries(NETS.get(comparison.net)!).map(([part, write]) => [
      `${comparison.net}:${part}`,
      write(comparison),
    ]),
  );
  return { trials: trials(tried), ...Object.fromEntries(ofNets) };
}
