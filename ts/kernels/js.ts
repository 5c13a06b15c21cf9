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
  readonly i32: Int32Array;
}

/** The composite h (crate/src/composite.rs). Its constants are handed over, so that the loop does not read them. */
function smoothOf(
  t: number,
  c7: number,
  c6: number,
  c5: number,
  c4: number,
  c3: number,
  c2: number,
  c1: number,
  root: number,
): number {
  let value = fround(c7 - t);
  value = fround(fround(value * t) + c6);
  value = fround(fround(value * t) + c5);
  value = fround(fround(value * t) + c4);
  value = fround(fround(value * t) + c3);
  value = fround(fround(value * t) + c2);
  value = fround(fround(value * t) + c1);
  const r = fround(value * t);
  const square = fround(fround(r * r) + r);
  const sum = fround(square + root);
  return fround(sum * sum);
}

/** The composite Q, as {@link smoothOf}. */
function tailOf(
  t: number,
  c7: number,
  c6: number,
  c5: number,
  c4: number,
  c3: number,
  c2: number,
  c1: number,
  shift0: number,
  shift1: number,
  start: number,
): number {
  let value = fround(fround(c7 * t) + c6);
  value = fround(fround(value * t) + c5);
  value = fround(fround(value * t) + c4);
  value = fround(fround(value * t) + c3);
  value = fround(fround(value * t) + c2);
  value = fround(fround(value * t) + c1);
  const r = fround(value * t);
  const v = fround(r * fround(r + shift0));
  const w = fround(v * fround(v + shift1));
  return fround(fround(w * w) + fround(w + start));
}

const SMOOTH = ["s7", "s6", "s5", "s4", "s3", "s2", "s1", "smoothRoot"] as const;
const TAIL = ["q7", "q6", "q5", "q4", "q3", "q2", "q1", "shift0", "shift1", "tailStart"] as const;

/** Constants of a block, from one on; read once a block, so that a call makes no garbage. */
class Constants<Name extends string> {
  #block = -1;
  #values = {} as Record<Name, number>;

  constructor(
    readonly offset: number,
    readonly names: readonly Name[],
  ) {}

  of(f32: Float32Array, block: number): Record<Name, number> {
    if (this.#block !== block) {
      const at = block + (this.offset >>> 2);
      const entries = this.names.map((name, k) => [name, f32[at + k * SPLAT]!]);
      this.#values = Object.fromEntries(entries) as Record<Name, number>;
      this.#block = block;
    }
    return this.#values;
  }
}

/**
 * The index `negative` where the sign bit of `bits` is set, else `positive`. Without a branch, of which the processor
 * would foresee the wrong side half of the time.
 */
function sideOf(bits: number, negative: number, positive: number): number {
  return positive + ((negative - positive) & (bits >> 31));
}

/** −1 where the sign bit of `bits` is set, else 1. */
function signOf(bits: number): number {
  return 1 + 2 * (bits >> 31);
}

/** The kernels over `memory`. Arguments are those of the modules: byte offsets, multiples of 4. */
export function createJsKernels(memory: KernelMemory): KernelExports {
  const smoothConstants = new Constants(BLOCK.smooth, SMOOTH);
  const tailConstants = new Constants(BLOCK.tail, TAIL);

  function forward(x: number, y: number, length: number, block: number): void {
    const { f32, i32 } = memory;
    const from = x >>> 2;
    const to = y >>> 2;
    const base = block >>> 2;
    const one = base + (BLOCK.one >>> 2);
    const alpha = base + (BLOCK.alpha >>> 2);
    const beta = f32[base + (BLOCK.beta >>> 2)]!;
    const scale = f32[base + (BLOCK.smoothScale >>> 2)]!;
    const clampedFrom = f32[base + (BLOCK.clampedFrom >>> 2)]!;
    const { s7, s6, s5, s4, s3, s2, s1, smoothRoot } = smoothConstants.of(f32, base);
    for (let i = 0; i < length; i++) {
      const input = f32[from + i]!;
      const distance = Math.abs(input);
      const leaky = fround(f32[sideOf(i32[from + i]!, alpha, one)]! * input);
      if (distance >= clampedFrom) {
        f32[to + i] = 0 + leaky;
      } else {
        const u = fround(distance * beta); // below the clamp, or NaN
        const h = smoothOf(u, s7, s6, s5, s4, s3, s2, s1, smoothRoot);
        f32[to + i] = fround(h * scale) + leaky;
      }
    }
  }

  /**
   * {@link forward_channels} where no position has a bias, and every alpha is at most 1 and not 0. A function of its own,
   * since V8 made slow code of one that asks an element (docs/performance.md, "What was tried").
   */
  function forwardPlainChannels(
    from: number,
    to: number,
    length: number,
    first: number,
    positions: number,
    stride: number,
    rows: number,
    base: number,
  ): void {
    const { f32, i32 } = memory;
    const one = base + (BLOCK.one >>> 2);
    const alphas = ROW.alpha * stride;
    const betas = ROW.beta * stride;
    const scales = ROW.smoothScale * stride;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const { s7, s6, s5, s4, s3, s2, s1, smoothRoot } = smoothConstants.of(f32, base);
    let position = rows + first;
    const end = rows + positions;
    for (let i = 0; i < length; i++) {
      const input = f32[from + i]!;
      const leaky = fround(f32[sideOf(i32[from + i]!, position + alphas, one)]! * input);
      const u = fround(Math.abs(input) * f32[position + betas]!);
      if (u >= clamp) {
        f32[to + i] = 0 + leaky;
      } else {
        const h = smoothOf(u, s7, s6, s5, s4, s3, s2, s1, smoothRoot);
        f32[to + i] = fround(h * f32[position + scales]!) + leaky;
      }
      if (++position === end) position = rows;
    }
  }

  /** {@link forward_channels} of all other tables. */
  function forwardAnyChannels(
    from: number,
    to: number,
    length: number,
    first: number,
    positions: number,
    stride: number,
    rows: number,
    base: number,
  ): void {
    const { f32 } = memory;
    const biases = ROW.bias * stride;
    const alphas = ROW.alpha * stride;
    const betas = ROW.beta * stride;
    const scales = ROW.smoothScale * stride;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const { s7, s6, s5, s4, s3, s2, s1, smoothRoot } = smoothConstants.of(f32, base);
    let position = rows + first;
    const end = rows + positions;
    for (let i = 0; i < length; i++) {
      const input = fround(f32[from + i]! + f32[position + biases]!);
      const alpha = f32[position + alphas]!;
      const negative = alpha === 0 ? 0 : 0 < input ? 0 : input;
      const leaky = fround((input < 0 ? 0 : input) + fround(alpha * negative));
      const u = fround(Math.abs(input) * f32[position + betas]!);
      if (u >= clamp) {
        f32[to + i] = 0 + leaky;
      } else {
        const h = smoothOf(u, s7, s6, s5, s4, s3, s2, s1, smoothRoot);
        f32[to + i] = fround(h * f32[position + scales]!) + leaky;
      }
      if (++position === end) position = rows;
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
    const isPlain = memory.i32[(block + BLOCK.plainTable) >>> 2] !== 0;
    const run = isPlain ? forwardPlainChannels : forwardAnyChannels;
    run(x >>> 2, y >>> 2, length, first, positions, stride, table >>> 2, block >>> 2);
  }

  function backward(x: number, dy: number, dx: number, length: number, block: number): void {
    const { f32, i32 } = memory;
    const from = x >>> 2;
    const gradients = dy >>> 2;
    const to = dx >>> 2;
    const base = block >>> 2;
    const one = base + (BLOCK.one >>> 2);
    const alpha = base + (BLOCK.alpha >>> 2);
    const beta = f32[base + (BLOCK.beta >>> 2)]!;
    const tailScale = f32[base + (BLOCK.tailScale >>> 2)]!;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const { q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart } = tailConstants.of(f32, base);
    for (let i = 0; i < length; i++) {
      const input = f32[from + i]!;
      const bits = i32[from + i]!;
      const u = fround(Math.abs(input) * beta);
      const Q = tailOf(clamp < u ? clamp : u, q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart);
      const slope = fround(fround(tailScale * signOf(bits) * Q) + f32[sideOf(bits, alpha, one)]!);
      f32[to + i] = slope * f32[gradients + i]!;
    }
  }

  function backward_sums(x: number, dy: number, dx: number, length: number, block: number): void {
    const { f32, f64, i32 } = memory;
    const from = x >>> 2;
    const gradients = dy >>> 2;
    const to = dx >>> 2;
    const base = block >>> 2;
    const one = base + (BLOCK.one >>> 2);
    const zero = base + (BLOCK.zero >>> 2);
    const alpha = base + (BLOCK.alpha >>> 2);
    const beta = f32[base + (BLOCK.beta >>> 2)]!;
    const tailScale = f32[base + (BLOCK.tailScale >>> 2)]!;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const { s7, s6, s5, s4, s3, s2, s1, smoothRoot } = smoothConstants.of(f32, base);
    const { q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart } = tailConstants.of(f32, base);
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
          const bits = i32[from + i]!;
          const u = fround(Math.abs(input) * beta);
          const t = clamp < u ? clamp : u;
          const Q = tailOf(t, q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart);
          const h = smoothOf(t, s7, s6, s5, s4, s3, s2, s1, smoothRoot);
          const slope = fround(fround(tailScale * signOf(bits) * Q) + f32[sideOf(bits, alpha, one)]!);
          negatives = fround(negatives + fround(f32[sideOf(bits, from + i, zero)]! * gradient));
          f32[to + i] = slope * gradient;
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
    const { f32, f64, i32 } = memory;
    const from = x >>> 2;
    const gradients = dy >>> 2;
    const to = dx >>> 2;
    const base = block >>> 2;
    const one = base + (BLOCK.one >>> 2);
    const zero = base + (BLOCK.zero >>> 2);
    const rows = table >>> 2;
    const clamp = f32[base + (BLOCK.clamp >>> 2)]!;
    const { s7, s6, s5, s4, s3, s2, s1, smoothRoot } = smoothConstants.of(f32, base);
    const { q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart } = tailConstants.of(f32, base);
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
        const alpha = row + ROW.alpha * stride;
        const tailScale = 2 * f32[row + ROW.tailScale * stride]!;
        f32[to + i] = input; // whose bits are asked for; x and dy, which may lie there, have been read
        const bits = i32[to + i]!;
        const u = fround(Math.abs(input) * f32[row + ROW.beta * stride]!);
        const t = clamp < u ? clamp : u;
        const Q = tailOf(t, q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart);
        const h = smoothOf(t, s7, s6, s5, s4, s3, s2, s1, smoothRoot);
        const slope = fround(fround(tailScale * signOf(bits) * Q) + f32[sideOf(bits, alpha, one)]!);
        const product = fround(slope * gradient);
        const sum = partials + position;
        f32[sum + SUM.negative * stride]! += fround(f32[sideOf(bits, to + i, zero)]! * gradient);
        f32[to + i] = product;
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
