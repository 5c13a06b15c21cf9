/** The kernel calls of a verb, in the order in which their sums are folded: that of the single-threaded stream. */
import { gather, packs, scatter } from "../batch.js";
import { UNITS } from "../kernels/layout.js";
import type { Arena } from "../memory/arena.js";
import type { PassSums } from "../memory/pass-sums.js";
import { overlap } from "../memory/stream.js";
import { type Pass, passesOf, type Shard, setShard, shardCount } from "../memory/tiles.js";
import { roundUp, TILE } from "../memory/workspace.js";
import type { CheckedParams } from "../params.js";
import type { SetUp, Task } from "./item.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Pieces a thread, where a call may be cut anywhere: the last piece is what threads may have to wait for. */
const PIECES_A_THREAD = 4;

/** Elements below which a piece is not worth the claiming. */
const LEAST_PIECE = 8192;

/** Elements of a piece of `length` elements without sums, which may be cut anywhere. */
export function pieceOf(length: number, threads: number): number {
  const even = roundUp(Math.ceil(length / (threads * PIECES_A_THREAD)), UNITS.group);
  return Math.min(TILE, Math.max(LEAST_PIECE - (LEAST_PIECE % UNITS.group), even));
}

let setUps = 0;

/** The parameters of a pass's calls. */
export function setUpOf(pass: Pass, params: CheckedParams): SetUp {
  setUps = (setUps + 1) & 0x3fffffff;
  return { pass, params, id: setUps };
}

/** An input from `start` on: its address, or how to copy it in. */
function input(arena: Arena, array: Float32Array, at: number, { start, length }: Shard): Task["x"] {
  return at >= 0 ? at + start * FLOAT : (to) => arena.copyIn(to, array, start, length);
}

function newShard(): Shard {
  return { start: 0, length: 0, first: 0 };
}

/** y = SAU(x), in pieces of `most` elements. */
export function* forwardTasks(
  arena: Arena,
  x: Float32Array,
  y: Float32Array,
  params: CheckedParams,
  most: number,
): Generator<Task> {
  const [xAt, yAt] = [arena.addressOf(x), arena.addressOf(y)];
  const indirect = yAt >= 0 && overlap(x, y);
  for (const pass of passesOf(params.layout, x.length)) {
    const setUp = setUpOf(pass, params);
    const count = shardCount(pass, most);
    for (let k = 0; k < count; k++) {
      const shard = newShard();
      setShard(shard, pass, k, most);
      const { start, length, first } = shard;
      yield {
        setUp,
        length,
        first,
        x: input(arena, x, xAt, shard),
        dy: undefined,
        out: yAt >= 0 ? yAt + start * FLOAT : (from) => arena.copyOut(from, y, start, length),
        indirect,
        accumulate: false,
        withBias: false,
        sums: undefined,
      };
    }
  }
}

/** What backward gives of one array. */
export interface BackwardCall {
  readonly x: Float32Array;
  readonly dy: Float32Array;
  readonly dx: Float32Array | undefined;
  /** Whether dx is added to. */
  readonly accumulate: boolean;
  readonly params: CheckedParams;
  /** Takes the sums, kind after kind, one value a channel; undefined where none are wanted. */
  readonly sums: Float64Array | undefined;
  readonly withBias: boolean;
}

/**
 * dx, if there is one, and sums, if there are any.
 *
 * @param fold one for all tasks that are delivered in their order
 * @param most elements of a piece where there are no sums
 */
export function* backwardTasks(
  arena: Arena,
  { x, dy, dx, accumulate, params, sums, withBias }: BackwardCall,
  fold: PassSums,
  most: number,
): Generator<Task> {
  const [xAt, dyAt] = [arena.addressOf(x), arena.addressOf(dy)];
  const dxAt = dx === undefined ? -1 : arena.addressOf(dx);
  const indirect = dxAt >= 0 && (accumulate || overlap(dx!, x) || overlap(dx!, dy));
  const piece = sums === undefined ? most : TILE;
  for (const pass of passesOf(params.layout, x.length)) {
    const setUp = setUpOf(pass, params);
    const count = shardCount(pass, piece);
    for (let k = 0; k < count; k++) {
      const shard = newShard();
      setShard(shard, pass, k, piece);
      const { start, length, first } = shard;
      const store = (from: number): void => {
        if (accumulate) arena.addOut(from, dx!, start, length);
        else arena.copyOut(from, dx!, start, length);
      };
      yield {
        setUp,
        length,
        first,
        x: input(arena, x, xAt, shard),
        dy: input(arena, dy, dyAt, shard),
        out: dx === undefined ? undefined : dxAt >= 0 ? dxAt + start * FLOAT : store,
        indirect,
        accumulate,
        withBias,
        sums:
          sums &&
          ((values, from) => {
            if (k === 0) fold.begin(pass);
            fold.add(values, from);
            if (k === count - 1) fold.addTo(sums, params.layout, pass);
          }),
      };
    }
  }
}

/** Arrays that fit a tile, end to end in as few calls as that allows (batch.ts); `dys` for backward, without sums. */
export function* packedTasks(
  arena: Arena,
  xs: readonly Float32Array[],
  dys: readonly Float32Array[] | undefined,
  outs: readonly Float32Array[],
  params: CheckedParams,
  pass: Pass,
): Generator<Task> {
  const setUp = setUpOf(pass, params);
  for (const [from, to, length] of packs(xs)) {
    yield {
      setUp,
      length,
      first: 0,
      x: (at) => gather(arena, at, xs, from, to),
      dy: dys && ((at) => gather(arena, at, dys, from, to)),
      out: (at) => scatter(arena, at, outs, from, to),
      indirect: false,
      accumulate: false,
      withBias: false,
      sums: undefined,
    };
  }
}
