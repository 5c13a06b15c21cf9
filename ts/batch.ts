/** Batches: many small arrays end to end in a tile, so that one kernel call serves all of them. */
import { type Arena, TILE } from "./memory/arena.js";
import type { Stream } from "./memory/stream.js";
import { type Pass, passes, wholePass } from "./memory/tiles.js";
import { type CheckedParams, needsRescue } from "./params.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/**
 * The one pass that serves all of `xs` end to end, or undefined when there is none: each must fit a tile
 * and begin at the table's first position.
 */
export function packing(xs: readonly Float32Array[], params: CheckedParams): Pass | undefined {
  if (needsRescue(params)) return undefined;
  const length = xs.reduce((longest, x) => Math.max(longest, x.length), 0);
  const { layout } = params;
  const [pass, ...more] = layout === undefined ? [wholePass(length)] : passes(layout, length);
  // With a layout all arrays have its length, so that each begins at the first position. One pass has all of an array
  // in the order of memory.
  return more.length === 0 && length <= TILE ? pass : undefined;
}

/** Runs of arrays that fit a tile together: from, to (exclusive) and how many elements. */
export function* packs(xs: readonly Float32Array[]): Generator<[from: number, to: number, length: number]> {
  let [from, length] = [0, 0];
  for (const [i, x] of xs.entries()) {
    if (length + x.length > TILE) {
      yield [from, i, length];
      [from, length] = [i, 0];
    }
    length += x.length;
  }
  yield [from, xs.length, length];
}

/** Copies arrays from..to (exclusive), end to end, to `tile`. */
export function gather(
  arena: Arena,
  tile: number,
  arrays: readonly Float32Array[],
  from: number,
  to: number,
): void {
  let at = tile;
  for (let i = from; i < to; i++) {
    const array = arrays[i]!;
    arena.copyIn(at, array, 0, array.length);
    at += array.length * FLOAT;
  }
}

/** Copies what lies end to end at `tile` to arrays from..to (exclusive). */
export function scatter(
  arena: Arena,
  tile: number,
  arrays: readonly Float32Array[],
  from: number,
  to: number,
): void {
  let at = tile;
  for (let i = from; i < to; i++) {
    const array = arrays[i]!;
    arena.copyOut(at, array, 0, array.length);
    at += array.length * FLOAT;
  }
}

/** y of each x, packed by `pass`. */
export function forwardPacked(
  stream: Stream,
  xs: readonly Float32Array[],
  ys: readonly Float32Array[],
  params: CheckedParams,
  pass: Pass,
): void {
  const { xTile, outTile } = stream.arena.at;
  const uniform = stream.setUpForward(params, pass, 1);
  for (const [from, to, length] of packs(xs)) {
    gather(stream.arena, xTile, xs, from, to);
    stream.forwardCall(uniform, pass, xTile, outTile, length, 0);
    scatter(stream.arena, outTile, ys, from, to);
  }
}

/** dx of each x and dy, packed by `pass`. */
export function backwardPacked(
  stream: Stream,
  xs: readonly Float32Array[],
  dys: readonly Float32Array[],
  dxs: readonly Float32Array[],
  params: CheckedParams,
  pass: Pass,
): void {
  const { xTile, dyTile, outTile } = stream.arena.at;
  const uniform = stream.setUpBackward(params, pass);
  for (const [from, to, length] of packs(xs)) {
    gather(stream.arena, xTile, xs, from, to);
    gather(stream.arena, dyTile, dys, from, to);
    stream.backwardCall(uniform, pass, xTile, dyTile, outTile, length, 0);
    scatter(stream.arena, outTile, dxs, from, to);
  }
}
