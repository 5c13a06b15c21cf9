/** What was found, as Markdown. */
import { table } from "../../../scripts/markdown.js";
import { median } from "../median.js";
import { ACTIVATIONS, type ActivationName } from "../nets/activations.js";
import type { Recorded } from "../results.js";
import { countSteps } from "../settings.js";
import { accuracy, type Comparison, pointsMore } from "./comparison.js";
import { type Difference, deviation, mean } from "./statistics.js";

/** What the others are compared with. */
const BASELINE: ActivationName = "relu";

/** The activations that this is about. */
const SUBJECTS: readonly ActivationName[] = ["sau", "sau-beta-1"];

const label = (name: ActivationName): string => ACTIVATIONS[name].label;

/** How the runs were made. */
export function schedule({ schedule: s, runs, data }: Comparison): string {
  const seeds = new Set([...runs.values()].flatMap((list) => list.map(({ seed }) => seed)));
  const all = [...runs.values()].flat();
  const on = [
    ...new Set(
      all.map(
        ({ on: { node, tfjs, backend, processor } }) =>
          `TensorFlow.js ${tfjs}, ${backend} backend, Node ${node.slice(1)}, ${processor}`,
      ),
    ),
  ];
  return (
    `${seeds.size} seeds; ${s.images.toLocaleString("en")} training images of ${data}, ` +
    `${s.epochs} ${s.epochs === 1 ? "epoch" : "epochs"}: ${countSteps(s).toLocaleString("en")} steps of ${s.batch}; ` +
    `learning rate ${s.rate} falling to 0 along half a cosine, momentum ${s.momentum}, ` +
    `${s.weightDecay === 0 ? "no weight decay" : `weight decay ${s.weightDecay}`}; ` +
    `${s.testImages.toLocaleString("en")} test images. ${on.join("; ")}.`
  );
}

/** The runs that the learning rates were chosen by. */
export function trials(results: readonly Recorded[]): string {
  const rows = [...results]
    .sort((a, b) => a.net.localeCompare(b.net) || a.schedule.rate - b.schedule.rate)
    .map(({ net, activation, seed, schedule, checks }) => {
      const last = checks[checks.length - 1];
      const [steps, from] = [countSteps(schedule), checks.at(-2)?.step ?? 0];
      return [
        `${net}, ${label(activation)}, seed ${seed}`,
        String(schedule.rate),
        String(steps),
        `${last.trainLoss.toFixed(4)}, steps ${from + 1} to ${last.step}`,
        fixed(100 * last.testAccuracy),
      ];
    });
  return table(["", "learning rate", "steps", "training loss", "% right"], rows);
}

/** A row an activation: what it reached, and how that differs from ReLU. */
export function accuracies(comparison: Comparison): string {
  const rows = [...comparison.runs].map(([name, list]) => {
    const values = list.map(accuracy);
    const loss = mean(list.map(({ checks }) => checks[checks.length - 1].trainLoss));
    return [
      label(name),
      String(list.length),
      String(list[0].parameters.toLocaleString("en")),
      mean(values).toFixed(2),
      deviation(values).toFixed(2),
      `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`,
      name === BASELINE ? "" : interval(pointsMore(comparison, name, BASELINE)),
      loss.toFixed(4),
    ];
  });
  const head = [
    "",
    "runs",
    "parameters",
    "% right, mean",
    "deviation",
    "range",
    `points more than ${label(BASELINE)}`,
    "training loss",
  ];
  return table(head, rows);
}

/** SAU beside each of the others. */
export function differences(comparison: Comparison): string {
  const others = [...comparison.runs.keys()].filter((name) => !SUBJECTS.includes(name));
  const rows = others.map((name) => [
    label(name),
    ...SUBJECTS.map((subject) => interval(pointsMore(comparison, subject, name))),
  ]);
  return table(["points more than", ...SUBJECTS.map(label)], rows);
}

/** In words, for each kind of SAU: which of the others it was told apart from. */
export function findings(comparison: Comparison): string {
  const others = [...comparison.runs.keys()].filter((name) => !SUBJECTS.includes(name));
  return SUBJECTS.filter((subject) => comparison.runs.has(subject))
    .map((subject) => {
      const told = (test: (found: Difference) => boolean): string =>
        others
          .filter((name) => {
            const found = pointsMore(comparison, subject, name);
            return found !== undefined && test(found);
          })
          .map(label)
          .join(", ") || "none";
      return (
        `- ${label(subject)}: interval above 0 (better) against ${told(({ low }) => low > 0)}; ` +
        `below 0 (worse) against ${told(({ high }) => high < 0)}; ` +
        `around 0 (not told apart) against ${told(({ low, high }) => !(low > 0 || high < 0))}.`
      );
    })
    .join("\n");
}

/** What a step takes, for each activation. */
export function times({ runs }: Comparison): string {
  const typical = (list: readonly Recorded[]) => median(list.map(({ stepMilliseconds }) => stepMilliseconds));
  const base = runs.get(BASELINE);
  const rows = [...runs].map(([name, list]) => {
    const values = list.map(({ stepMilliseconds }) => stepMilliseconds);
    return [
      label(name),
      typical(list).toFixed(1),
      `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`,
      base === undefined ? "" : (typical(list) / typical(base)).toFixed(2),
    ];
  });
  return table(["", "ms a step", "range", `times ${label(BASELINE)}'s`], rows);
}

/** What training made of alpha: least, mean and most of each layer, over all runs. */
export function alphas({ runs }: Comparison): string {
  const rows = [...runs].flatMap(([name, list]) =>
    list[0].alphas.map((_, layer) => {
      const found = list.map((run) => run.alphas[layer]);
      return [
        label(name),
        String(layer + 1),
        fixed(Math.min(...found.map(({ least }) => least))),
        fixed(mean(found.map((one) => one.mean))),
        fixed(Math.max(...found.map(({ most }) => most))),
      ];
    }),
  );
  return table(["", "layer", "least", "mean", "most"], rows);
}

/** "+0.12 (-0.03 to +0.27)". */
function interval(found: Difference | undefined): string {
  if (found === undefined) return "";
  const { mean: middle, low, high } = found;
  return Number.isNaN(low)
    ? `${signed(middle)} (one pair)`
    : `${signed(middle)} (${signed(low)} to ${signed(high)})`;
}

function signed(value: number): string {
  const text = fixed(value);
  return Number(text) > 0 ? `+${text}` : text;
}

/** Two digits; what rounds to -0 is 0. */
function fixed(value: number): string {
  return value.toFixed(2).replace(/^-(0\.00)$/, "$1");
}
