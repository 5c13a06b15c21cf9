/** Promise: the short way far from 0 begins just where the composites are exactly 0, for every beta. */
import { describe, it } from "vitest";
import { clamp } from "../scripts/fit/coefficients.json";
import { argumentBeta, clampedFrom } from "../ts/params.js";
import { bitsOf, expectSameBits } from "./support/numbers.js";
import { Random, runSeed } from "./support/random.js";
import { sauOfEachTier } from "./support/tiers.js";

const { fround } = Math;
const random = new Random(runSeed);
const BETAS = [1e-30, 1e-3, 1, 1.7, 100, 20_000, 1e30, ...random.array(1000, 1e-3, 1e5)].map(fround);

/** The float32 so many steps from a positive one. */
function step(from: number, steps: number): number {
  const value = Float32Array.of(from);
  bitsOf(value)[0]! += steps;
  return value[0]!;
}

it("is the smallest float32 whose argument rounds to the clamp or above", () => {
  // One in some thousands of betas has a quotient that is one float32 too high.
  for (const beta of [...BETAS, ...random.array(50_000, 1, 2), 2 ** -149, 2 ** 127]) {
    const [from, scale] = [clampedFrom(beta), argumentBeta(beta)];
    const isSmallest = fround(from * scale) >= clamp && fround(step(from, -1) * scale) < clamp;
    if (!isSmallest) throw new Error(`${from} for beta ${beta}`);
  }
});

describe.each(sauOfEachTier().map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it("y around it is the same from both kernels, where nothing hides the smooth part", () => {
    const alpha = 1e-30;
    for (const beta of BETAS.slice(0, 50)) {
      const from = clampedFrom(beta);
      const x = Float32Array.from({ length: 96 }, (_, i) => (i % 2 ? -1 : 1) * step(from, (i >> 1) - 24));
      // One number for all, and the same of one channel among others.
      const y = sau.forward(x, { alpha, beta });
      const channels = { alpha: new Float32Array(2).fill(alpha), shape: [48, 2], channelAxis: 1 };
      expectSameBits(y, sau.forward(x, { ...channels, beta }), () => `${sau.tier}, beta ${beta}`);
    }
  });
});
