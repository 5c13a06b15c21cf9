/**
 * SAU composed of TensorFlow.js's own operations: on backends without kernels, which are webgl, webgpu, node and any
 * other, and for gradients that are to be differentiated again.
 *
 * With e = erf(beta x / sqrt 2) and g = exp(-(beta x)^2 / 2):
 *
 *     dy/dx     = alpha + (1 - alpha) (1 + e) / 2
 *     y         = x dy/dx + (1 - alpha) g / (sqrt(2 pi) beta)
 *     dy/dalpha = (x (1 - e) - 2 g / (sqrt(2 pi) beta)) / 2
 *     dy/dbeta  = -(1 - alpha) g / (sqrt(2 pi) beta^2)
 *
 * 1 + e is exactly 0 far below 0, so that y is exactly alpha x there. Elsewhere the error is that of the backend's erf,
 * 1.5e-7 (Abramowitz and Stegun 7.1.26), and of float32, times x: 2.3e-7 of max(|x|, 1 / beta) were found, 3e-7 are
 * held (test/frameworks/tfjs/op.test.ts).
 */
import type { Tensor, Tf } from "./framework.js";
import { PARAMETERS } from "./kernels.js";

/** alpha and beta: tensors that broadcast to x, or numbers. */
export interface Parameters {
  readonly alpha: Tensor | number;
  readonly beta: Tensor | number;
}

/** What y and the gradients have in common; in the order in which they are saved. */
export interface Parts {
  readonly slope: Tensor;
  readonly e: Tensor;
  readonly g: Tensor;
}

/** The greatest number that float32 holds. */
const GREATEST = (2 - 2 ** -23) * 2 ** 127;

const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

/** A product of parameters, in numbers where all are numbers. */
function product(tf: Tf, a: Tensor | number, b: Tensor | number): Tensor | number {
  return typeof a === "number" && typeof b === "number" ? a * b : tf.mul(a, b);
}

/** (1 - alpha) factor. */
function complement(tf: Tf, alpha: Tensor | number, factor: Tensor | number): Tensor | number {
  return product(tf, typeof alpha === "number" ? 1 - alpha : tf.sub(1, alpha), factor);
}

/** A power of beta below 0, times phi(0). */
function density(tf: Tf, beta: Tensor | number, power: number): Tensor | number {
  if (typeof beta === "number") return DENSITY_AT_ZERO * beta ** power;
  return tf.mul(tf.pow(beta, power), DENSITY_AT_ZERO);
}

export function partsOf(tf: Tf, x: Tensor, { alpha, beta }: Parameters): Parts {
  const v = tf.mul(x, product(tf, beta, Math.SQRT1_2));
  const e = tf.erf(v);
  const g = tf.exp(tf.mul(tf.square(v), -1)); // neg takes longer, on the cpu backend
  const slope = tf.add(tf.mul(tf.add(e, 1), complement(tf, alpha, 0.5)), alpha);
  return { slope, e, g };
}

/** y. */
export function forward(tf: Tf, x: Tensor, { alpha, beta }: Parameters, { slope, g }: Parts): Tensor {
  return tf.add(tf.mul(x, slope), tf.mul(g, complement(tf, alpha, density(tf, beta, -1))));
}

/** The gradients of x, and of those parameters that are tensors, in their order. */
export function backward(
  tf: Tf,
  dy: Tensor,
  x: Tensor,
  parameters: Parameters,
  { slope, e, g }: Parts,
): Tensor[] {
  const { alpha, beta } = parameters;
  const terms = {
    alpha: () => {
      const finite = tf.minimum(x, GREATEST); // infinity times 1 - e, which is 0 there, would be NaN
      const twice = tf.sub(tf.mul(finite, tf.sub(1, e)), tf.mul(g, product(tf, density(tf, beta, -1), 2)));
      return tf.mul(twice, dy);
    },
    beta: () => tf.mul(tf.mul(g, complement(tf, alpha, density(tf, beta, -2))), dy),
  };
  // Of sums, which are small, and not of their terms.
  const factors = { alpha: 0.5, beta: -1 };
  const gradients = [tf.mul(dy, slope)];
  for (const name of PARAMETERS) {
    const parameter = parameters[name];
    if (typeof parameter === "number") continue;
    const axes = tf.broadcast_util.getReductionAxes(parameter.shape, dy.shape);
    const sum = tf.mul(tf.sum(terms[name](), axes), factors[name]);
    gradients.push(tf.reshape(sum, parameter.shape));
  }
  return gradients;
}
