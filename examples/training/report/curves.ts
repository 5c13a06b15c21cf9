/** How training went, as plots. */
import { draw, type Style } from "../../../bench/report/drawing.js";
import { ACTIVATIONS, type ActivationName } from "../nets/activations.js";
import type { Check } from "../results.js";
import type { Comparison } from "./comparison.js";
import { mean } from "./statistics.js";

/** SAU is blue and wide; the others have a colour each, told apart by lightness too. */
const COLOURS: Record<ActivationName, string> = {
  sau: "#0b3d91",
  "sau-beta-1": "#1c7ed6",
  relu: "#495057",
  "leaky-relu": "#868e96",
  prelu: "#f08c00",
  gelu: "#2f9e44",
  swish: "#be4bdb",
  mish: "#e03131",
};

/** What can be plotted. */
const QUANTITIES = {
  accuracy: {
    title: "test images right",
    unit: "% right",
    of: ({ testAccuracy }: Check) => 100 * testAccuracy,
  },
  loss: { title: "training loss", unit: "cross-entropy", of: ({ trainLoss }: Check) => trainLoss },
};

export type Quantity = keyof typeof QUANTITIES;

/** The mean over seeds at each check, a line an activation. */
export function drawCurves(comparison: Comparison, quantity: Quantity): Promise<string> {
  const { title, unit, of } = QUANTITIES[quantity];
  const names = [...comparison.runs.keys()];
  const points = names.flatMap((name) => {
    const list = comparison.runs.get(name)!;
    return list[0].checks.map(({ step }, check) => ({
      label: ACTIVATIONS[name].label,
      x: step,
      y: mean(list.map(({ checks }) => of(checks[check]))),
    }));
  });
  const values = points.map(({ y }) => y);
  const margin = 0.05 * (Math.max(...values) - Math.min(...values));
  return draw({
    title: `${comparison.net} on ${comparison.data}: ${title}`,
    subtitle: "mean over seeds",
    series: names.map(
      (name): Style => ({
        label: ACTIVATIONS[name].label,
        colour: COLOURS[name],
        wide: name.startsWith("sau"),
      }),
    ),
    points,
    x: { title: "steps", type: "linear", format: "," },
    y: {
      title: unit,
      type: "linear",
      format: "~g",
      domain: [Math.min(...values) - margin, Math.max(...values) + margin],
    },
    height: 380,
  });
}
