/**
 * Writes what the oracle gives at a million points, with each pair of parameters in turn, as rows of doubles: x, alpha,
 * beta, y, dy/dx, the terms of dalpha and dbeta. The first half of `npm run check:oracle`.
 */
import { writeFileSync } from "node:fs";
import { pointSets } from "../support/points.js";
import { howToRepeat, runSeed } from "../support/random.js";
import { Exact } from "./oracle.js";
import { PAIRS, rounded } from "./pairs.js";

const POINTS = 2 ** 20;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Usage: tsx test/exhaustive/write-points.ts FILE");

const rows: number[] = [];
for (const [k, given] of PAIRS.entries()) {
  const pair = rounded(given);
  // Each magnitude is a point with either sign.
  for (const points of pointSets(POINTS / 2 / PAIRS.length, k, pair.beta)) {
    const magnitudes = points.filter(Number.isFinite).map(Math.abs);
    const exact = new Exact(pair, magnitudes.length);
    exact.evaluate(magnitudes);
    const { y, slope, alpha, beta } = exact;
    for (const [i, value] of y.entries()) {
      const x = i < magnitudes.length ? magnitudes[i]! : -magnitudes[i - magnitudes.length]!;
      rows.push(x, pair.alpha, pair.beta, value, slope[i]!, alpha[i]!, beta[i]!);
    }
  }
}
writeFileSync(file, Float64Array.from(rows));
console.log(`${rows.length / 7} points, seed ${runSeed}; ${howToRepeat}`);
