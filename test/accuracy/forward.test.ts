/**
 * The contract of accuracy, forward: on every tier M2, the error in ulp of max(|y|, |1 - alpha| phi(0) / beta),
 * is at most 3, and from |beta x| = 5.3 on the result is exactly leaky ReLU.
 */
import { afterAll, describe, expect, test } from "vitest";
import { BOUNDS } from "../support/bounds.js";
import { CLAMP, type Expected, expected, firstNotLeaky, worstM2 } from "../support/errors-in-ulp.js";
import { bitsOf } from "../support/numbers.js";
import { roundedPair } from "../support/oracle.js";
import { densePoints, indexOf, PAIRS, pointSets, pointsOfAllExponents } from "../support/points.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { sauOfEachTier } from "../support/tiers.js";
import { WorstFigures } from "../support/worst.js";

const MEASURE = "forward: M2 (ulp)";
const POINTS = 2 ** 22;

/** Alphas and betas at the ends of float32, and at the neighbours of 1. */
const EXTREME_ALPHAS = [-3.4e38, -1e30, -1, 0, 1e-45, 0.15, 1 - 2 ** -24, 1 + 2 ** -23, 1e30, 3.4e38];
const EXTREME_BETAS = [1e-45, 1e-40, 1e-38, 3e-38, 1e38, 3.4e38];

const saus = sauOfEachTier();
const worst = new WorstFigures({ [MEASURE]: BOUNDS.y });
afterAll(() => worst.report());

/** Where a result is, for a failure's message. */
function where(tier: string, { pair, x, y }: Expected, got: Float32Array, i: number): string {
  return `${tier}: x ${x[i]}, alpha ${pair.alpha}, beta ${pair.beta}: ${got[i]}, exact ${y[i]}; ${howToRepeat}`;
}

function check(tier: string, got: Float32Array, exact: Expected): void {
  const { m2, index } = worstM2(got, exact);
  const place = where(tier, exact, got, index);
  worst.note(tier, MEASURE, m2, place);
  expect.soft(m2, place).toBeLessThanOrEqual(BOUNDS.y);
  const notLeaky = firstNotLeaky(got, exact);
  expect.soft(notLeaky, `leaky ReLU: ${where(tier, exact, got, notLeaky)}`).toBe(-1);
}

describe("forward is within 3 ulp, and leaky ReLU beyond the clamp", () => {
  test.each(PAIRS)("alpha %d, beta %d", (alpha, beta) => {
    const pair = roundedPair(alpha, beta);
    const sets = pointSets(POINTS, indexOf(alpha, beta), beta);
    expect(sets.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(POINTS);
    for (const x of sets) {
      const exact = expected(x, pair);
      const out = new Float32Array(x.length);
      for (const sau of saus) check(sau.tier, sau.forward(x, { alpha, beta }, { out }), exact);
    }
  });

  test("at the infinities", () => {
    for (const [alpha, beta] of PAIRS) {
      const exact = expected(Float32Array.of(-Infinity, Infinity), roundedPair(alpha, beta));
      for (const sau of saus) check(sau.tier, sau.forward(exact.x, { alpha, beta }), exact);
    }
  });

  test("at the ends of the parameters' domain", () => {
    const random = new Random(runSeed, PAIRS.length);
    for (const alpha of EXTREME_ALPHAS) {
      for (const beta of EXTREME_BETAS) {
        const pair = roundedPair(alpha, beta);
        const count = 2 ** 14;
        for (const x of [pointsOfAllExponents(count, random), densePoints(count, pair.beta, random)]) {
          const exact = expected(x, pair);
          for (const sau of saus) check(sau.tier, sau.forward(x, { alpha, beta }), exact);
        }
      }
    }
  });

  test("with one value a channel, every pair in one array", () => {
    const channels = PAIRS.length;
    const rows = 2 ** 12;
    const columns = PAIRS.map(([, beta], c) => densePoints(rows, beta, new Random(runSeed, channels + 1, c)));
    const x = Float32Array.from(
      { length: rows * channels },
      (_, i) => columns[i % channels]![Math.floor(i / channels)]!,
    );
    const params = {
      alpha: Float32Array.from(PAIRS, ([alpha]) => alpha),
      beta: Float32Array.from(PAIRS, ([, beta]) => beta),
      shape: [rows, channels],
      channelAxis: -1,
    };
    for (const sau of saus) {
      const y = sau.forward(x, params);
      for (const [c, [alpha, beta]] of PAIRS.entries()) {
        const got = Float32Array.from({ length: rows }, (_, row) => y[row * channels + c]!);
        check(sau.tier, got, expected(columns[c]!, roundedPair(alpha, beta)));
      }
    }
  });
});

test("the points cover every exponent, both signs, and the smooth part", () => {
  const beta = 1.7;
  const [everywhere, dense] = pointSets(POINTS, 0, beta);
  const seen = new Set(Array.from(bitsOf(everywhere!), (bits) => bits >>> 23));
  // Without the infinities, which are tested by themselves: two signs of 255 exponents.
  for (const exponent of [255, 511]) seen.delete(exponent);
  expect(seen.size, howToRepeat).toBe(2 * 255);
  const within = dense!.filter((x) => Math.abs(beta * x) <= CLAMP).length;
  expect(within, howToRepeat).toBeGreaterThan(0.85 * dense!.length);
});
