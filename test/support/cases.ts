/** Calls of every kind of parameters and shape, for the tests that compare bits. */
import type { Sau, SauParams } from "../../ts/index.js";
import type { SauPool } from "../../ts/threads/index.js";
import type { Random } from "./random.js";

/** Everything that backward gives. */
export const WANT = ["dx", "alpha", "beta", "bias"] as const;

/** Arguments of a call. */
export interface Case {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly params: SauParams;
}

/** Everything a call gives, in float32 and in double. */
export interface Results {
  readonly singles: Record<string, Float32Array>;
  readonly doubles: Record<string, number>;
}

const SPECIALS = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  2 ** -126,
  -(2 ** -127),
  3.4028234e38,
  -3.4028234e38,
  1,
  -1,
];
const FINITE_SPECIALS = SPECIALS.filter((value) => Number.isFinite(value));
const ALPHAS = [0, -0, 1, 2, -1, 0.15];
const BETAS = [1e-30, 1e-3, 1, 1.7, 100, 20000, 1e30];

/** Whether NaN and infinities, which hide everything else in a sum, may be among the values. */
export type Values = "finite" | "special";

/** `length` values around the kink at beta, far from it, of any exponent, and special ones. */
export function mixedArray(length: number, beta: number, values: Values, random: Random): Float32Array {
  const specials = values === "special" ? SPECIALS : FINITE_SPECIALS;
  const result = new Float32Array(length);
  const [odds, reach] = [random.pick([0, 0.02, 0.3]), random.pick([1, 6, 100])];
  for (let i = 0; i < length; i++) {
    const kind = random.unit();
    if (kind < odds) result[i] = random.pick(specials);
    else if (kind < 0.9) result[i] = random.between(-reach, reach) / beta;
    // Powers of two by multiplication: Math.pow may differ between engines.
    else result[i] = random.between(-1, 1) * powerOfTwo(random.below(276) - 149);
  }
  return result;
}

function powerOfTwo(exponent: number): number {
  let power = 1;
  for (let k = Math.abs(exponent); k > 0; k--) power *= exponent < 0 ? 0.5 : 2;
  return power;
}

function parameter(values: readonly number[], random: Random, extra: () => number): number {
  return random.below(3) === 0 ? extra() : random.pick(values);
}

/** A call whose parameters are numbers. */
export function numberCase(length: number, values: Values, random: Random): Case {
  const alpha = parameter(ALPHAS, random, () => random.between(-3, 3));
  const beta = parameter(BETAS, random, () => random.between(0.1, 10));
  const bias = random.pick([undefined, 0, -0, random.between(-1, 1) / beta]);
  const params = { alpha, beta, ...(bias === undefined ? {} : { bias }) };
  return {
    x: mixedArray(length, beta, values, random),
    dy: mixedArray(length, 1, values, random),
    params,
  };
}

/** A call with one value a channel in at least one parameter. */
export function channelCase(
  shape: readonly number[],
  channelAxis: number,
  values: Values,
  random: Random,
): Case {
  const channels = shape[channelAxis < 0 ? shape.length + channelAxis : channelAxis]!;
  const length = shape.reduce((product, size) => product * size, 1);
  const middle = random.pick([1e-3, 1, 20000]);
  const perChannel = (value: () => number): Float32Array => Float32Array.from({ length: channels }, value);
  const alpha = (): number => parameter(ALPHAS, random, () => random.between(-3, 3));
  const beta = (): number => middle * random.between(0.5, 2);
  const bias = (): number => random.pick([0, -0, random.between(-1, 1) / middle]);
  const which = 1 + random.below(7);
  const params: SauParams = {
    shape,
    channelAxis,
    alpha: which & 1 ? perChannel(alpha) : alpha(),
    beta: which & 2 ? perChannel(beta) : beta(),
    ...(which & 4 ? { bias: perChannel(bias) } : random.below(2) ? { bias: bias() } : {}),
  };
  return {
    x: mixedArray(length, middle, values, random),
    dy: mixedArray(length, 1, values, random),
    params,
  };
}

/** Shapes with the channels first, between and last; short and long runs; more channels than a table holds. */
const SHAPES: readonly (readonly [shape: readonly number[], channelAxis: number])[] = [
  ...[1, 3, 7, 64, 5000].flatMap(
    (channels) =>
      [
        [[Math.ceil(600 / channels) + 1, channels], 1],
        [[2, 3, channels], -1],
        [[1, 2, 2, channels], 3],
        [[channels, 5], 0],
        [[2, channels, 3], 1],
        [[2, channels, 3, 2], -3],
      ] as const,
  ),
  [[700, 7], 0],
  [[2, 700, 13], 1],
  [[3, 1025], 0],
  [[2, 3, 1100], 1],
  [[2, 3, 25, 47], 1],
  [[2, 2, 3, 1031], -2],
  [[2, 60000], 0],
  [[20000, 7], 1],
  [[0, 3], 1],
  [[5], 0],
];

/** Calls of every kind, the same for the same random numbers. */
export function* cases(random: Random): Generator<Case> {
  for (const values of ["finite", "special"] as const) {
    for (let k = 0; k < 150; k++) yield numberCase(random.below(2001), values, random);
    for (const length of [0, 1, 23, 24, 25, 384, 100_003]) yield numberCase(length, values, random);
    for (const [shape, axis] of SHAPES) yield channelCase(shape, axis, values, random);
  }
}

/** What a call gives, of everything. */
export function resultsOf(sau: Sau, { x, dy, params }: Case): Results {
  const y = sau.forward(x, params);
  return together(y, sau.backward<SauParams, (typeof WANT)[number]>(x, dy, params, { want: WANT }));
}

/** As {@link resultsOf}, of a pool. */
export async function poolResultsOf(pool: SauPool, { x, dy, params }: Case): Promise<Results> {
  const [y, gradients] = await Promise.all([
    pool.forward(x, params),
    pool.backward<SauParams, (typeof WANT)[number]>(x, dy, params, { want: WANT }),
  ]);
  return together(y, gradients);
}

/** y and the gradients as results. */
export function together(y: Float32Array, gradients: object): Results {
  const singles: Record<string, Float32Array> = { y };
  const doubles: Record<string, number> = {};
  for (const [name, gradient] of Object.entries(gradients) as [string, number | Float32Array][]) {
    if (typeof gradient === "number") doubles[name] = gradient;
    else singles[name] = gradient;
  }
  return { singles, doubles };
}

/** A call in words, for a message. */
export function inWords({ x, params }: Case): string {
  const value = (given: unknown): string =>
    given instanceof Float32Array
      ? `${given.length} values, the first ${given[0]}`
      : Object.is(given, -0)
        ? "-0"
        : JSON.stringify(given);
  const given = Object.entries(params).map(([name, what]) => `${name}: ${value(what)}`);
  return `${x.length} elements, ${given.join(", ")}`;
}
