/** Holds what a tier gave for a block of inputs to the contract of accuracy. */
import { BOUNDS } from "../support/bounds.js";
import { CLAMP, infiniteError, ulpsPerUnit } from "../support/errors-in-ulp.js";
import { DENSITY_AT_ZERO, type Pair, smoothScale } from "../support/oracle.js";
import type { Measure, Tallies } from "./measures.js";
import { Exact, NEGLIGIBLE_FROM } from "./oracle.js";
import { BLOCK, type TierOutputs, terms } from "./outputs.js";

const { abs, fround, max } = Math;

/** 1 / ulp of a double, by its biased exponent. */
const ULPS_PER_UNIT = Float64Array.from({ length: 2047 }, (_, biased) => ulpsPerUnit(2 ** (biased - 1023)));
const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const EXPONENT_SHIFT = 20;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** The half of a double that has its exponent. */
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** What a tier's results are held to, for one pair. */
export class Judge {
  readonly #exact: Exact;
  #magnitudes: Float32Array = new Float32Array(BLOCK);
  #isEvaluated = false;
  /** Room for the figures of a measure, and for terms: of the magnitudes, then of their negatives. */
  readonly #figures = new Float64Array(2 * BLOCK);
  readonly #ofAlpha = new Float64Array(2 * BLOCK);
  readonly #ofBeta = new Float64Array(2 * BLOCK);

  constructor(readonly pair: Pair) {
    this.#exact = new Exact(pair, BLOCK);
  }

  /** Takes a block's magnitudes, which ascend, and works out what is exact for them when it is first asked for. */
  begin(magnitudes: Float32Array): void {
    this.#magnitudes = magnitudes;
    this.#isEvaluated = false;
  }

  /**
   * Judges the results of the block that was begun last; every x is finite.
   *
   * @returns how many are not leaky ReLU, or a slope not 1 or alpha, where the contract asks for it to the last bit
   */
  judge(found: TierOutputs, tallies: Tallies): number {
    const isBeyond = found.x[0]! * this.pair.beta >= NEGLIGIBLE_FROM;
    if (isBeyond && isLeaky(found, this.pair.alpha)) {
      this.#judgeBeyond(found, tallies);
      return 0;
    }
    if (!this.#isEvaluated) this.#exact.evaluate(this.#magnitudes);
    this.#isEvaluated = true;
    return this.#judgeEach(found, tallies);
  }

  /** Where results are those of leaky ReLU, and so is what is exact: only alpha x is rounded. */
  #judgeBeyond(found: TierOutputs, tallies: Tallies): void {
    const { x, y } = found;
    const { alpha } = this.pair;
    const figures = this.#figures.subarray(BLOCK);
    const smallest = smoothScale(this.pair);
    for (let i = 0; i < BLOCK; i++) figures[i] = m2(y[BLOCK + i]!, alpha * x[BLOCK + i]!, smallest);
    tallies.y.add(figures, x.subarray(BLOCK));
    tallies.y.addEqual(0, BLOCK, x[0]!);
    for (const measure of ["dy/dx", "dAlpha", "dBeta"] as const) {
      tallies[measure].addEqual(0, 2 * BLOCK, x[0]!);
    }
  }

  // One loop a measure: short ones are compiled well.
  #judgeEach(found: TierOutputs, tallies: Tallies): number {
    const { x } = found;
    // Where everything is the same for all magnitudes, one of them stands for all.
    const stride = this.#isConstant(found) ? BLOCK : 1;
    const add = (measure: Measure): void => {
      if (stride === 1) tallies[measure].add(this.#figures, x);
      else for (const at of [0, BLOCK]) tallies[measure].addEqual(this.#figures[at]!, BLOCK, x[at]!);
    };
    this.#judgeForward(found, stride);
    add("y");
    this.#judgeSlopes(found, stride);
    add("dy/dx");
    terms(this.pair, found, this.#ofAlpha, this.#ofBeta, stride);
    this.#judgeAlpha(stride);
    add("dAlpha");
    this.#judgeBeta(stride);
    add("dBeta");
    return this.#notLeaky(found);
  }

  /**
   * Whether neither the results nor what is exact depends on the magnitude, as for tiny ones. What is exact does so
   * monotonically: the ends of the block tell.
   */
  #isConstant({ y, dx, smooth, tail }: TierOutputs): boolean {
    const { y: exactY, slope, alpha, beta } = this.#exact;
    for (const exact of [exactY, slope, alpha, beta]) {
      for (const from of [0, BLOCK]) if (exact[from] !== exact[from + BLOCK - 1]) return false;
    }
    return (
      [y, dx].every((array) => isUniform(array, 0) && isUniform(array, BLOCK)) &&
      [smooth, tail].every((array) => isUniform(array, 0))
    );
  }

  #judgeForward({ y }: TierOutputs, stride: number): void {
    const figures = this.#figures;
    const { y: exact } = this.#exact;
    const smallest = smoothScale(this.pair);
    for (let i = 0; i < 2 * BLOCK; i += stride) figures[i] = m2(y[i]!, exact[i]!, smallest);
  }

  #judgeSlopes({ dx }: TierOutputs, stride: number): void {
    const { alpha } = this.pair;
    const figures = this.#figures;
    const { slope: exact } = this.#exact;
    const bound = BOUNDS["dy/dx"] * max(1, abs(alpha), abs(1 - alpha));
    for (let i = 0; i < 2 * BLOCK; i += stride) figures[i] = abs(dx[i]! - exact[i]!) / bound;
  }

  #judgeAlpha(stride: number): void {
    const [figures, found] = [this.#figures, this.#ofAlpha];
    const { alpha: exact } = this.#exact;
    const floor = DENSITY_AT_ZERO / this.pair.beta;
    for (let i = 0; i < 2 * BLOCK; i += stride) {
      figures[i] = abs(found[i]! - exact[i]!) / (BOUNDS.dAlpha * max(abs(exact[i]!), floor));
    }
  }

  #judgeBeta(stride: number): void {
    const [figures, found] = [this.#figures, this.#ofBeta];
    const { beta: exact } = this.#exact;
    // Where alpha is 1 every term is 0, and any other is wrong.
    const bound = BOUNDS.dBeta * (smoothScale(this.pair) / this.pair.beta) || Number.MIN_VALUE;
    for (let i = 0; i < 2 * BLOCK; i += stride) figures[i] = abs(found[i]! - exact[i]!) / bound;
  }

  #notLeaky({ x, y, dx }: TierOutputs): number {
    const { alpha, beta } = this.pair;
    let count = 0;
    for (let i = BLOCK - 1; i >= 0 && x[i]! * beta >= CLAMP; i--) {
      const m = x[i]!;
      const isForward = y[i] === m && y[BLOCK + i] === fround(-alpha * m);
      if (!isForward || dx[i] !== 1 || dx[BLOCK + i] !== alpha) count++;
    }
    return count;
  }
}

/** M2 of one result. */
function m2(got: number, exact: number, smallest: number): number {
  double[0] = max(abs(exact), smallest);
  const ulps = ULPS_PER_UNIT[words[high]! >>> EXPONENT_SHIFT]!;
  const error = abs(got - exact) * ulps;
  return error === Infinity ? infiniteError(got, exact, ulps) : error;
}

/** Whether a block's values from `from` on have the same bits: each those of the next. */
function isUniform(array: Float32Array, from: number): boolean {
  const bytes = (start: number): Buffer =>
    Buffer.from(array.buffer as ArrayBuffer, array.byteOffset + start * FLOAT, (BLOCK - 1) * FLOAT);
  return bytes(from).equals(bytes(from + 1));
}

/** Whether all results are those of leaky ReLU, and nothing is left of h and Q. */
function isLeaky({ x, y, dx, smooth, tail }: TierOutputs, alpha: number): boolean {
  for (let i = 0; i < BLOCK; i++) {
    const m = x[i]!;
    if (y[i] !== m || y[BLOCK + i] !== fround(-alpha * m)) return false;
    if (dx[i] !== 1 || dx[BLOCK + i] !== alpha || smooth[i] !== 0 || tail[i] !== 0) return false;
  }
  return true;
}

/**
 * Of a block of magnitudes from infinity on, which has infinity and NaN alone: how many results are not what they
 * must be. The terms of the infinities are those of calls on one element.
 */
export function wrongBeyondFinite(found: TierOutputs, { alpha }: Pair): number {
  const { x, y, dx, smooth, tail } = found;
  let wrong = 0;
  for (let i = 0; i < 2 * BLOCK; i++) {
    const input = x[i]!;
    if (Number.isNaN(input)) {
      const k = i % BLOCK;
      if (![y[i], dx[i], smooth[k], tail[k]].every(Number.isNaN)) wrong++;
      continue;
    }
    const { dAlpha, dBeta } = found.alone(input);
    const [leaky, slope] = input > 0 ? [input, 1] : [alpha === 0 ? 0 : alpha * input, alpha];
    if (y[i] !== leaky || dx[i] !== slope || dAlpha !== Math.min(input, 0) || dBeta !== 0) wrong++;
  }
  return wrong;
}
