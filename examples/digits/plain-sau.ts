/**
 * SAU in plain JavaScript, written with care and nothing special: what a program without sau-simd
 * would run. It is here to be compared with, in answers and in time, and for nothing else.
 *
 * Double precision throughout, rounded once when stored. With t = beta |x| and Q(t) = 1 - Phi(t):
 *
 *     h(t)      = phi(t) - t Q(t)
 *     y         = leaky_relu(x; alpha) + (1 - alpha) h(t) / beta
 *     dy/dx     = alpha + (1 - alpha) Phi(beta x)
 *     dy/dalpha = min(x, 0) - h(t) / beta
 *
 * Unlike x Phi(beta x) + phi(beta x) / beta, this neither cancels for x far below zero nor
 * overflows. Channels come last: element i has alpha[i % alpha.length].
 */
import erfc from "@stdlib/math-base-special-erfc";

const INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** From here on phi(t) is below the smallest double: what is left is leaky ReLU. */
const FLAT = 39;

export function plainForward(x: Float32Array, alpha: Float32Array, beta: number, out: Float32Array): void {
  let channel = 0;
  for (let i = 0; i < x.length; i++) {
    const a = alpha[channel];
    const v = x[i];
    const leaky = v < 0 ? a * v : v;
    const t = beta * Math.abs(v);
    if (t < FLAT) {
      const tail = 0.5 * erfc(t * Math.SQRT1_2);
      const h = INVERSE_SQRT_2PI * Math.exp(-0.5 * t * t) - t * tail;
      out[i] = leaky + ((1 - a) * h) / beta;
    } else {
      out[i] = leaky;
    }
    if (++channel === alpha.length) channel = 0;
  }
}

/** Writes dx, and to dAlpha one sum a channel. */
export function plainBackward(
  x: Float32Array,
  dy: Float32Array,
  alpha: Float32Array,
  beta: number,
  dx: Float32Array,
  dAlpha: Float32Array,
): void {
  const sums = new Float64Array(alpha.length);
  let channel = 0;
  for (let i = 0; i < x.length; i++) {
    const a = alpha[channel];
    const v = x[i];
    const t = beta * Math.abs(v);
    let tail = 0;
    let h = 0;
    if (t < FLAT) {
      tail = 0.5 * erfc(t * Math.SQRT1_2);
      h = INVERSE_SQRT_2PI * Math.exp(-0.5 * t * t) - t * tail;
    }
    dx[i] = dy[i] * (a + (1 - a) * (v < 0 ? tail : 1 - tail));
    sums[channel] += dy[i] * (Math.min(v, 0) - h / beta);
    if (++channel === alpha.length) channel = 0;
  }
  dAlpha.set(sums);
}
