/**
 * The kernels in plain JavaScript: the tier for places without WebAssembly.
 *
 * Every operation of crate/src is repeated here in the same order and rounded by `Math.fround`, so
 * that the results have the same bits as the `simd128` and `scalar` modules. (A product or a sum of
 * two float32 values computed in double and rounded to float32 is the float32 product or sum.)
 * test/same-bits.test.ts holds the two together.
 */
import type { KernelExports } from "../wasm/kernels.js";
import { BLOCK, ROW, SUM, UNITS } from "./layout.js";

const { fround } = Math;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** Values from one constant of the block to the next. */
const SPLAT = UNITS.columns;

/** The memory that the kernels work in; the views are asked for at each call, since it may grow. */
export interface KernelMemory {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** A composite polynomial (crate/src/composite.rs) whose constants start at `at`. */
function composite(f32: Float32Array, at: number, t: number): number {
  let value = f32[at]!;
  for (let k = 1; k < 7; k++) value = fround(fround(value * t) + f32[at + k * SPLAT]!);
  const r = fround(value * t);
  const v = fround(r * fround(r + f32[at + 7 * SPLAT]!));
  const w = fround(v * fround(v + f32[at + 8 * SPLAT]!));
  return fround(fround(w + 0.25) + fround(w * w));
}

function isNegative(x: number): boolean {
  return x < 0 || Object.is(x, -0);
}

/** The kernels over `memory`. Arguments are those of the modules: byte offsets, multiples of 4. */
export function createJsKernels(memory: KernelMemory): KernelExports {
  function forward(x: number, y: number, length: number, block: number): void {
    const { f32 } = memory;
    const from = x >>> 2;
    const to = y >>> 2;
    const base = block >>> 2;
    const alpha = f32[base + (BLOCK.alpha >>> 2)]!;
    const beta = f32[base + (BLOCK.beta >>> 2)]!;
    const scale = f32[base + (BLOCK.smoothScale >>> 2)]!;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const clampedFrom = f32[base + (BLOCK.clampedFrom >>> 2)]!;
    const smooth = base + (BLOCK.smooth >>> 2);
    for (let i = 0; i < length; i++) {
      const input = f32[from + i]!;
      const distance = Math.abs(input);
      const scaled = fround(alpha * input);
      const leaky = input < scaled ? scaled : input;
      if (distance >= clampedFrom) {
        f32[to + i] = 0 + leaky;
      } else {
        const u = fround(distance * beta);
        const h = composite(f32, smooth, clamp < u ? clamp : u);
        f32[to + i] = fround(h * scale) + leaky;
      }
    }
  }

  function forward_channels(
    x: number,
    y: number,
    length: number,
    first: number,
    positions: number,
    stride: number,
    table: number,
    block: number,
  ): void {
    const { f32 } = memory;
    const from = x >>> 2;
    const to = y >>> 2;
    const base = block >>> 2;
    const rows = table >>> 2;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const smooth = base + (BLOCK.smooth >>> 2);
    let position = rows + first;
    const end = rows + positions;
    for (let i = 0; i < length; i++) {
      const input = fround(f32[from + i]! + f32[position + ROW.bias * stride]!);
      const alpha = f32[position + ROW.alpha * stride]!;
      const beta = f32[position + ROW.beta * stride]!;
      const scale = f32[position + ROW.smoothScale * stride]!;
      const negative = alpha === 0 ? 0 : 0 < input ? 0 : input;
      const leaky = fround((input < 0 ? 0 : input) + fround(alpha * negative));
      const u = fround(Math.abs(input) * beta);
      const h = u >= clamp ? 0 : composite(f32, smooth, u);
      f32[to + i] = fround(h * scale) + leaky;
      if (++position === end) position = rows;
    }
  }

  function backward(x: number, dy: number, dx: number, length: number, block: number): void {
    const { f32 } = memory;
    const from = x >>> 2;
    const gradients = dy >>> 2;
    const to = dx >>> 2;
    const base = block >>> 2;
    const alpha = f32[base + (BLOCK.alpha >>> 2)]!;
    const beta = f32[base + (BLOCK.beta >>> 2)]!;
    const tailScale = f32[base + (BLOCK.tailScale >>> 2)]!;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const tail = base + (BLOCK.tail >>> 2);
    for (let i = 0; i < length; i++) {
      const input = f32[from + i]!;
      const negative = isNegative(input);
      const u = fround(Math.abs(input) * beta);
      const Q = u >= clamp ? 0 : 2 * composite(f32, tail, u);
      const slope = fround(fround((negative ? -tailScale : tailScale) * Q) + (negative ? alpha : 1));
      f32[to + i] = slope * f32[gradients + i]!;
    }
  }

  function backward_sums(x: number, dy: number, dx: number, length: number, block: number): void {
    const { f32, f64 } = memory;
    const from = x >>> 2;
    const gradients = dy >>> 2;
    const to = dx >>> 2;
    const base = block >>> 2;
    const alpha = f32[base + (BLOCK.alpha >>> 2)]!;
    const beta = f32[base + (BLOCK.beta >>> 2)]!;
    const tailScale = f32[base + (BLOCK.tailScale >>> 2)]!;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const smooth = base + (BLOCK.smooth >>> 2);
    const tail = base + (BLOCK.tail >>> 2);
    const partial = base + (BLOCK.partial >>> 2);
    const sums = (block + BLOCK.sums) >>> 3;
    let groups = 0;
    for (let start = 0; start < length; start += UNITS.group) {
      for (let column = 0; column < UNITS.columns; column++) {
        let [negatives, smooths, tails] = [0, 0, 0];
        const end = Math.min(start + UNITS.group, length);
        for (let i = start + column; i < end; i += UNITS.columns) {
          const input = f32[from + i]!;
          const gradient = f32[gradients + i]!;
          const negative = isNegative(input);
          const u = fround(Math.abs(input) * beta);
          const t = clamp < u ? clamp : u;
          const Q = u >= clamp ? 0 : 2 * composite(f32, tail, t);
          const h = u >= clamp ? 0 : composite(f32, smooth, t);
          const slope = fround(fround((negative ? -tailScale : tailScale) * Q) + (negative ? alpha : 1));
          f32[to + i] = slope * gradient;
          negatives = fround(negatives + fround((negative ? input : 0) * gradient));
          smooths = fround(smooths + fround(h * gradient));
          tails = fround(tails + fround(fround(t * Q) * gradient));
        }
        f32[partial + SUM.negative * UNITS.columns + column]! += negatives;
        f32[partial + SUM.smooth * UNITS.columns + column]! += smooths;
        f32[partial + SUM.tail * UNITS.columns + column]! += tails;
      }
      if (++groups === UNITS.groupsAChunk) {
        flush(f32, f64, partial, sums, SUM.count * UNITS.columns);
        groups = 0;
      }
    }
    flush(f32, f64, partial, sums, SUM.count * UNITS.columns);
  }

  function backward_channels(
    x: number,
    dy: number,
    dx: number,
    length: number,
    first: number,
    positions: number,
    stride: number,
    table: number,
    totals: number,
    block: number,
  ): void {
    const { f32, f64 } = memory;
    const from = x >>> 2;
    const gradients = dy >>> 2;
    const to = dx >>> 2;
    const base = block >>> 2;
    const rows = table >>> 2;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const smooth = base + (BLOCK.smooth >>> 2);
    const tail = base + (BLOCK.tail >>> 2);
    const partials = (totals + SUM.count * stride * DOUBLE) >>> 2;
    const sums = totals >>> 3;
    const chunk = UNITS.groupsAChunk * Math.max(1, Math.floor(positions / UNITS.group));
    let groups = 0;
    let groupPosition = first;
    for (let start = 0; start < length; start += UNITS.group) {
      const end = Math.min(start + UNITS.group, length);
      for (let i = start; i < end; i++) {
        const position = groupPosition + i - start;
        const row = rows + position;
        const input = fround(f32[from + i]! + f32[row + ROW.bias * stride]!);
        const gradient = f32[gradients + i]!;
        const alpha = f32[row + ROW.alpha * stride]!;
        const tailScale = f32[row + ROW.tailScale * stride]!;
        const negative = isNegative(input);
        const u = fround(Math.abs(input) * f32[row + ROW.beta * stride]!);
        const t = clamp < u ? clamp : u;
        const Q = u >= clamp ? 0 : 2 * composite(f32, tail, t);
        const h = u >= clamp ? 0 : composite(f32, smooth, t);
        const slope = fround(fround((negative ? -tailScale : tailScale) * Q) + (negative ? alpha : 1));
        const product = fround(slope * gradient);
        f32[to + i] = product;
        const sum = partials + position;
        f32[sum + SUM.negative * stride]! += fround((negative ? input : 0) * gradient);
        f32[sum + SUM.smooth * stride]! += fround(h * gradient);
        f32[sum + SUM.tail * stride]! += fround(fround(t * Q) * gradient);
        f32[sum + SUM.slope * stride]! += product;
      }
      groupPosition = (groupPosition + UNITS.group) % positions;
      if (++groups === chunk) {
        flush(f32, f64, partials, sums, SUM.count * stride);
        groups = 0;
      }
    }
    flush(f32, f64, partials, sums, SUM.count * stride);
  }

  return { forward, forward_channels, backward, backward_sums, backward_channels };
}

/** Moves partial sums to double precision (crate/src/sums.rs). */
function flush(f32: Float32Array, f64: Float64Array, partials: number, sums: number, length: number): void {
  for (let k = 0; k < length; k++) {
    f64[sums + k]! += f32[partials + k]!;
    f32[partials + k] = 0;
  }
}
