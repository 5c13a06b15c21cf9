/** Inputs for the rows, and what their results must be near to. */
import { plainBackward, plainForward } from "../examples/digits/plain-sau.js";

/** The paper's slope. */
export const ALPHA = 0.15;

/** A beta at which every element of the inputs needs the Gaussian, and the paper's, at which almost none does. */
export const [WIDE, NARROW] = [1.7, 20000];

// Lengths are multiples of 48: whole steps of the limits and of the prototypes, whole groups of the kernels.

/** Fits the first-level cache with its results. */
export const SMALL = 4080;

/** About a million: an activation of a middling layer. */
export const MIDDLE = 2 ** 20 - 16;

/** About four million: far beyond the caches of one core. */
export const LARGE = 4 * 2 ** 20 - 16;

/**
 * How far a value may be from the double-precision one. A wrong formula differs by a hundred times more, the
 * float32 composites of the peers by a tenth of it; accuracy itself is the tests' matter.
 */
export const TOLERANCE = 1e-5;

/** The same for dx: a slope times dy, which is up to 4. */
export const DX_TOLERANCE = 4 * TOLERANCE;

/** Values spread evenly over -4 to 4, the same each time. */
export function activations(length: number): Float32Array {
  return spread(length, 12345);
}

/** Upstream gradients: others of the same kind. */
export function upstream(length: number): Float32Array {
  return spread(length, 54321);
}

function spread(length: number, seed: number): Float32Array {
  let state = seed;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 32) * 8 - 4;
  }
  return values;
}

/** y in double precision, with {@link ALPHA}. */
export function expectedForward(x: Float32Array, beta: number): Float32Array {
  const y = new Float32Array(x.length);
  plainForward(x, Float32Array.of(ALPHA), beta, y);
  return y;
}

/** All gradients in double precision, with {@link ALPHA}. */
export interface ExpectedGradients {
  readonly dx: Float32Array;
  readonly dAlpha: number;
  readonly dBeta: number;
}

export function expectedBackward(x: Float32Array, dy: Float32Array, beta: number): ExpectedGradients {
  const dx = new Float32Array(x.length);
  const dAlpha = new Float32Array(1);
  plainBackward(x, dy, Float32Array.of(ALPHA), beta, dx, dAlpha);
  let dBeta = 0;
  for (let i = 0; i < x.length; i++) {
    const u = beta * x[i]!;
    dBeta -= ((1 - ALPHA) * Math.exp(-0.5 * u * u) * dy[i]!) / (Math.sqrt(2 * Math.PI) * beta * beta);
  }
  return { dx, dAlpha: dAlpha[0]!, dBeta };
}

/** Throws unless every value is within `tolerance` of what is expected. */
export function expectNear(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number = TOLERANCE,
): void {
  if (found.length !== expected.length) {
    throw new Error(`${found.length} values, expected ${expected.length}.`);
  }
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(found[i]! - expected[i]!) <= tolerance)) {
      throw new Error(`Element ${i} is ${found[i]}, expected ${expected[i]}.`);
    }
  }
}

/** Throws unless a sum over `terms` values is within the tolerance, counted once a term. */
export function expectSum(name: string, found: number, expected: number, terms: number): void {
  if (!(Math.abs(found - expected) <= TOLERANCE * terms)) {
    throw new Error(`${name} is ${found}, expected ${expected}.`);
  }
}
