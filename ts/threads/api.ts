/** The interface of a pool: the verbs of a Sau, async and on several threads. */
import type { ArenaTensor, BackwardBatchOptions, ForwardBatchOptions, ForwardOptions } from "../api.js";
import type { BackwardOptions, Gradients, Want } from "../gradients.js";
import type { SauParams } from "../params.js";
import type { SauOptions, Tier, TierReport } from "../tiers.js";

/** Options of {@link createSauPool}. */
export interface SauPoolOptions extends SauOptions {
  /** How many workers to start. Default: as many threads as the host runs at once. */
  readonly threads?: number;
}

/** An option of every verb. */
export interface Abortable {
  /**
   * Ends the call: it rejects with the signal's reason once no thread writes to its outputs any more. What was
   * written by then stays. A signal that was aborted before rejects before anything is written.
   */
  readonly signal?: AbortSignal;
}

/**
 * SAU on several threads. Made by {@link createSauPool}.
 *
 * The verbs take, check, promise and return what a {@link Sau}'s do, with the same bits whatever the number of
 * threads, but as promises: the calling thread goes on. What is wrong with the arguments rejects the promise,
 * before anything is written. Calls are done one after the other, in their order. Until its promise has settled,
 * what was given to a call may be neither changed nor read.
 *
 * Arrays of `alloc` are used where they lie. Others are copied in and out by the calling thread, piece by piece,
 * which takes longer than the computing where there are several threads.
 *
 * A worker that dies is replaced, and what it had begun is done once more. Small calls, too small to gain from
 * other threads, are done on the calling thread, and so are calls whose (1 - alpha) / beta is beyond 2^127.
 */
export interface SauPool extends AsyncDisposable {
  /** The tier in use. */
  readonly tier: Tier;
  /** Each tier that was tried, and why it was chosen or passed over. */
  readonly tierReport: readonly TierReport[];
  /** How many threads compute: the workers, or 1 where the calling thread does it all. */
  readonly threads: number;
  /** Why it has that many. */
  readonly report: string;

  /** As {@link Sau.forward}. */
  forward(x: Float32Array, params?: SauParams, options?: ForwardOptions & Abortable): Promise<Float32Array>;

  /** As {@link Sau.backward}. The sums are folded in an order that depends on the array's length and layout alone. */
  backward<const P extends SauParams = SauParams, const W extends Want = "dx" | (Want & keyof P)>(
    x: Float32Array,
    dy: Float32Array,
    params?: P,
    options?: BackwardOptions<W> & Abortable,
  ): Promise<Gradients<P, W>>;

  /** As {@link Sau.forwardBatch}. */
  forwardBatch(
    xs: readonly Float32Array[],
    params?: SauParams,
    options?: ForwardBatchOptions & Abortable,
  ): Promise<Float32Array[]>;

  /** As {@link Sau.backwardBatch}. */
  backwardBatch<const P extends SauParams = SauParams, const W extends Want = "dx" | (Want & keyof P)>(
    xs: readonly Float32Array[],
    dys: readonly Float32Array[],
    params?: P,
    options?: BackwardBatchOptions<W> & Abortable,
  ): Promise<Gradients<P, W>[]>;

  /**
   * As {@link Sau.alloc}, in the memory that the threads share. Memory of a tensor that is disposed while calls
   * are under way is free once they have settled.
   */
  alloc(length: number): ArenaTensor;

  /**
   * Ends the workers wherever they are; calls that have not settled reject with {@link DisposedError}, and so
   * does every later use. A second call gives the same promise.
   *
   * @returns settles when the workers are gone; never rejects
   */
  dispose(): Promise<void>;
}
