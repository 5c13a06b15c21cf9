/**
 * How arrays stream through the arena: which elements go to which kernel, tile by tile.
 *
 * Parameters that are one value for all go to the kernels of the block ("uniform"); everything else
 * goes to the kernels of a channel table, in one of three ways:
 * - long runs of one channel, each with a table of one position (or the block, where that serves);
 * - an array whose channels repeat every `positions` elements, in one go;
 * - where a table would not hold that many positions, slices of it, outer row by outer row.
 */
import { UNITS } from "../kernels/layout.js";
import type { ChannelLayout } from "../params.js";
import { TABLE_POSITIONS, TILE } from "./arena.js";

/** From this many elements of one channel in a row, a kernel call of its own is worth its cost. */
const LONG_RUN = 1024;

/** Elements that one set of parameters serves. */
export interface Pass {
  /** The channel of the pass's first position. */
  readonly firstChannel: number;
  /** Positions in the table, each with parameters of its own. */
  readonly positions: number;
  /** Consecutive positions that belong to one channel. */
  readonly inner: number;
  /** Position of the first channel's first element in its run (a slice may start in a run's middle). */
  readonly offset: number;
  /** Arrays of elements: `count` regions of `length`, from `start`, `stride` apart. */
  readonly start: number;
  readonly length: number;
  readonly stride: number;
  readonly count: number;
}

/** Consecutive elements of a pass that one kernel call handles. */
export interface Shard {
  /** The first element. */
  start: number;
  length: number;
  /** The first element's position in the table. */
  first: number;
}

/** How many shards of at most `most` elements a pass has. Sums are taken of shards of a tile, in their order. */
export function shardCount(pass: Pass, most: number = TILE): number {
  return pass.count * Math.ceil(pass.length / most);
}

/** Puts a pass's shard of that index into `shard`, so that a loop over them makes no garbage. */
export function setShard(shard: Shard, pass: Pass, index: number, most: number = TILE): void {
  const shardsARegion = Math.ceil(pass.length / most);
  const region = Math.floor(index / shardsARegion);
  const done = (index - region * shardsARegion) * most;
  shard.start = pass.start + region * pass.stride + done;
  shard.length = Math.min(most, pass.length - done);
  shard.first = done % pass.positions;
}

/** The pass over `length` elements that have all parameters in common. */
export function wholePass(length: number): { -readonly [Key in keyof Pass]: Pass[Key] } {
  return { firstChannel: 0, positions: 1, inner: 1, offset: 0, start: 0, length, stride: length, count: 1 };
}

/** The passes over `length` elements, in the order in which sums are taken. */
export function passesOf(layout: ChannelLayout | undefined, length: number): Iterable<Pass> {
  return layout === undefined ? [wholePass(length)] : passes(layout, length);
}

/** The passes over `length` elements in channels, in the order in which sums are taken. */
export function passes(layout: ChannelLayout, length: number): Iterable<Pass> {
  return layout.inner >= LONG_RUN ? runs(layout) : slices(layout, length);
}

/** A shard, its pass, and the number of positions that the passes before have. */
export interface PlacedShard extends Shard {
  readonly pass: Pass;
  readonly positionsBefore: number;
}

/** All shards of `length` elements, in the order of memory. Those of one pass come in the order of its sums. */
export function* shardsInOrder(layout: ChannelLayout | undefined, length: number): Generator<PlacedShard> {
  // All passes have as many regions, and each pass's first one lies behind that of the pass before.
  let regions = 1;
  for (let region = 0; region < regions; region++) {
    let positionsBefore = 0;
    for (const pass of passesOf(layout, length)) {
      regions = pass.count;
      const shards = shardCount(pass) / pass.count;
      for (let k = 0; k < shards; k++) {
        const placed = { pass, positionsBefore, start: 0, length: 0, first: 0 };
        setShard(placed, pass, region * shards + k);
        yield placed;
      }
      positionsBefore += pass.positions;
    }
  }
}

/** A pass a channel, each of runs of `inner` elements. */
export function* runs({ outer, channels, inner }: ChannelLayout): Generator<Pass> {
  for (let channel = 0; channel < channels; channel++) {
    yield {
      firstChannel: channel,
      positions: 1,
      inner: 1,
      offset: 0,
      start: channel * inner,
      length: inner,
      stride: channels * inner,
      count: outer,
    };
  }
}

function* slices({ outer, channels, inner }: ChannelLayout, length: number): Generator<Pass> {
  const period = channels * inner;
  if (length === 0) return;
  if (period <= TABLE_POSITIONS) {
    yield {
      firstChannel: 0,
      positions: period,
      inner,
      offset: 0,
      start: 0,
      length,
      stride: length,
      count: 1,
    };
    return;
  }
  const slice = TABLE_POSITIONS - (TABLE_POSITIONS % UNITS.group);
  for (let start = 0; start < period; start += slice) {
    const positions = Math.min(slice, period - start);
    const firstChannel = Math.floor(start / inner);
    const offset = start % inner;
    yield { firstChannel, positions, inner, offset, start, length: positions, stride: period, count: outer };
  }
}
