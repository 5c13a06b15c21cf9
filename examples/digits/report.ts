import type { Comparison } from "./comparison.js";
import { type Digits, pixelsOf } from "./digits.js";
import { DRAWN_WIDTH, drawDigit } from "./drawing.js";
import { INITIAL_ALPHA, type Sau, type SauLayer } from "./layers.js";

/** Which tier runs, and why none of the others does. */
export function tierLines(sau: Sau): string[] {
  return [
    `sau-simd runs on tier ${sau.tier}`,
    ...sau.tierReport.map(
      ({ tier, available, reason }) =>
        `  ${tier === sau.tier ? "*" : " "} ${tier.padEnd(12)} ` +
        `${available ? "available" : "not available"}: ${reason}`,
    ),
  ];
}

/** What training made of the alphas of every layer. */
export function alphaLines(layers: readonly SauLayer[]): string[] {
  return [
    `alpha, one a channel, started at ${INITIAL_ALPHA} and became`,
    ...layers.flatMap(({ alpha }, i) => {
      const sorted = alpha.slice().sort();
      const mean = alpha.reduce((sum, a) => sum + a, 0) / alpha.length;
      const summary = [
        `min ${fixed(sorted[0])}`,
        `mean ${fixed(mean)}`,
        `max ${fixed(sorted[sorted.length - 1])}`,
      ].join("  ");
      return [`  SAU ${i + 1}   ${summary}`, `          ${Array.from(sorted, fixed).join(" ")}`];
    }),
  ];
}

/** A few digits side by side, each over what the network takes it for: right ones, then mistakes. */
export function digitLines(digits: Digits, predictions: Uint8Array): string[] {
  const all = Array.from(predictions, (_, index) => index);
  const isRight = (index: number) => predictions[index] === digits.labels[index];
  const shown = [...all.filter(isRight).slice(0, 3), ...all.filter((index) => !isRight(index)).slice(0, 2)];
  const captions = shown.map((index) =>
    isRight(index)
      ? `read as ${predictions[index]}`
      : `read as ${predictions[index]}, is ${digits.labels[index]}`,
  );
  const drawings = shown.map((index) => drawDigit(pixelsOf(digits, index)));
  const join = (cells: string[]) => cells.map((cell) => cell.padEnd(DRAWN_WIDTH)).join("  ");
  return [
    ...drawings[0].map((_, line) => join(drawings.map((drawing) => drawing[line]))),
    join(captions),
  ].map((line) => line.trimEnd());
}

/** One table for each set of data. */
export function comparisonLines(comparisons: readonly Comparison[]): string[] {
  const lines = ["nanoseconds an element, and ratios (the answers agree)"];
  const columns = (cells: string[]) =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(13))).join("")}`;
  let data = "";
  for (const c of comparisons) {
    if (c.data !== data) {
      data = c.data;
      lines.push(data, columns(["", "copy", "sau-simd", "plain JS", "sau/copy", "plain/sau"]));
    }
    lines.push(
      columns([
        `${c.verb}, beta ${c.beta}`,
        c.copy.toFixed(3),
        c.sau.toFixed(3),
        c.plain.toFixed(2),
        (c.sau / c.copy).toFixed(1),
        (c.plain / c.sau).toFixed(1),
      ]),
    );
  }
  return lines;
}

function fixed(alpha: number): string {
  // Adding 0 makes what rounds to -0 print as 0.
  return (Math.round(100 * alpha) / 100 + 0).toFixed(2).padStart(5);
}
