/**
 * SAU and its derivatives in double precision, written from the definition's closed form and sharing
 * nothing with the kernels: the second opinion that the other tests compare with.
 *
 * With u = beta x, Q = 1 - Phi and h(t) = phi(t) - t Q(t):
 *
 *     y         = leaky_relu(x; alpha) + (1 - alpha) h(|u|) / beta
 *     dy/dx     = x < 0 ? alpha + (1 - alpha) Q(|u|) : 1 - (1 - alpha) Q(|u|)
 *     dy/dalpha = min(x, 0) - h(|u|) / beta
 *     dy/dbeta  = -(1 - alpha) phi(u) / beta^2
 *
 * test/oracle.test.ts compares it with the convolution itself and with values of 50 digits.
 */
import stdlibErfc from "@stdlib/math-base-special-erfc";

// A local name: an imported one is looked up at each use.
const erfc: (x: number) => number = stdlibErfc;
const { abs, exp, fround, SQRT1_2 } = Math;

/** phi(0). */
export const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

/** phi underflows double from here on, and with it Q and h. */
const VANISHES_FROM = 39;

/** phi(t), the density of the standard normal distribution. */
export function density(t: number): number {
  return DENSITY_AT_ZERO * exp(-0.5 * t * t);
}

/** Q(t) = 1 - Phi(t), for t >= 0. */
export function upperTail(t: number): number {
  return t >= VANISHES_FROM ? 0 : 0.5 * erfc(t * SQRT1_2);
}

/** h(t) = phi(t) - t Q(t), for t >= 0. */
export function smoothPart(t: number): number {
  return t >= VANISHES_FROM ? 0 : density(t) - t * upperTail(t);
}

/** Leaky ReLU; 0 at -infinity where alpha is 0. */
export function leakyRelu(x: number, alpha: number): number {
  if (x >= 0) return x;
  return alpha === 0 && x === -Infinity ? 0 : alpha * x;
}

/** SAU of parameters that are used as they are. */
export function activation(x: number, alpha: number, beta: number): number {
  return leakyRelu(x, alpha) + ((1 - alpha) * smoothPart(abs(beta * x))) / beta;
}

/** dy/dx. */
export function slope(x: number, alpha: number, beta: number): number {
  const tail = upperTail(abs(beta * x));
  return x < 0 ? alpha + (1 - alpha) * tail : 1 - (1 - alpha) * tail;
}

/** dy/dalpha. */
export function alphaSlope(x: number, _alpha: number, beta: number): number {
  return Math.min(x, 0) - smoothPart(abs(beta * x)) / beta;
}

/** dy/dbeta. */
export function betaSlope(x: number, alpha: number, beta: number): number {
  return ((alpha - 1) * density(beta * x)) / beta / beta;
}

/** alpha and beta as the kernels take them: rounded to float32. */
export interface Pair {
  readonly alpha: number;
  readonly beta: number;
}

/** Parameters rounded to float32. */
export function roundedPair(alpha: number, beta: number): Pair {
  return { alpha: fround(alpha), beta: fround(beta) };
}

/** The size of what SAU adds to leaky ReLU at x = 0: |1 - alpha| phi(0) / beta. */
export function smoothScale({ alpha, beta }: Pair): number {
  return (abs(1 - alpha) * DENSITY_AT_ZERO) / beta;
}

/** y at each of `x`. */
export function activations(x: Float32Array, { alpha, beta }: Pair): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = activation(x[i]!, alpha, beta);
  return y;
}

/** Exact derivatives of a set of points. */
export interface Slopes {
  readonly x: Float64Array;
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
}

/** dy/dx, dy/dalpha and dy/dbeta at each of `x`. */
export function slopes(x: Float32Array, { alpha, beta }: Pair): Slopes {
  const result = {
    x: new Float64Array(x.length),
    alpha: new Float64Array(x.length),
    beta: new Float64Array(x.length),
  };
  for (let i = 0; i < x.length; i++) {
    // As the functions above, with the error function called once.
    const input = x[i]!;
    const t = abs(beta * input);
    const tail = upperTail(t);
    const phi = density(t);
    const smooth = t >= VANISHES_FROM ? 0 : phi - t * tail;
    result.x[i] = input < 0 ? alpha + (1 - alpha) * tail : 1 - (1 - alpha) * tail;
    result.alpha[i] = Math.min(input, 0) - smooth / beta;
    result.beta[i] = ((alpha - 1) * phi) / beta / beta;
  }
  return result;
}
