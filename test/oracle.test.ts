/**
 * The oracle of the other tests, held against the definition of SAU, Leaky ReLU convolved with a Gaussian of
 * width 1 / beta, integrated numerically, and against values that mpmath computed with 50 digits.
 */
import { describe, expect, test } from "vitest";
import golden from "./golden/vectors.json" with { type: "json" };
import { ulpsPerUnit } from "./support/errors-in-ulp.js";
import {
  activation,
  activations,
  alphaSlope,
  betaSlope,
  DENSITY_AT_ZERO,
  density,
  leakyRelu,
  type Pair,
  roundedPair,
  slope,
  slopes,
  smoothPart,
  upperTail,
} from "./support/oracle.js";
import { PAIRS } from "./support/points.js";

interface Values {
  readonly y: number;
  readonly dydx: number;
  readonly dalpha: number;
  readonly dbeta: number;
}
const NAMES = ["y", "dydx", "dalpha", "dbeta"] as const;

function oracle(x: number, { alpha, beta }: Pair): Values {
  return {
    y: activation(x, alpha, beta),
    dydx: slope(x, alpha, beta),
    dalpha: alphaSlope(x, alpha, beta),
    dbeta: betaSlope(x, alpha, beta),
  };
}

/** The size of each value, or of the terms that it is the sum of at x = 0, where that is larger. */
function scales(values: Values, pair: Pair): Values {
  const { alpha, beta } = pair;
  const slope = Math.max(1, Math.abs(alpha), Math.abs(1 - alpha));
  return {
    y: Math.max(Math.abs(values.y), (slope * DENSITY_AT_ZERO) / beta),
    dydx: slope,
    dalpha: Math.max(Math.abs(values.dalpha), DENSITY_AT_ZERO / beta),
    dbeta: Math.max(Math.abs(values.dbeta), (slope * DENSITY_AT_ZERO) / beta / beta),
  };
}

/** Compares each value, relative to its scale. */
function compare(found: Values, exact: Values, pair: Pair, bound: number, place: string): void {
  const scale = scales(exact, pair);
  for (const name of NAMES) {
    const message = `${name} at ${place}: ${found[name]}, exact ${exact[name]}`;
    expect(Math.abs(found[name] - exact[name]) / scale[name], message).toBeLessThanOrEqual(bound);
  }
}

/** Nodes and weights of Gauss-Legendre quadrature on [-1, 1]. */
function gaussLegendre(order: number): readonly (readonly [node: number, weight: number])[] {
  return Array.from({ length: order }, (_, k) => {
    let node = Math.cos((Math.PI * (k + 0.75)) / (order + 0.5));
    let derivative = 0;
    // Newton's method on the Legendre polynomial, which converges from these starts within a few steps.
    for (let step = 0; step < 10; step++) {
      let [previous, value] = [1, node];
      for (let n = 2; n <= order; n++) {
        [previous, value] = [value, ((2 * n - 1) * node * value - (n - 1) * previous) / n];
      }
      derivative = (order * (node * value - previous)) / (node * node - 1);
      node -= value / derivative;
    }
    return [node, 2 / ((1 - node * node) * derivative * derivative)] as const;
  });
}

const RULE = gaussLegendre(16);
/** The Gaussian's mass beyond is below 1e-22. */
const REACH = 10;
const INTERVAL = 0.5;

/** The integral of f(z) phi(z), for an f that is smooth but at `kink`. */
function againstGaussian(f: (z: number) => number, kink: number): number {
  const middle = Math.min(Math.max(kink, -REACH), REACH);
  let total = 0;
  for (const [from, to] of [
    [-REACH, middle],
    [middle, REACH],
  ] as const) {
    const count = Math.ceil((to - from) / INTERVAL);
    const half = (to - from) / count / 2;
    for (let k = 0; k < count; k++) {
      const center = from + (2 * k + 1) * half;
      for (const [node, weight] of RULE) {
        const z = center + half * node;
        total += half * weight * f(z) * density(z);
      }
    }
  }
  return total;
}

/**
 * The definition: leaky ReLU at x - z / beta, with z standard normal, and the derivatives of that under the
 * integral sign.
 */
function convolution(x: number, { alpha, beta }: Pair): Values {
  const kink = beta * x;
  const leakySlope = (v: number): number => (v < 0 ? alpha : 1);
  const against = (f: (v: number, z: number) => number): number =>
    againstGaussian((z) => f(x - z / beta, z), kink);
  return {
    y: against((v) => leakyRelu(v, alpha)),
    dydx: against(leakySlope),
    dalpha: against((v) => Math.min(v, 0)),
    dbeta: against((v, z) => (leakySlope(v) * z) / beta / beta),
  };
}

describe("the oracle is the convolution of leaky ReLU with a Gaussian", () => {
  test.each(PAIRS)("alpha %d, beta %d", (alpha, beta) => {
    const pair = roundedPair(alpha, beta);
    for (let u = -12; u <= 12; u += 0.0625) {
      const x = Math.fround(u / pair.beta);
      const exact = convolution(x, pair);
      compare(oracle(x, pair), exact, pair, 1e-12, `x ${x}, alpha ${alpha}, beta ${beta}`);
    }
  });
});

describe("the oracle has the values that were computed with 50 digits", () => {
  // A few roundings of double, which are 1.1e-16 each; at |u| = 40 and more, those of u^2 count in phi.
  const BOUND = 2e-15;

  test("SAU and its derivatives", () => {
    for (const row of golden.activation) {
      const pair = { alpha: Number(row.alpha), beta: Number(row.beta) };
      const exact = {
        y: Number(row.y),
        dydx: Number(row.dydx),
        dalpha: Number(row.dalpha),
        dbeta: Number(row.dbeta),
      };
      expect(roundedPair(pair.alpha, pair.beta)).toEqual(pair);
      const place = `x ${row.x}, alpha ${row.alpha}, beta ${row.beta}`;
      compare(oracle(Number(row.x), pair), exact, pair, BOUND, place);
    }
  });

  test("h, Q and phi", () => {
    for (const row of golden.functions) {
      const t = Number(row.t);
      for (const [name, found, exact] of [
        ["h", smoothPart(t), Number(row.h)],
        ["Q", upperTail(t), Number(row.Q)],
        ["phi", density(t), Number(row.phi)],
      ] as const) {
        const message = `${name}(${row.t}): ${found}, exact ${exact}`;
        expect(Math.abs(found - exact), message).toBeLessThanOrEqual(BOUND * DENSITY_AT_ZERO);
        // And relative to the value itself, but for h, whose two terms cancel.
        if (name !== "h") expect(Math.abs(found / exact - 1), message).toBeLessThanOrEqual(1e-14);
      }
    }
  });
});

test("arrays of the oracle have the values of its functions", () => {
  const x = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) / 100);
  for (const [alpha, beta] of PAIRS) {
    const pair = roundedPair(alpha, beta);
    const points = x.map((u) => u / beta);
    const [y, derivatives] = [activations(points, pair), slopes(points, pair)];
    for (const [i, point] of points.entries()) {
      const { y: value, dydx, dalpha, dbeta } = oracle(point, pair);
      expect([y[i], derivatives.x[i], derivatives.alpha[i], derivatives.beta[i]]).toEqual([
        value,
        dydx,
        dalpha,
        dbeta,
      ]);
    }
  }
});

test("an ulp is the spacing of float32 numbers", () => {
  for (const [value, ulp] of [
    [0, 2 ** -149],
    [1e-42, 2 ** -149],
    [2 ** -126, 2 ** -149],
    [2 ** -125, 2 ** -148],
    [1, 2 ** -23],
    [1.999, 2 ** -23],
    [2, 2 ** -22],
    [3e38, 2 ** 104],
  ] as const) {
    expect(1 / ulpsPerUnit(value)).toBe(ulp);
  }
});
