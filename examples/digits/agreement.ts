import { plainBackward, plainForward } from "./plain-sau.js";

/** What to compute: channels last, one alpha a channel (one in all: the same for everything). */
export interface Case {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly alpha: Float32Array;
  readonly beta: number;
}

/** What sau-simd answered. */
export interface Answer {
  readonly y: Float32Array;
  readonly dx: Float32Array;
  readonly dAlpha: Float32Array;
}

/**
 * Compares an answer with plain JavaScript's, within what sau-simd promises (an error of 3 ulp
 * forward, 2^-23 in the slope, 1e-6 of the sum of |terms|) and the rounding of plain's own results.
 *
 * @throws Error naming the first number that is further away.
 */
export function checkAgreement({ x, dy, alpha, beta }: Case, { y, dx, dAlpha }: Answer): void {
  const plainY = new Float32Array(x.length);
  const plainDx = new Float32Array(x.length);
  const plainDAlpha = new Float32Array(alpha.length);
  const termsSize = new Float32Array(alpha.length);
  plainForward(x, alpha, beta, plainY);
  // No term of dy/dalpha is positive, so that with |dy| the sum is -(the sum of |terms|).
  plainBackward(x, dy.map(Math.abs), alpha, beta, plainDx, termsSize);
  plainBackward(x, dy, alpha, beta, plainDx, plainDAlpha);

  for (let i = 0; i < x.length; i++) {
    const a = alpha[i % alpha.length];
    const scale = Math.max(Math.abs(plainY[i]), (Math.abs(1 - a) * PHI_0) / beta);
    compare("y", i, y[i], plainY[i], 4 * ulp(scale), beta);
    const slope = 2 ** -23 * Math.max(1, Math.abs(a), Math.abs(1 - a));
    compare("dx", i, dx[i], plainDx[i], slope * Math.abs(dy[i]) + ulp(plainDx[i]), beta);
  }
  for (let c = 0; c < alpha.length; c++) {
    const bound = 1e-6 * Math.abs(termsSize[c]) + ulp(plainDAlpha[c]);
    compare("dalpha", c, dAlpha[c], plainDAlpha[c], bound, beta);
  }
}

/** phi(0), the height of the normal density. */
const PHI_0 = 1 / Math.sqrt(2 * Math.PI);

/** Distance between the float32 numbers around `value`. */
function ulp(value: number): number {
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 23, -149);
}

function compare(
  name: string,
  index: number,
  given: number,
  expected: number,
  bound: number,
  beta: number,
): void {
  // Written so that NaN fails.
  if (!(Math.abs(given - expected) <= bound)) {
    throw new Error(
      `sau-simd and plain JavaScript disagree at beta ${beta}: ` +
        `${name}[${index}] is ${given}, not ${expected} within ${bound.toExponential(1)}`,
    );
  }
}
