/**
 * M2, the measure of the forward contract: the error in ulp of max(|y|, |1 - alpha| phi(0) / beta), where
 * y is exact and an ulp of v is 2^(max(floor(log2 v), -126) - 23).
 */
import { activations, leakyRelu, type Pair, smoothScale } from "./oracle.js";

const { abs, fround } = Math;

/** From here on the contract asks for leaky ReLU to the last bit, and for slopes of exactly 1 and alpha. */
export const CLAMP = 5.3;

/** Where float32 ends: what an infinite result of a rounding stands for. */
const OVERFLOW = 2 ** 128;

const SMALLEST_NORMAL_EXPONENT = -126;
const FRACTION_BITS = 23;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** The half of a double that has its exponent. */
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** 1 / ulp(v), for v from 0. */
export function ulpsPerUnit(v: number): number {
  double[0] = v;
  const exponent = (words[high]! >>> 20) - 1023;
  // A power of two, made from its exponent.
  words[high] = (FRACTION_BITS - Math.max(exponent, SMALLEST_NORMAL_EXPONENT) + 1023) << 20;
  words[1 - high] = 0;
  return double[0]!;
}

/** What forward should give at a set of points. */
export interface Expected {
  readonly pair: Pair;
  readonly x: Float32Array;
  readonly y: Float64Array;
  /** 1 / ulp(max(|y|, |1 - alpha| phi(0) / beta)). */
  readonly ulps: Float64Array;
}

/** What forward should give at each of `x`. */
export function expected(x: Float32Array, pair: Pair): Expected {
  const y = activations(x, pair);
  const floor = smoothScale(pair);
  const ulps = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) ulps[i] = ulpsPerUnit(Math.max(abs(y[i]!), floor));
  return { pair, x, y, ulps };
}

/** M2 of one result that is infinite. */
export function infiniteError(got: number, exact: number, ulps: number): number {
  const overflows = abs(exact) >= OVERFLOW;
  if (overflows) return got === Math.sign(exact) * Infinity ? 0 : Infinity;
  return abs(Math.sign(got) * OVERFLOW - exact) * ulps;
}

/** The worst M2 of `got`, and its index; Infinity for a NaN. */
export function worstM2(got: Float32Array, { y, ulps }: Expected): { m2: number; index: number } {
  let [m2, index] = [0, 0];
  for (let i = 0; i < got.length; i++) {
    const value = got[i]!;
    let error = abs(value - y[i]!) * ulps[i]!;
    if (!(error <= m2)) {
      if (abs(value) === Infinity) error = infiniteError(value, y[i]!, ulps[i]!);
      if (Number.isNaN(error)) return { m2: Infinity, index: i };
      if (error > m2) [m2, index] = [error, i];
    }
  }
  return { m2, index };
}

/** The index of the first result beyond the clamp that is not leaky ReLU to the last bit, or -1. */
export function firstNotLeaky(got: Float32Array, { x, pair }: Expected): number {
  const { alpha, beta } = pair;
  for (let i = 0; i < got.length; i++) {
    const input = x[i]!;
    if (abs(input) * beta >= CLAMP && got[i] !== fround(leakyRelu(input, alpha))) return i;
  }
  return -1;
}
