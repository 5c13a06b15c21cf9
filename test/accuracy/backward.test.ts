/**
 * The contract of accuracy, backward: on every tier dy/dx is within 2^-23 max(1, |alpha|, |1 - alpha|), and
 * exactly 1 or alpha from |beta x| = 5.3 on; the sums of the parameters' gradients are within 1e-6 of the
 * sum of the magnitudes of their terms; and a sum of one term is within 1e-6 of its magnitude or of its
 * smooth part's at x = 0, whichever is larger.
 */
import { afterAll, describe, expect, test } from "vitest";
import { BOUNDS as CONTRACT } from "../support/bounds.js";
import { CLAMP } from "../support/errors-in-ulp.js";
import {
  DENSITY_AT_ZERO,
  type Pair,
  roundedPair,
  type Slopes,
  slopes,
  smoothScale,
} from "../support/oracle.js";
import { densePoints, indexOf, PAIRS, pointSets } from "../support/points.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { sauOfEachTier } from "../support/tiers.js";
import { WorstFigures } from "../support/worst.js";

const POINTS = 2 ** 22;
/** Points of each set that are also tested one by one. */
const ALONE = 2 ** 10;

/** What is measured, each as a share of its scale, and the bounds. */
const BOUNDS = {
  /** Of max(1, |alpha|, |1 - alpha|). */
  "dy/dx": CONTRACT["dy/dx"],
  /** Sums: of the sum of |terms|. */
  dAlpha: 1e-6,
  dBeta: 1e-6,
  dBias: 1e-6,
  /** The same of one value a channel, which is rounded to float32. */
  "dAlpha of a channel": 1e-6,
  "dBias of a channel": 1e-6,
  /** Sums of one term: of max(|term|, phi(0) / beta |dy|). */
  "dAlpha of one": CONTRACT.dAlpha,
  /** Of max(|term|, |1 - alpha| phi(0) / beta^2 |dy|). */
  "dBeta of one": CONTRACT.dBeta,
};
const WANT = ["dx", "alpha", "beta", "bias"] as const;

const saus = sauOfEachTier();
const worst = new WorstFigures(BOUNDS);
afterAll(() => worst.report());

function check(tier: string, measure: keyof typeof BOUNDS, figure: number, place: string): void {
  worst.note(tier, measure, figure, place);
  const message = `${measure} on ${tier}: ${place}; ${howToRepeat}`;
  expect.soft(figure, message).toBeLessThanOrEqual(BOUNDS[measure]!);
}

const at = ({ alpha, beta }: Pair): string => `alpha ${alpha}, beta ${beta}`;

/** Checks slopes, which are dx where dy is 1. */
function checkSlopes(
  tier: string,
  x: Float32Array,
  got: Float32Array,
  pair: Pair,
  exact: Float64Array,
): void {
  const { alpha, beta } = pair;
  const scale = Math.max(1, Math.abs(alpha), Math.abs(1 - alpha));
  let [largest, index, inexact] = [0, 0, -1];
  for (let i = 0; i < x.length; i++) {
    const error = Math.abs(got[i]! - exact[i]!);
    if (!(error <= largest)) [largest, index] = [Number.isNaN(error) ? Infinity : error, i];
    if (Math.abs(x[i]!) * beta >= CLAMP && got[i] !== (x[i]! < 0 ? alpha : 1)) inexact = i;
  }
  const place = (i: number): string => `x ${x[i]}, ${at(pair)}: ${got[i]}, exact ${exact[i]}`;
  check(tier, "dy/dx", largest / scale, place(index));
  const message = `exactly 1 or alpha, ${tier}: ${place(inexact)}; ${howToRepeat}`;
  expect.soft(inexact, message).toBe(-1);
}

/** The sum of slope dy, and of its terms' magnitudes. */
function sumOf(slopes: Float64Array, dy: Float32Array): { sum: number; magnitude: number } {
  let [sum, magnitude] = [0, 0];
  for (let i = 0; i < slopes.length; i++) {
    const term = slopes[i]! * dy[i]!;
    sum += term;
    magnitude += Math.abs(term);
  }
  return { sum, magnitude };
}

/** An error as a share of a scale; 0 where both are. */
function share(error: number, scale: number): number {
  return error === 0 ? 0 : Math.abs(error) / scale;
}

/** The finite ones of `x`: an infinite one would make a sum of every gradient infinite or NaN. */
function finite(x: Float32Array): Float32Array {
  return x.filter((value) => Number.isFinite(value));
}

function checkSums(x: Float32Array, dy: Float32Array, pair: Pair, exact: Slopes): void {
  const sums = { Alpha: sumOf(exact.alpha, dy), Beta: sumOf(exact.beta, dy), Bias: sumOf(exact.x, dy) };
  for (const sau of saus) {
    const gradients = sau.backward(x, dy, pair, { want: WANT });
    for (const name of ["Alpha", "Beta", "Bias"] as const) {
      const { sum, magnitude } = sums[name];
      const got = gradients[`d${name}`] as number;
      const place = `${x.length} points, ${at(pair)}: ${got}, exact ${sum}`;
      check(sau.tier, `d${name}`, share(got - sum, magnitude), place);
    }
  }
}

/** Checks the sums of arrays of one element each, taken from all over `x`. */
function checkOneByOne(x: Float32Array, dy: Float32Array, pair: Pair, exact: Slopes): void {
  const floors = { Alpha: DENSITY_AT_ZERO / pair.beta, Beta: smoothScale(pair) / pair.beta };
  const step = Math.floor(x.length / ALONE);
  const want = ["alpha", "beta"] as const;
  for (const sau of saus) {
    const largest = { Alpha: 0, Beta: 0 };
    const index = { Alpha: 0, Beta: 0 };
    for (let i = 0; i < x.length; i += step) {
      const gradient = dy[i]!;
      const gradients = sau.backward(x.subarray(i, i + 1), dy.subarray(i, i + 1), pair, { want });
      const slope = { Alpha: exact.alpha[i]!, Beta: exact.beta[i]! };
      for (const name of ["Alpha", "Beta"] as const) {
        const scale = Math.max(Math.abs(slope[name]), floors[name]) * Math.abs(gradient);
        const figure = share((gradients[`d${name}`] as number) - slope[name] * gradient, scale);
        if (!(figure <= largest[name])) [largest[name], index[name]] = [figure, i];
      }
    }
    for (const name of ["Alpha", "Beta"] as const) {
      const i = index[name];
      const place = `x ${x[i]}, dy ${dy[i]}, ${at(pair)}`;
      check(sau.tier, `d${name} of one`, largest[name], place);
    }
  }
}

describe("gradients are within the contract's bounds", () => {
  test.each(PAIRS)("alpha %d, beta %d", (alpha, beta) => {
    const pair = roundedPair(alpha, beta);
    const index = indexOf(alpha, beta);
    const random = new Random(runSeed, index, 1);
    for (const points of pointSets(POINTS, index, beta)) {
      const x = finite(points);
      const exact = slopes(x, pair);
      const ones = new Float32Array(x.length).fill(1);
      const dx = new Float32Array(x.length);
      for (const sau of saus) {
        sau.backward(x, ones, { alpha, beta }, { want: ["dx"], out: { dx } });
        checkSlopes(sau.tier, x, dx, pair, exact.x);
      }
      const dy = random.array(x.length, -1, 1);
      checkSums(x, dy, pair, exact);
      checkOneByOne(x, dy, pair, exact);
    }
  });

  test("with one value a channel, every pair in one array", () => {
    const channels = PAIRS.length;
    const rows = 2 ** 12;
    const columns = PAIRS.map(([, beta], c) => densePoints(rows, beta, new Random(runSeed, c, 2)));
    const inColumns = (values: readonly Float32Array[]): Float32Array =>
      Float32Array.from(
        { length: rows * channels },
        (_, i) => values[i % channels]![Math.floor(i / channels)]!,
      );
    const params = {
      alpha: Float32Array.from(PAIRS, ([alpha]) => alpha),
      beta: Float32Array.from(PAIRS, ([, beta]) => beta),
      bias: new Float32Array(channels),
      shape: [rows, channels],
      channelAxis: -1,
    };
    const x = inColumns(columns);
    const ones = new Float32Array(x.length).fill(1);
    for (const sau of saus) {
      const { dx, dAlpha, dBias } = sau.backward(x, ones, params, { want: WANT });
      for (const [c, [alpha, beta]] of PAIRS.entries()) {
        const pair = roundedPair(alpha, beta);
        const exact = slopes(columns[c]!, pair);
        const got = Float32Array.from({ length: rows }, (_, row) => dx[row * channels + c]!);
        checkSlopes(sau.tier, columns[c]!, got, pair, exact.x);
        for (const [name, found, terms] of [
          ["dAlpha", dAlpha[c]!, exact.alpha],
          ["dBias", dBias[c]!, exact.x],
        ] as const) {
          const { sum, magnitude } = sumOf(terms, ones);
          const place = `${rows} points of a channel, ${at(pair)}: ${found}, exact ${sum}`;
          check(sau.tier, `${name} of a channel`, share(found - sum, magnitude), place);
        }
      }
    }
  });
});
