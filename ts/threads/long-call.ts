/**
 * A call on an array that is nowhere as a whole: piece by piece, in the order of memory, with the bits that one call
 * on all of it would have.
 *
 * The pieces end where shards do (memory/tiles.ts), and each pass's sums grow on from piece to piece.
 */
import { type CheckedWant, checkWant, finish, readQuestion, type Want } from "../gradients.js";
import { SUM } from "../kernels/layout.js";
import { PassSums } from "../memory/pass-sums.js";
import { type Pass, type PlacedShard, passesOf, shardsInOrder } from "../memory/tiles.js";
import {
  type CheckedParams,
  needsBetaRescue,
  needsRescue,
  ParamsChecker,
  type SauParams,
} from "../params.js";
import type { SetUp, Task } from "./item.js";
import type { Pool } from "./pool.js";
import { setUpOf } from "./tasks.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Positions that sums are kept of: 64 MiB of sums. */
const MOST_POSITIONS = 2 ** 21;

/** Consecutive elements. */
export interface Piece {
  readonly length: number;
  readonly shards: readonly PlacedShard[];
}

/** A call at work: `next` says which piece comes next, `run` does it. */
export class LongCall {
  readonly #pool: Pool;
  readonly #length: number;
  readonly #params: CheckedParams;
  /** Undefined for forward. */
  readonly #wanted: CheckedWant | undefined;
  /** Pass after pass; of each as {@link PassSums} has them. Undefined where none are wanted. */
  readonly #sums: Float64Array | undefined;
  readonly #shards: Iterator<PlacedShard, undefined>;
  /** The first shard that is in no piece yet. */
  #ahead: PlacedShard | undefined;
  #setUp: SetUp | undefined;

  /**
   * @param length elements of the whole array
   * @param want what of backward is wanted; undefined for forward
   * @throws as the verbs do for parameters; also {RangeError} for so extreme ones that x would have to be scaled, and
   * for more sums than there is room for
   */
  constructor(pool: Pool, params: SauParams, length: number, want?: readonly Want[]) {
    this.#pool = pool;
    this.#length = length;
    this.#params = new ParamsChecker().read(params).check(length);
    if (want === undefined ? needsRescue(this.#params) : needsBetaRescue(this.#params)) {
      throw new RangeError(
        "beta is too small for an array in pieces, expected at least 2^-123 and |1 - alpha| 2^-125.",
      );
    }
    if (want !== undefined) {
      this.#wanted = checkWant(readQuestion({ want }), params, this.#params, length);
      if (want.some((name) => name !== "dx")) this.#sums = new Float64Array(SUM.count * this.#positions());
    }
    this.#shards = shardsInOrder(this.#params.layout, length) as Iterator<PlacedShard, undefined>;
    this.#ahead = this.#shards.next().value;
  }

  /** Positions of all passes. */
  #positions(): number {
    let positions = 0;
    for (const pass of passesOf(this.#params.layout, this.#length)) positions += pass.positions;
    if (positions <= MOST_POSITIONS) return positions;
    const { channels, inner } = this.#params.layout!;
    throw new RangeError(
      `${channels} channels of ${inner} elements in a row have ${positions} sums of each kind, expected at most ${MOST_POSITIONS}.`,
    );
  }

  /** The next piece: as many shards as `most` elements have room for, which must be a tile or more. Undefined at the end. */
  next(most: number): Piece | undefined {
    const shards: PlacedShard[] = [];
    let length = 0;
    while (this.#ahead !== undefined && length + this.#ahead.length <= most) {
      shards.push(this.#ahead);
      length += this.#ahead.length;
      this.#ahead = this.#shards.next().value;
    }
    return shards.length === 0 ? undefined : { length, shards };
  }

  /**
   * Does a piece; all of them one after the other, in their order. forward: puts y over x. backward: takes the sums,
   * and puts dx, if it is wanted, over x.
   *
   * @param x an array of the pool's `alloc`
   * @param dy another, for backward
   */
  run(piece: Piece, x: Float32Array, dy?: Float32Array): Promise<void> {
    const pool = this.#pool;
    return pool.run(this.#tasks(piece, pool.addressOf(x), dy === undefined ? undefined : pool.addressOf(dy)));
  }

  *#tasks({ shards }: Piece, x: number, dy: number | undefined): Generator<Task> {
    const sums = this.#sums;
    const hasOutput = this.#wanted?.dx ?? true;
    // What may have to be computed again, after a death or for its sums, must not lose its inputs.
    const indirect = hasOutput && (sums !== undefined || this.#pool.hasWorkers);
    let from = 0;
    for (const { pass, positionsBefore, length, first } of shards) {
      if (this.#setUp?.pass !== pass) this.#setUp = setUpOf(pass, this.#params);
      const at = from * FLOAT;
      yield {
        setUp: this.#setUp,
        length,
        first,
        x: x + at,
        dy: dy === undefined ? undefined : dy + at,
        out: hasOutput ? x + at : undefined,
        indirect,
        accumulate: false,
        withBias: this.#wanted?.bias ?? false,
        sums: sums && ((values, start) => this.#passSums(sums, pass, positionsBefore).add(values, start)),
      };
      from += length;
    }
  }

  #passSums(sums: Float64Array, { positions }: Pass, positionsBefore: number): PassSums {
    const from = SUM.count * positionsBefore;
    return new PassSums(sums.subarray(from, from + SUM.count * positions));
  }

  /** The parameters' gradients that are wanted, as backward returns them, after the last piece. */
  gradients(): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    if (this.#wanted === undefined || this.#sums === undefined) return result;
    const { layout } = this.#params;
    const sums = new Float64Array(SUM.count * (layout?.channels ?? 1));
    let positionsBefore = 0;
    for (const pass of passesOf(layout, this.#length)) {
      this.#passSums(this.#sums, pass, positionsBefore).addTo(sums, layout, pass);
      positionsBefore += pass.positions;
    }
    finish(result, this.#wanted, this.#params, sums);
    return result;
  }
}
