/**
 * The slow model of the verbs: what each element and each sum should be, in double precision and one by one, and how
 * far from it a result may be by the contract of accuracy (README.md, "How exact"; docs of ts/api.ts).
 */
import { CLAMP, ulpsPerUnit } from "../support/errors-in-ulp.js";
import { activation, alphaSlope, betaSlope, DENSITY_AT_ZERO, leakyRelu, slope } from "../support/oracle.js";

const { abs, fround, max, sign } = Math;

/**
 * Forward's bound of 3 and the slope's of 2^-23, with what searches for the worst inputs of any parameters have found
 * beyond them (README.md).
 */
const MOST_ULP = 3.7;
const MOST_SLOPE_ERROR = 1.05 * 2 ** -23;
/** Alphas at float32's end have up to 1.3 of it. */
const MOST_SLOPE_ERROR_AT_END = 1.35 * 2 ** -23;
const END = 2 ** 126;

/** Of sums, to be multiplied by the sum of what their terms count as. */
const MOST_SUM_ERROR = 1.25e-6;

const LARGEST = (2 - 2 ** -23) * 2 ** 127;
const SMALLEST = 2 ** -149;
/** Half an ulp, of a value of 1. */
const ROUNDING = 2 ** -24;

/** The parameters of one element, as given. */
export interface ElementParams {
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/** What the kernels take SAU of. */
function inputOf(x: number, bias: number): number {
  return bias === 0 ? x : fround(x + fround(bias));
}

/** Whether the exact leaky ReLU is not promised, since the kernels scale x (ts/params.ts, rescueScale). */
function isScaled(alpha: number, beta: number): boolean {
  return abs(1 - alpha) / beta >= 2 ** 124 || beta < 2 ** -120;
}

/** Whether x + bias overflows float32 where the kernels scale it, so that their sum may be finite: both are right. */
function isOpenSum(x: number, { alpha, beta, bias }: ElementParams): boolean {
  return Number.isFinite(x) && !Number.isFinite(inputOf(x, bias)) && isScaled(fround(alpha), fround(beta));
}

/** Whether `y` is SAU of `x`. */
export function isY(y: number, x: number, params: ElementParams): boolean {
  const [alpha, beta] = [fround(params.alpha), fround(params.beta)];
  const input = inputOf(x, params.bias);
  if (Number.isNaN(input)) return Number.isNaN(y);
  if (isOpenSum(x, params)) return !Number.isNaN(y);
  if (alpha === 1) return Object.is(y, input);
  if (input === Infinity) return y === Infinity;
  if (input === -Infinity) return y === (alpha === 0 ? 0 : -Infinity * sign(alpha));
  const exact = activation(input, alpha, beta);
  const beyond = abs(input) * beta >= CLAMP;
  if (beyond && !isScaled(alpha, beta)) return y === fround(leakyRelu(input, alpha));
  const floor = (abs(1 - alpha) * DENSITY_AT_ZERO) / beta;
  return isWithin(y, exact, MOST_ULP / ulpsPerUnit(max(abs(exact), floor)));
}

/** Whether `found` is within `error` of `exact`, where both may be beyond float32. */
function isWithin(found: number, exact: number, error: number): boolean {
  if (abs(found - exact) <= error) return true;
  if (abs(found) !== Infinity) return false;
  // What rounds to infinity, or does so within the error.
  return sign(found) === sign(exact) && abs(exact) + error + 2 ** 103 >= LARGEST;
}

function slopeError(alpha: number): number {
  const most = abs(alpha) > END ? MOST_SLOPE_ERROR_AT_END : MOST_SLOPE_ERROR;
  return most * max(1, abs(alpha), abs(1 - alpha));
}

/** Whether `dx` is dy times the slope at `x`, added to `before` if that is given. */
export function isDx(dx: number, x: number, dy: number, params: ElementParams, before?: number): boolean {
  const [alpha, beta] = [fround(params.alpha), fround(params.beta)];
  const input = inputOf(x, params.bias);
  if (Number.isNaN(input) || !Number.isFinite(dy)) return !Number.isFinite(dx);
  if (isOpenSum(x, params)) return !Number.isNaN(dx);
  const isExact = alpha === 1 || (abs(input) * beta >= CLAMP && !isScaled(alpha, beta));
  const limit = input < 0 ? alpha : 1;
  const exact = (isExact ? limit : slope(input, alpha, beta)) * dy;
  if (before === undefined) {
    if (isExact) return dx === fround(exact);
    return isWithin(dx, exact, slopeError(alpha) * abs(dy) + ROUNDING * abs(exact) + SMALLEST);
  }
  if (!Number.isFinite(before)) return !Number.isFinite(dx);
  const error = slopeError(alpha) * abs(dy) + ROUNDING * (abs(exact) + abs(before + exact)) + 2 * SMALLEST;
  // The gradient may overflow before it is added.
  if (abs(exact) + error >= LARGEST) return true;
  return isWithin(dx, before + exact, error);
}

/** The gradient of a parameter, summed term by term. */
export class ModelSum {
  #sum = 0;
  #scale = 0;
  #least = 0;
  #count = 0;
  /** Whether a term is no finite number, so that the sum is none that could be said. */
  #isOpen = false;

  constructor(readonly name: "alpha" | "beta" | "bias") {}

  add(x: number, dy: number, params: ElementParams): void {
    const [alpha, beta] = [fround(params.alpha), fround(params.beta)];
    const input = inputOf(x, params.bias);
    const [term, atZero, least] = this.#term(input, alpha, beta);
    this.#count++;
    if (!Number.isFinite(term) || !Number.isFinite(dy) || !Number.isFinite(input)) this.#isOpen = true;
    this.#sum += term * dy;
    this.#scale += max(abs(term), abs(atZero)) * abs(dy);
    this.#least = max(this.#least, least);
  }

  /** The term's factor of dy, what it counts as at x = 0, and what the smallest float32 stands for. */
  #term(x: number, alpha: number, beta: number): [number, number, number] {
    switch (this.name) {
      case "alpha":
        return [alphaSlope(x, alpha, beta), DENSITY_AT_ZERO / beta, 1 + 8 / beta];
      case "beta":
        return [betaSlope(x, alpha, beta), betaSlope(0, alpha, beta), (8 * abs(1 - alpha)) / beta / beta];
      default:
        return [slope(x, alpha, beta), max(1, abs(alpha), abs(1 - alpha)), 1];
    }
  }

  /** Whether `found` is the sum, added to `before`, rounded to float32 if it was put into an array. */
  is(found: number, before: number, isRounded: boolean): boolean {
    if (this.#isOpen || !Number.isFinite(before)) return true;
    // x is divided by up to 2^30 where beta is the smallest: what underflows then counts for that much more.
    const underflow = 2 ** 30 * SMALLEST * (this.#count + 1) * this.#least;
    const exact = before + this.#sum;
    const error = MOST_SUM_ERROR * this.#scale + underflow + ROUNDING * abs(exact) + SMALLEST;
    return isRounded ? isWithin(found, exact, error) : abs(found - exact) <= error;
  }

  toString(): string {
    return `${this.#sum}, of terms whose magnitudes sum to ${this.#scale}`;
  }
}
