/** The parameters and the sets of points that the contract of accuracy is tested on. */
import { Random, runSeed } from "./random.js";

/** The alphas and betas of the contract's tests. */
export const ALPHAS = [-1, 0, 0.01, 0.15, 0.5, 1, 2] as const;
export const BETAS = [1e-30, 1e-3, 1, 1.7, 100, 20000, 1e30] as const;

/** Every alpha with every beta. */
export const PAIRS: readonly (readonly [alpha: number, beta: number])[] = ALPHAS.flatMap((alpha) =>
  BETAS.map((beta) => [alpha, beta] as const),
);

/** The place of a pair among {@link PAIRS}. */
export function indexOf(alpha: number, beta: number): number {
  return PAIRS.findIndex((pair) => pair[0] === alpha && pair[1] === beta);
}

/** |beta x| of the dense points; the kernels' approximations end at 5.3. */
const DENSE_TO = 6;

/** Float32 bit patterns. */
const PATTERNS = 2 ** 32;

/**
 * About `count` float32 numbers of all exponents and both signs, infinities included if hit, without NaN:
 * a walk over all bit patterns from a random one on, in odd steps, so that no bit stays the same.
 */
export function pointsOfAllExponents(count: number, random: Random): Float32Array {
  const step = Math.ceil(PATTERNS / count) | 1;
  const pattern = new Uint32Array(count);
  const points = new Float32Array(pattern.buffer);
  let next = random.bits();
  let found = 0;
  for (let i = 0; i < count; i++) {
    pattern[found] = next;
    next += step;
    if (!Number.isNaN(points[found])) found++;
  }
  return points.subarray(0, found);
}

/** `count` float32 numbers with beta x spread evenly over [-6, 6]. */
export function densePoints(count: number, beta: number, random: Random): Float32Array {
  const points = new Float32Array(count);
  const spacing = (2 * DENSE_TO) / count;
  for (let i = 0; i < count; i++) points[i] = (-DENSE_TO + spacing * (i + random.unit())) / beta;
  return points;
}

/** Two sets of points, together at least `count`: all exponents, and those where the errors are. */
export function pointSets(count: number, pair: number, beta: number): readonly Float32Array[] {
  const random = new Random(runSeed, pair);
  const everywhere = pointsOfAllExponents(count / 2, random);
  return [everywhere, densePoints(count - everywhere.length, beta, random)];
}
