/**
 * Writes what the kernels read (crate/src/block.rs) and reads back their sums.
 *
 * The layout is generated from Rust (kernels/layout.ts), the coefficients are those that
 * scripts/fit/fit.py found.
 */
import { clamp, smooth, tail } from "../../scripts/fit/coefficients.json";
import { BLOCK, ROW, SUM, UNITS } from "../kernels/layout.js";
import {
  argumentBeta,
  bitsOf,
  type CheckedParams,
  clampedFrom,
  halfTailScale,
  smoothScale,
} from "../params.js";
import { type Arena, tableStride } from "./arena.js";
import type { Pass } from "./tiles.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;
const { columns, group } = UNITS;

/** A constant in every column, at a byte offset of the block; `array` is a view of the block. */
function splat(array: Float32Array | Int32Array, offset: number, value: number): void {
  const at = offset / FLOAT;
  array.fill(value, at, at + columns);
}

/** Writes what does not depend on parameters; once a memory. */
export function writeConstants({ block: { f32, i32 } }: Arena): void {
  splat(i32, BLOCK.steps, UNITS.steps);
  splat(i32, BLOCK.vectors, UNITS.vectors);
  splat(i32, BLOCK.magnitude, 0x7fffffff);
  splat(i32, BLOCK.sign, -0x80000000);
  splat(f32, BLOCK.zero, 0);
  splat(f32, BLOCK.one, 1);
  splat(f32, BLOCK.clamp, clamp);
  for (const [offset, inOrder] of [
    [BLOCK.smooth, [...smooth.poly].reverse().concat(smooth.root)],
    [BLOCK.tail, [...tail.poly].reverse().concat(tail.shift, tail.start)],
  ] as const) {
    for (const [k, value] of inOrder.entries()) splat(f32, offset + k * columns * FLOAT, value);
  }
}

/** Writes the parameters of the kernels that have one value for all. */
export function writeUniform({ block: { f32, i32 } }: Arena, alpha: number, beta: number): void {
  splat(f32, BLOCK.alpha, alpha);
  splat(i32, BLOCK.alphaToggle, bitsOf(alpha) ^ bitsOf(1));
  splat(f32, BLOCK.beta, argumentBeta(beta));
  splat(f32, BLOCK.smoothScale, smoothScale(alpha, beta));
  splat(f32, BLOCK.tailScale, 2 * halfTailScale(alpha));
  splat(f32, BLOCK.clampedFrom, clampedFrom(beta));
}

/**
 * Writes the channel table of a pass.
 *
 * @param scale multiplies beta and divides the bias; see `rescueScale`
 */
export function writeTable(
  { f32, at: { table }, block }: Arena,
  params: CheckedParams,
  pass: Pass,
  scale: number,
): void {
  const { alpha, beta, bias } = params;
  const { positions, inner, offset, firstChannel } = pass;
  const stride = tableStride(positions);
  const rows = table / FLOAT;
  let isPlain = true;
  let position = 0;
  for (let channel = firstChannel; position < positions; channel++) {
    const a = alpha.values[alpha.perChannel ? channel : 0]!;
    const b = beta.values[beta.perChannel ? channel : 0]! * scale;
    const shift = bias.values[bias.perChannel ? channel : 0]! / scale;
    if (shift !== 0 || a > 1 || a === 0) isPlain = false;
    const argument = argumentBeta(b);
    const smoothPart = smoothScale(a, b);
    const slopePart = halfTailScale(a);
    const end = Math.min((channel - firstChannel + 1) * inner - offset, positions);
    for (; position < end; position++) {
      const at = rows + position;
      f32[at + ROW.bias * stride] = shift;
      f32[at + ROW.alpha * stride] = a;
      f32[at + ROW.beta * stride] = argument;
      f32[at + ROW.smoothScale * stride] = smoothPart;
      f32[at + ROW.tailScale * stride] = slopePart;
    }
  }
  splat(block.i32, BLOCK.plainTable, isPlain ? 1 : 0);
  for (let row = 0; row < ROW.count; row++) {
    const at = rows + row * stride;
    for (let k = 0; k < group; k++) f32[at + positions + k] = f32[at + (k % positions)]!;
  }
}

/**
 * Sets the sums of the kernels with one value for all to 0, and the partial sums, which lie behind them: a call that
 * was ended in the middle has left some there.
 */
export function clearSums({ f64, at: { block } }: Arena): void {
  const end = BLOCK.partial + SUM.count * columns * FLOAT;
  f64.fill(0, (block + BLOCK.sums) / DOUBLE, (block + end) / DOUBLE);
}

/** Reads those sums, one a kind, into `sums`. */
export function readSums({ f64, at: { block } }: Arena, sums: Float64Array): void {
  for (let kind = 0; kind < SUM.count; kind++) {
    const at = (block + BLOCK.sums) / DOUBLE + kind * columns;
    sums[kind] = f64[at]! + f64[at + 1]! + (f64[at + 2]! + f64[at + 3]!);
  }
}

/** Sets the sums of a channel table to 0, and the partial sums behind them: they lie elsewhere for each stride. */
export function clearPositionSums({ f64, at: { totals } }: Arena, positions: number): void {
  const at = totals / DOUBLE;
  const bytes = SUM.count * tableStride(positions) * (DOUBLE + FLOAT);
  f64.fill(0, at, at + bytes / DOUBLE);
}

/** Reads those sums, one a kind and position, into `sums`: kind after kind. */
export function readPositionSums(
  { f64, at: { totals } }: Arena,
  positions: number,
  sums: Float64Array,
): void {
  const stride = tableStride(positions);
  for (let kind = 0; kind < SUM.count; kind++) {
    const from = totals / DOUBLE + kind * stride;
    const to = kind * positions;
    for (let position = 0; position < positions; position++) sums[to + position] = f64[from + position]!;
    // A group that wraps around has left its sums beyond the last position.
    for (let k = 0; k < group; k++) sums[to + (k % positions)]! += f64[from + positions + k]!;
  }
}
