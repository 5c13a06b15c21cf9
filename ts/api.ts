/** The interface of this package: what each verb takes, returns, promises and throws. */
import type { BackwardOptions, Gradients, Want } from "./gradients.js";
import type { SauParams } from "./params.js";
import type { Tier, TierReport } from "./tiers.js";

/** Options of forward. */
export interface ForwardOptions {
  /** Where to put y; may be x itself. Default: a new array. */
  readonly out?: Float32Array;
}

/** Options of forwardBatch. */
export interface ForwardBatchOptions {
  /** Where to put each y; each may be its own x, but may not overlap another x. Default: new arrays. */
  readonly out?: readonly Float32Array[];
}

/** Options of backwardBatch. */
export interface BackwardBatchOptions<W extends Want = Want> {
  /** As of backward, for every array. */
  readonly want?: readonly W[];
  /** As of backward, one for each array; dx may be its own x or dy, but may not overlap another's. */
  readonly out?: readonly NonNullable<BackwardOptions["out"]>[];
  /** As of backward. */
  readonly accumulate?: boolean;
}

/** An array in the memory that the kernels work in: used where it lies, with no copy. */
export interface ArenaTensor extends Disposable {
  /**
   * A live view of the values, 64-byte aligned. Read it again after `alloc`, which may grow the memory and
   * thereby detach older views.
   *
   * @throws {DisposedError} after dispose
   */
  readonly array: Float32Array;
  /** Gives the memory back, to later allocations: views that were kept then show theirs. A second call does nothing. */
  dispose(): void;
}

/** SAU on one tier, with a memory of its own. Made by {@link createSau} or {@link createSauSync}. */
export interface Sau extends Disposable {
  /** The tier in use. */
  readonly tier: Tier;
  /** Each tier that was tried, and why it was chosen or passed over. */
  readonly tierReport: readonly TierReport[];

  /**
   * y = alpha x + (1 - alpha) (x Phi(beta x) + phi(beta x) / beta), of x + bias if there is one.
   *
   * x and out may be the same array; where they overlap otherwise, x is copied first. Views of
   * SharedArrayBuffer and of resizable buffers are fine, and so is length 0.
   *
   * NaN gives NaN, +inf gives +inf, -inf gives -inf sign(alpha) and 0 at alpha = 0; subnormals and -0 are
   * kept. The error is at most 3 ulp of max(|y|, |1 - alpha| phi(0) / beta), but for rare inputs of some parameters
   * (README.md, "How exact"); beyond |beta x| = 5.3 the
   * result is exactly leaky ReLU (test/accuracy/forward.test.ts). Source: arXiv 2109.13210, section 3.
   *
   * @returns `out`, or a new array
   * @throws {TypeError} for kinds, shapes, lengths and detached buffers; {RangeError} for parameters' values;
   * {DisposedError} after dispose. Nothing has been written then.
   */
  forward(x: Float32Array, params?: SauParams, options?: ForwardOptions): Float32Array;

  /**
   * The gradients of sum(y dy): dx = (alpha + (1 - alpha) Phi(beta x)) dy, and a parameter's as the sum of its
   * terms over the elements that it serves: dalpha (min(x, 0) - h / beta) dy with h = phi - |beta x| Q, dbeta
   * -(1 - alpha) phi / beta^2 dy, dbias dx.
   *
   * dx may be x or dy; where they overlap otherwise, the inputs are copied first. The error of the slope
   * before it is multiplied by dy is at most 2^-23 max(1, |alpha|, |1 - alpha|); it is exactly 1 or alpha
   * beyond |beta x| = 5.3. Sums are taken in an order that depends on neither tier nor tiles
   * nor what else is wanted; their error is at most 1e-6 of the sum of the terms' magnitudes, where a term far
   * from 0, which has no relative accuracy, counts as what it would be at x = 0
   * (test/accuracy/backward.test.ts, test/sums.test.ts).
   *
   * @returns what is wanted, as `dx`, `dAlpha`, `dBeta`, `dBias`; with `out`, the caller's own arrays
   * @throws as forward; also {TypeError} for an unknown want
   */
  backward<const P extends SauParams = SauParams, const W extends Want = "dx" | (Want & keyof P)>(
    x: Float32Array,
    dy: Float32Array,
    params?: P,
    options?: BackwardOptions<W>,
  ): Gradients<P, W>;

  /** forward of each of `xs`, with the same parameters, in as few kernel calls as the arena allows. Throws as forward, before anything is written. */
  forwardBatch(
    xs: readonly Float32Array[],
    params?: SauParams,
    options?: ForwardBatchOptions,
  ): Float32Array[];

  /** backward of each of `xs` with the `dys` at its place, with the same parameters. Throws as backward, before anything is written. */
  backwardBatch<const P extends SauParams = SauParams, const W extends Want = "dx" | (Want & keyof P)>(
    xs: readonly Float32Array[],
    dys: readonly Float32Array[],
    params?: P,
    options?: BackwardBatchOptions<W>,
  ): Gradients<P, W>[];

  /**
   * An array of `length` zeros in the arena.
   *
   * @throws {RangeError} when the length is no whole number from 0 to 2^30, or the host refuses the memory
   */
  alloc(length: number): ArenaTensor;

  /** Frees the memory; a second call does nothing, every other use throws {@link DisposedError}. */
  dispose(): void;
}
