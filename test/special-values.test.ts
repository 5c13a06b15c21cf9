/**
 * Promise: special values come out as the definition says, wherever in a group they stand.
 *
 * NaN gives NaN; +inf gives +inf; -inf gives -inf sign(alpha), and 0 at alpha = 0; -0 and subnormals are
 * kept; alpha above 1 and extreme beta are legal, and y is right where (1 - alpha) / beta overflows float32.
 */
import { afterAll, describe, expect, it } from "vitest";
import { UNITS } from "../ts/kernels/layout.js";
import { ulpsPerUnit } from "./support/errors-in-ulp.js";
import { bitsOf, expectSameBits, randomNumbers, uniformArray } from "./support/numbers.js";
import { activation, type Pair, slope as slopeAt, smoothScale } from "./support/oracle.js";
import { sauOfEachTier } from "./support/tiers.js";

const { fround } = Math;
const SMALLEST_SUBNORMAL = 2 ** -149;
const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
/** Alphas closer to the largest float32 than 2^-22 of it have up to 1.3 of the slope's bound. */
const LARGEST_ALPHA = (1 - 2 ** -22) * LARGEST;
/** The float32 before 1. */
const BELOW_ONE = 1 - 2 ** -24;

/** Forward's bound in ulp of max(|y|, |1 - alpha| phi(0) / beta). */
const MAX_ULP = 3;
/** The slope's bound, to be multiplied by max(1, |alpha|, |1 - alpha|). */
const MAX_SLOPE_ERROR = 2 ** -23;

const MAGNITUDES = [
  0,
  SMALLEST_SUBNORMAL,
  3 * SMALLEST_SUBNORMAL,
  SMALLEST_NORMAL - SMALLEST_SUBNORMAL,
  SMALLEST_NORMAL,
  1,
  LARGEST,
  Infinity,
];
const SPECIAL = [...MAGNITUDES, ...MAGNITUDES.map((magnitude) => -magnitude), Number.NaN];

const ALPHAS = [
  0,
  -0,
  0.15,
  -0.15,
  0.5,
  BELOW_ONE,
  1,
  1.5,
  7,
  -2,
  SMALLEST_SUBNORMAL,
  -SMALLEST_SUBNORMAL,
  LARGEST_ALPHA,
  -LARGEST_ALPHA,
].map(fround);
const BETAS = [1, 20000, SMALLEST_SUBNORMAL, SMALLEST_NORMAL, 2e-39, LARGEST].map(fround);
const PARAMETERS = ALPHAS.flatMap((alpha) => BETAS.map((beta) => ({ alpha, beta })));

const POSITIONS = Array.from({ length: UNITS.group }, (_, position) => position);
const ORDINARY = uniformArray(UNITS.group, 3, randomNumbers(2));

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});

/** A group of ordinary values with one special value. */
function groupWith(special: number, position: number): Float32Array {
  const group = ORDINARY.slice();
  group[position] = special;
  return group;
}

function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function name(x: number, { alpha, beta }: Pair): string {
  return `SAU(${show(x)}; alpha ${show(alpha)}, beta ${beta})`;
}

/** Why `y` is not SAU(x), or undefined. */
function forwardFault(x: number, y: number, parameters: Pair): string | undefined {
  const { alpha } = parameters;
  const is = (expected: number): string | undefined =>
    Object.is(y, expected) ? undefined : `${name(x, parameters)} is ${show(y)}, expected ${show(expected)}`;
  if (Number.isNaN(x)) return is(Number.NaN);
  if (alpha === 1) return is(x);
  if (x === Infinity) return is(Infinity);
  if (x === -Infinity) return alpha === 0 ? is(y === 0 ? y : 0) : is(-Infinity * Math.sign(alpha));
  const expected = activation(x, alpha, parameters.beta);
  // Where the exact value rounds to an infinity or is within the bound of one, either is right.
  const bound = MAX_ULP / ulpsPerUnit(Math.max(Math.abs(expected), smoothScale(parameters)));
  if (Math.abs(expected) > LARGEST + bound) return is(fround(expected));
  if (!Number.isFinite(y) && Math.abs(expected) > LARGEST - bound && y * expected > 0) return undefined;
  if (Math.abs(y - expected) <= bound) return undefined;
  return `${name(x, parameters)} is ${show(y)}, expected ${expected} within ${bound}`;
}

/** Why `slope` is not dy/dx at x, or undefined. */
function slopeFault(x: number, slope: number, parameters: Pair): string | undefined {
  const { alpha } = parameters;
  const expected = Number.isNaN(x) ? Number.NaN : slopeAt(x, alpha, parameters.beta);
  const bound = MAX_SLOPE_ERROR * Math.max(1, Math.abs(alpha), Math.abs(1 - alpha));
  // Past both ends of the smooth part, and everywhere at alpha = 1, there is no error at all.
  const exact = Number.isNaN(x) || Math.abs(x) === Infinity || alpha === 1;
  if (exact ? Object.is(slope + 0, expected + 0) : Math.abs(slope - expected) <= bound) return undefined;
  return `the slope of ${name(x, parameters)} is ${show(slope)}, expected ${expected} within ${exact ? 0 : bound}`;
}

describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it("forward of every special value alone is as defined", () => {
    const faults = PARAMETERS.flatMap((parameters) =>
      SPECIAL.map((x) =>
        forwardFault(fround(x), sau.forward(Float32Array.of(x), parameters)[0]!, parameters),
      ),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("the slope at every special value alone is as defined", () => {
    const one = Float32Array.of(1);
    const faults = PARAMETERS.flatMap((parameters) =>
      SPECIAL.map((x) => {
        const { dx } = sau.backward(Float32Array.of(x), one, parameters, { want: ["dx"] });
        return slopeFault(fround(x), dx[0]!, parameters);
      }),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("a special value comes out the same in every position of a group, and changes no value beside it", () => {
    const dy = uniformArray(UNITS.group, 2, randomNumbers(3));
    for (const parameters of PARAMETERS) {
      const y = sau.forward(ORDINARY, parameters);
      const { dx } = sau.backward(ORDINARY, dy, parameters, { want: ["dx"] });
      for (const special of SPECIAL) {
        const x = Float32Array.of(special);
        const [yAlone] = sau.forward(x, parameters);
        for (const position of POSITIONS) {
          const what = (): string => `${name(special, parameters)} at position ${position}`;
          const expectedY = y.slice();
          expectedY[position] = yAlone!;
          const group = groupWith(special, position);
          expectSameBits(sau.forward(group, parameters), expectedY, what);
          const expectedDx = dx.slice();
          const alone = sau.backward(x, dy.subarray(position, position + 1), parameters, { want: ["dx"] });
          expectedDx[position] = alone.dx[0]!;
          const found = sau.backward(group, dy, parameters, { want: ["dx", "alpha", "beta", "bias"] });
          expectSameBits(found.dx, expectedDx, () => `dx of ${what()}`);
          expectSameBits(
            sau.backward(group, dy, parameters, { want: ["dx"] }).dx,
            expectedDx,
            () => `dx alone of ${what()}`,
          );
        }
      }
    }
  });

  it("a special value among others beyond the smooth part comes out as among ordinary ones", () => {
    const far = ORDINARY.map((x) => x * 1e6);
    for (const parameters of [
      { alpha: 0.15, beta: 20000 },
      { alpha: 1.5, beta: 1 },
      { alpha: 0, beta: 1 },
    ]) {
      for (const special of SPECIAL) {
        const [yAlone] = sau.forward(Float32Array.of(special), parameters);
        for (const position of POSITIONS) {
          far[position] = special;
          const y = sau.forward(far, parameters);
          expectSameBits(y.subarray(position, position + 1), Float32Array.of(yAlone!), () =>
            name(special, parameters),
          );
          far[position] = ORDINARY[position]! * 1e6;
        }
      }
    }
  });

  it("alpha = 1 gives x and dy to the bit, -0 and subnormals too, with and without a table", () => {
    const x = Float32Array.from(SPECIAL.filter((value) => !Number.isNaN(value)));
    const dy = Float32Array.from(x, (value) => (Number.isFinite(value) ? value : 1)).reverse();
    const ones = new Float32Array(x.length).fill(1);
    for (const beta of BETAS) {
      const perChannel = { alpha: ones, beta, shape: [x.length], channelAxis: 0 };
      for (const parameters of [{ alpha: 1, beta }, perChannel]) {
        const { dx } = sau.backward(x, dy, parameters, { want: ["dx"] });
        expect([...bitsOf(sau.forward(x, parameters))]).toEqual([...bitsOf(x)]);
        expect([...bitsOf(dx)]).toEqual([...bitsOf(dy)]);
      }
    }
  });

  it("-0 stays -0 where the smooth part is below half the smallest subnormal", () => {
    // (1 - alpha) / beta from far below 2^-149 up to where its 0.4-fold rounds up to it.
    for (const alpha of [BELOW_ONE, 1 - 2 ** -22, 1 - 2 ** -21]) {
      const parameters = { alpha: fround(alpha), beta: LARGEST };
      expect(Math.abs(activation(0, parameters.alpha, parameters.beta))).toBeLessThan(SMALLEST_SUBNORMAL / 2);
      expect(show(sau.forward(Float32Array.of(-0), parameters)[0]!), `alpha ${alpha}`).toBe("-0");
    }
  });

  it("subnormals are not flushed to 0", () => {
    // The largest beta makes y itself subnormal.
    const parameters = { alpha: fround(0.15), beta: LARGEST };
    for (let k = 1; k < 1000; k++) {
      const x = fround(k * 1e-41);
      for (const value of [x, -x]) {
        const y = sau.forward(Float32Array.of(value), parameters)[0]!;
        expect(forwardFault(value, y, parameters)).toBeUndefined();
      }
    }
  });

  it("y is right where (1 - alpha) / beta overflows float32 and y does not", () => {
    const parameters = { alpha: fround(0.15), beta: fround(2e-39) };
    expect(fround((1 - parameters.alpha) / parameters.beta)).toBe(Infinity);
    const x = uniformArray(1000, LARGEST, randomNumbers(4));
    const y = sau.forward(x, parameters);
    expect(y.filter((value) => Number.isFinite(value)).length).toBeGreaterThan(x.length / 2);
    expect([...x].map((value, i) => forwardFault(value, y[i]!, parameters)).filter(Boolean)).toEqual([]);
  });

  it("an extreme channel leaves the others as they are", () => {
    const alpha = Float32Array.of(0.15, 1, 0.5, 1);
    for (const beta of [
      Float32Array.of(2e-39, 1, 20000, LARGEST),
      Float32Array.of(SMALLEST_SUBNORMAL, 1, 20000, 1),
    ]) {
      for (const magnitude of MAGNITUDES) {
        const x = new Float32Array(alpha.length).fill(-magnitude);
        const y = sau.forward(x, { alpha, beta, shape: [alpha.length], channelAxis: 0 });
        for (const [c, a] of alpha.entries()) {
          const alone = sau.forward(x.subarray(c, c + 1), { alpha: a, beta: beta[c]! });
          expectSameBits(y.subarray(c, c + 1), alone, () => name(-magnitude, { alpha: a, beta: beta[c]! }));
        }
      }
    }
  });
});
