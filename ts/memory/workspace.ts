/**
 * What the kernels of one thread work in: the block (crate/src/block.rs), four tiles through which arrays
 * outside of the memory stream, and a channel table with its sums.
 *
 * About 1.1 MiB, whatever the arrays' size. A Sau has one, at the bottom of its memory; in a memory that
 * threads share each has its own.
 */
import { BLOCK, ROW, SUM, UNITS } from "../kernels/layout.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** Arena tensors and tiles start at multiples of a cache line. */
export const CACHE_LINE = 64;

/**
 * Bytes between neighbours: an odd number of cache lines, so that arrays of a power-of-two size do not
 * share their offset within 4 KiB, which makes a processor mistake a load for one that needs the last
 * store.
 */
export const GAP = 17 * CACHE_LINE;

/**
 * Elements of a tile, and of a shard: sums are taken shard by shard from an array's start, so that a
 * change here changes their last bits. 192 KiB a tile keep x, dy and dx within a 1 MiB second-level
 * cache; a multiple of the sums' chunk.
 */
export const TILE = 128 * UNITS.group * UNITS.groupsAChunk;

/** Positions that the channel table has room for. */
export const TABLE_POSITIONS = 4096;

/** Values a row of a table for so many positions. */
export function tableStride(positions: number): number {
  const columns = UNITS.columns;
  return Math.ceil((positions + UNITS.group) / columns) * columns;
}

/** Where the parts of a workspace are, in bytes of the memory. */
export interface Workspace {
  readonly block: number;
  readonly xTile: number;
  readonly dyTile: number;
  readonly outTile: number;
  readonly rescueTile: number;
  readonly table: number;
  readonly totals: number;
  /** The first byte behind all of them. */
  readonly end: number;
}

/** `value` or the next multiple above. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/**
 * The workspace that begins at byte `start`, a multiple of 64.
 *
 * @param inputTiles whether it has tiles for x and dy; without, those have no room
 */
export function workspaceAt(start: number, inputTiles = true): Workspace {
  const stride = tableStride(TABLE_POSITIONS);
  let next = start;
  const take = (bytes: number): number => {
    const at = next;
    next = roundUp(at + bytes, CACHE_LINE) + GAP;
    return at;
  };
  return {
    block: take(BLOCK.size),
    xTile: inputTiles ? take(TILE * FLOAT) : start,
    dyTile: inputTiles ? take(TILE * FLOAT) : start,
    outTile: take(TILE * FLOAT),
    rescueTile: take(TILE * FLOAT),
    table: take(ROW.count * stride * FLOAT),
    totals: take(SUM.count * stride * (DOUBLE + FLOAT)),
    end: next,
  };
}

/** The workspace of a Sau, and of the thread that made a memory. Address 0 stays unused. */
export const ADDRESS: Workspace = workspaceAt(CACHE_LINE);
