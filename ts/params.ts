/**
 * SAU's parameters: defaults, checks, and what is derived from them for the kernels.
 *
 * Parameters are rounded to float32 first; what is derived is computed in double and rounded once.
 */
import { argumentScale, clamp, smooth, tail } from "../scripts/fit/coefficients.json";
import { MOST_DIMENSIONS } from "./dimensions.js";
import { checkObject, describe } from "./errors.js";

const { fround } = Math;

/** The paper's alpha at the start of training, and its fixed beta (arXiv 2109.13210, section 3). */
export const DEFAULTS = { alpha: 0.15, beta: 20000 } as const;

/** Parameters of SAU: one number, or one value a channel in a Float32Array. */
export interface SauParams {
  /** Slope of the negative side, any finite number. Default 0.15. */
  readonly alpha?: number | Float32Array;
  /** Inverse width of the Gaussian, finite and above 0 in float32. Default 20000. */
  readonly beta?: number | Float32Array;
  /** Added to x first, any finite number. Default: none. */
  readonly bias?: number | Float32Array;
  /** The array's dimensions, row-major; needed for values a channel. Their product is x.length. */
  readonly shape?: readonly number[];
  /** The dimension of `shape` that the channels lie along; negative counts from the end. */
  readonly channelAxis?: number;
}

/** How an array falls into channels: element i has channel floor(i / inner) mod channels. */
export interface ChannelLayout {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** Checked parameters of a call. A parameter that is one value for all is at index 0. */
export interface CheckedParams {
  readonly alpha: ParameterValues;
  readonly beta: ParameterValues;
  readonly bias: ParameterValues;
  /** Undefined when every parameter is one value for all. */
  readonly layout: ChannelLayout | undefined;
}

/** One parameter's values, copied, so that an output may be the array they came from. */
export interface ParameterValues {
  readonly perChannel: boolean;
  readonly values: Float32Array;
}

/** Whether `value` is a Float32Array, of whichever realm. */
export function isFloat32Array(value: unknown): value is Float32Array {
  return typedArrayName.call(value) === "Float32Array";
}

const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get! as (this: unknown) => string | undefined;

/**
 * Whether an array has a first value: every Float32Array but an empty one, or one whose buffer is detached.
 *
 * Not by its length: in code that has also seen resizable buffers, V8 before 13.6 (Node 20 and 22) gives the length
 * that a detached array had.
 */
export function hasFirst(array: Float32Array): boolean {
  return array[0] !== undefined;
}

/**
 * Checks that `value` is a Float32Array whose buffer is attached.
 *
 * @throws {TypeError} naming what was given
 */
export function checkArray(name: string, value: unknown): asserts value is Float32Array {
  if (!isFloat32Array(value)) {
    throw new TypeError(`${name} is ${describe(value)}, expected a Float32Array.`);
  }
  if (!hasFirst(value)) {
    try {
      value.indexOf(0); // throws for a view whose buffer is detached or has shrunk below it
    } catch (cause) {
      throw new TypeError(
        `${name} is a Float32Array whose buffer is detached or has shrunk; an arena tensor's array must be read from .array again after alloc().`,
        { cause },
      );
    }
  }
}

/**
 * Checks one value of a parameter.
 *
 * @param where its index in brackets, for the message; empty for a number
 * @throws {RangeError} naming it
 */
export function checkValue(name: "alpha" | "beta" | "bias", value: number, where: string): void {
  if (name === "beta") {
    const rounded = fround(value);
    if (!(rounded > 0 && rounded < Infinity)) {
      throw new RangeError(
        `beta${where} is ${describe(value)}, expected a number that is finite and above 0 in float32.`,
      );
    }
  } else if (!Number.isFinite(fround(value))) {
    throw new RangeError(
      `${name}${where} is ${describe(value)}, expected a number that is finite in float32.`,
    );
  }
}

/** Parameters as they were given. */
type Given = { -readonly [Name in keyof SauParams]: SauParams[Name] | undefined };

const NO_PARAMS: SauParams = {};

/**
 * The parameters of one Sau: read, checked, and kept from call to call so that a call makes no garbage.
 *
 * Reading may run code of the caller's, which may call this very Sau, or detach an array. It comes first, and nothing
 * is kept before it has ended; checking, and what follows until the call returns, runs none.
 */
export class ParamsChecker {
  /** What was read last, each part asked for once. */
  readonly given: Given = {
    alpha: undefined,
    beta: undefined,
    bias: undefined,
    shape: undefined,
    channelAxis: undefined,
  };
  readonly #checked = {
    alpha: { perChannel: false, values: new Float32Array(1) },
    beta: { perChannel: false, values: new Float32Array(1) },
    bias: { perChannel: false, values: new Float32Array(1) },
    layout: undefined as ChannelLayout | undefined,
  };
  /** Whether what was read last is numbers alone that were found good: the common call repeats them. */
  #isGood = false;

  /**
   * Asks for each part of `params` once.
   *
   * @throws {TypeError} for what is no object, or a shape with too many dimensions
   */
  read(params: SauParams | undefined): this {
    if (params !== undefined) checkObject("params", params, "{ alpha: 0.15 }");
    const { alpha, beta, bias, shape, channelAxis } = params ?? NO_PARAMS;
    const sizes = Array.isArray(shape) ? copyOfShape(shape) : shape;
    const { given } = this;
    if (
      this.#isGood &&
      alpha === given.alpha &&
      beta === given.beta &&
      bias === given.bias &&
      shape === undefined &&
      channelAxis === undefined
    ) {
      return this;
    }
    this.#isGood = false;
    given.alpha = alpha;
    given.beta = beta;
    given.bias = bias;
    given.shape = sizes;
    given.channelAxis = channelAxis;
    return this;
  }

  /**
   * Checks what was read last for an array of `length` values.
   *
   * @returns the same object each time, valid until the next call
   * @throws {RangeError} for a value, {TypeError} for a kind, a shape or an axis
   */
  check(length: number): CheckedParams {
    if (this.#isGood) return this.#checked;
    const { alpha = DEFAULTS.alpha, beta = DEFAULTS.beta, bias = 0, shape, channelAxis } = this.given;
    const noShape = shape === undefined && channelAxis === undefined;
    // Each is asked, so that each is checked, and not as a list, so that a call with numbers makes no garbage.
    const alphas = isPerChannel("alpha", alpha);
    const betas = isPerChannel("beta", beta);
    const biases = isPerChannel("bias", bias);
    const perChannel = alphas || betas || biases;
    const layout = noShape && !perChannel ? undefined : channelLayout(shape, channelAxis, length, perChannel);
    this.#take("alpha", alpha, layout);
    this.#take("beta", beta, layout);
    this.#take("bias", bias, layout);
    this.#checked.layout = perChannel ? layout : undefined;
    this.#isGood = noShape && !perChannel;
    return this.#checked;
  }

  #take(name: "alpha" | "beta" | "bias", given: unknown, layout: ChannelLayout | undefined): void {
    const target = this.#checked[name];
    if (typeof given === "number") {
      checkValue(name, given, "");
      target.perChannel = false;
      target.values[0] = oneZero(name, given);
      return;
    }
    checkArray(name, given);
    const { channels } = layout!;
    if (given.length !== channels) {
      throw new TypeError(
        `${name} has ${given.length} values, expected one for each of the ${channels} channels of shape[channelAxis].`,
      );
    }
    for (let c = 0; c < channels; c++) checkValue(name, given[c]!, `[${c}]`);
    if (target.values.length < channels) target.values = new Float32Array(channels);
    target.perChannel = true;
    for (let c = 0; c < channels; c++) target.values[c] = oneZero(name, given[c]!);
  }
}

/**
 * Checks one parameter by itself: a number, or one value a channel.
 *
 * @returns its values, copied
 * @throws {RangeError} for a value, {TypeError} for a kind
 */
export function checkParameter(name: "alpha" | "beta", given: unknown): ParameterValues {
  const perChannel = isPerChannel(name, given);
  if (perChannel) checkArray(name, given);
  const values = perChannel ? Float32Array.from(given as Float32Array) : Float32Array.of(given as number);
  if (values.length === 0) throw new TypeError(`${name} has no values, expected one for each channel.`);
  for (const [c, value] of values.entries()) {
    checkValue(name, perChannel ? value : (given as number), perChannel ? `[${c}]` : "");
  }
  return { perChannel, values: values.map((value) => oneZero(name, value)) };
}

function isPerChannel(name: string, given: unknown): boolean {
  if (typeof given === "number") return false;
  if (isFloat32Array(given)) return true;
  throw new TypeError(
    `${name} is ${describe(given)}, expected a number or a Float32Array with one value a channel.`,
  );
}

/** One of the two zeros, which mean the same: 0 for alpha, and for a bias -0, which added to x changes no bit of it. */
function oneZero(name: "alpha" | "beta" | "bias", value: number): number {
  if (value !== 0) return value;
  return name === "bias" ? -0 : 0;
}

function copyOfShape(shape: readonly number[]): readonly number[] {
  const rank = shape.length;
  if (rank <= MOST_DIMENSIONS) return Array.from({ length: rank }, (_, k) => shape[k]!);
  throw new TypeError(`shape has ${rank} dimensions, expected at most ${MOST_DIMENSIONS}.`);
}

function channelLayout(
  shape: unknown,
  channelAxis: unknown,
  length: number,
  perChannel: boolean,
): ChannelLayout | undefined {
  if (shape === undefined && channelAxis === undefined) {
    throw new TypeError(
      "A parameter with one value a channel needs shape and channelAxis; neither was given.",
    );
  }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    const given = Array.isArray(shape) ? `[${shape.map(describe).join(", ")}]` : describe(shape);
    throw new TypeError(`shape is ${given}, expected an array of whole numbers from 0.`);
  }
  const product = shape.reduce((sizes: number, size: number) => sizes * size, 1);
  if (product !== length) {
    throw new TypeError(
      `shape is [${shape.join(", ")}], whose product is ${product}, expected the length of x, ${length}.`,
    );
  }
  if (channelAxis === undefined && !perChannel) return undefined;
  const rank = shape.length;
  if (!Number.isInteger(channelAxis) || (channelAxis as number) < -rank || (channelAxis as number) >= rank) {
    const expected = rank === 0 ? "a shape with a dimension" : `a whole number from ${-rank} to ${rank - 1}`;
    throw new TypeError(
      `channelAxis is ${describe(channelAxis)}, expected ${expected}, for shape [${shape.join(", ")}].`,
    );
  }
  const axis = (channelAxis as number) + ((channelAxis as number) < 0 ? rank : 0);
  const size = (from: number, to: number): number =>
    shape.slice(from, to).reduce((sizes: number, next: number) => sizes * next, 1);
  return { outer: size(0, axis), channels: shape[axis], inner: size(axis + 1, rank) };
}

/** The smallest positive float32, and the largest. */
const SMALLEST = 2 ** -149;
const LARGEST = 2 ** 128 - 2 ** 104;

/** Below this a scale's product with the composite h, which is at most 1/16, rounds to 0. */
const VANISHING_SCALE = 2 ** -146;

/** Above this (1 - alpha) / beta may overflow in the unit of the composite h, which is 6.4. */
const LARGEST_SCALE = 2 ** 125;

/**
 * (1 - alpha) / beta in the unit of the composite h, or -0 where the smooth part always rounds to 0, so that
 * adding it keeps the sign of -0.
 */
export function smoothScale(alpha: number, beta: number): number {
  const scale = fround((smooth.unit * (1 - alpha)) / beta);
  return Math.abs(scale) <= VANISHING_SCALE ? -0 : scale;
}

/**
 * -(1 - alpha) in half the unit of the composite Q: the whole unit, 2, would make the largest alpha overflow. Half of
 * it is 2^-22 above 1, which the largest alphas of all do not have room for.
 */
export function halfTailScale(alpha: number): number {
  const scale = (tail.unit / 2) * (alpha - 1);
  return fround(Math.max(-LARGEST, Math.min(scale, LARGEST)));
}

/** Whether twice {@link halfTailScale} is finite, which the kernels need that have one value for all. */
export function isTailScaleFinite(alpha: number): boolean {
  return Math.abs(alpha) < 2 ** 126;
}

/** beta in the composites' scale of t; never 0, so that infinity times it stays infinite. */
export function argumentBeta(beta: number): number {
  return fround(Math.max(argumentScale * beta, SMALLEST));
}

/** The sum of h dy, of what the kernels add up for it. */
export function smoothSum(sum: number): number {
  return smooth.unit * sum;
}

/** The sum of phi dy = (h + t Q) dy, of what the kernels add up for h and for t Q. */
export function densitySum(smoothTerms: number, tailTerms: number): number {
  return smooth.unit * smoothTerms + (tail.unit / argumentScale) * tailTerms;
}

const bits = new Int32Array(1);
const value = new Float32Array(bits.buffer);

/** The float32 `steps` above `from`, of a positive one. */
function step(from: number, steps: number): number {
  value[0] = from;
  bits[0]! += steps;
  return value[0]!;
}

/** The bits of a float32, as a signed integer. */
export function bitsOf(number: number): number {
  value[0] = number;
  return bits[0]!;
}

/** The smallest float32 whose argument of the composites rounds to their clamp or above. */
export function clampedFrom(beta: number): number {
  const scaled = argumentBeta(beta);
  let from = fround(clamp / scaled);
  while (fround(step(from, -1) * scaled) >= clamp) from = step(from, -1);
  while (fround(from * scaled) < clamp) from = step(from, 1);
  return from;
}

/** Below this beta is multiplied by {@link BETA_RESCUE}, since in the composites' scale it would be subnormal. */
const SMALLEST_BETA = 2 ** -123;
const BETA_RESCUE = 2 ** 30;

/**
 * A power of two by which x is divided and beta multiplied, so that the scaled beta has all its bits. 1 for all
 * but the most extreme ones, and where alpha is 1, since y is then x to the last bit.
 */
export function betaRescue(alpha: number, beta: number): number {
  return beta < SMALLEST_BETA && alpha !== 1 ? BETA_RESCUE : 1;
}

/**
 * A power of two by which x is divided and y multiplied, so that (1 - alpha) / beta stays within float32 and
 * beta keeps its bits: SAU(x; alpha, beta) = c SAU(x / c; alpha, c beta). 1 for all but the most extreme
 * parameters.
 */
export function rescueScale(alpha: number, beta: number): number {
  const scale = Math.abs(1 - alpha) / beta;
  const fits = scale < LARGEST_SCALE ? 1 : 2 ** (Math.floor(Math.log2(scale)) - 122);
  return Math.max(fits, betaRescue(alpha, beta));
}

/** Whether {@link rescueScale}, which forward needs, is not 1 for some channel. */
export function needsRescue(params: CheckedParams): boolean {
  return isNeeded(rescueScale, params);
}

/** Whether {@link betaRescue}, which backward needs, is not 1 for some channel. */
export function needsBetaRescue(params: CheckedParams): boolean {
  return isNeeded(betaRescue, params);
}

function isNeeded(
  scale: (alpha: number, beta: number) => number,
  { alpha, beta, layout }: CheckedParams,
): boolean {
  const channels = layout?.channels ?? 1;
  for (let c = 0; c < channels; c++) {
    const a = alpha.values[alpha.perChannel ? c : 0]!;
    if (scale(a, beta.values[beta.perChannel ? c : 0]!) !== 1) return true;
  }
  return false;
}
