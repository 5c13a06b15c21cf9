/**
 * Streams arrays through the arena to the kernels, pass by pass and tile by tile.
 *
 * Arrays that lie in the arena are used where they are; others are copied in and out. What arrives here
 * is checked: arrays are attached and of the right lengths, and an output overlaps no input but itself.
 */
import { SUM } from "../kernels/layout.js";
import {
  betaRescue,
  type CheckedParams,
  isTailScaleFinite,
  needsBetaRescue,
  needsRescue,
  rescueScale,
} from "../params.js";
import type { KernelExports } from "../wasm/kernels.js";
import { type Arena, TABLE_POSITIONS, TILE, tableStride } from "./arena.js";
import {
  clearPositionSums,
  clearSums,
  readPositionSums,
  readSums,
  writeTable,
  writeUniform,
} from "./block.js";
import { PassSums } from "./pass-sums.js";
import { TableContents } from "./table-contents.js";
import { type Pass, passes, runs, type Shard, setShard, shardCount, wholePass } from "./tiles.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/**
 * Terms may overflow float32 where their sum does not overflow double. A call whose sums are not finite is
 * run again with dy scaled down by these powers of two, one after the other; what underflows thereby is
 * below the rounding of a sum that overflowed.
 */
const RESCUES = [2 ** -64, 2 ** -140];

/**
 * Inputs up to this length are copied in wherever they lie: asking an array for its buffer is a call into the engine
 * (13 ns with Node 20), which takes as long as copying so many values; and an input that was copied in whole before
 * anything is written may be overlapped by the output.
 */
const COPIED_LENGTH = 32;

/** The kernels at work on one arena. */
export class Stream {
  /** The parameters that the block holds. */
  #alpha = Number.NaN;
  #beta = Number.NaN;
  /** All elements with one set of parameters; kept so that a call makes no garbage. */
  readonly #whole = wholePass(0);
  readonly #shard: Shard = { start: 0, length: 0, first: 0 };
  /** Sums of a kernel call and of its rescue: kind after kind, one value a position. */
  readonly #callSums = new Float64Array(SUM.count * TABLE_POSITIONS);
  readonly #rescuedSums = new Float64Array(SUM.count * TABLE_POSITIONS);
  readonly #passSums = new PassSums();
  readonly #table = new TableContents();

  constructor(
    readonly arena: Arena,
    readonly kernels: KernelExports,
  ) {}

  #passesOf(params: CheckedParams, length: number): Iterable<Pass> {
    return params.layout === undefined ? [this.#wholePass(length)] : passes(params.layout, length);
  }

  #wholePass(length: number): Pass {
    this.#whole.length = length;
    return this.#whole;
  }

  /** y = SAU(x); x is copied first where y overlaps it otherwise than value for value. */
  forward(input: Float32Array, y: Float32Array, params: CheckedParams): void {
    const { alpha, beta, layout } = params;
    const x = isCopiedWhole(input, params) ? input : apart(input, y);
    if (layout === undefined) {
      const scale = rescueScale(alpha.values[0]!, beta.values[0]!);
      this.#forwardPass(x, y, params, this.#wholePass(x.length), scale);
    } else if (needsRescue(params)) {
      // Slow, where inner is small, but each channel has its own scale.
      for (const pass of runs(layout)) {
        const channel = pass.firstChannel;
        const a = alpha.values[alpha.perChannel ? channel : 0]!;
        const b = beta.values[beta.perChannel ? channel : 0]!;
        this.#forwardPass(x, y, params, pass, rescueScale(a, b));
      }
    } else {
      for (const pass of passes(layout, x.length)) this.#forwardPass(x, y, params, pass, 1);
    }
  }

  /** `scale`: see `rescueScale`. */
  #forwardPass(x: Float32Array, y: Float32Array, params: CheckedParams, pass: Pass, scale: number): void {
    const { arena } = this;
    const uniform = this.setUpForward(params, pass, scale);
    const xAt = scale === 1 ? this.#addressOf(x) : -1;
    const at = arena.addressOf(y);
    const yAt = scale === 1 ? at : -1;
    const { xTile, outTile } = arena.at;
    // In one call where nothing is copied.
    const most = xAt >= 0 && yAt >= 0 ? Math.max(pass.length, 1) : TILE;
    const count = shardCount(pass, most);
    const shard = this.#shard;
    for (let k = 0; k < count; k++) {
      setShard(shard, pass, k, most);
      const { start, length } = shard;
      const from = xAt >= 0 ? xAt + start * FLOAT : xTile;
      const to = yAt >= 0 ? yAt + start * FLOAT : outTile;
      if (xAt < 0) arena.copyIn(xTile, x, start, length);
      if (scale !== 1) arena.multiply(xTile, length, 1 / scale);
      this.forwardCall(uniform, pass, from, to, length, shard.first);
      if (scale !== 1) arena.multiply(outTile, length, scale);
      if (yAt < 0) arena.copyOut(outTile, y, start, length);
    }
  }

  /** Where an input is to be used as it lies, or -1. */
  #addressOf(input: Float32Array): number {
    return input.length <= COPIED_LENGTH ? -1 : this.arena.addressOf(input);
  }

  /** Writes a pass's parameters for forward; returns whether they are in the block rather than in the table. */
  setUpForward(params: CheckedParams, pass: Pass, scale: number): boolean {
    const { alpha } = params;
    const value = alpha.values[alpha.perChannel ? pass.firstChannel : 0]!;
    return this.#setUp(params, pass, scale, value <= 1 && value !== 0);
  }

  #setUp(params: CheckedParams, pass: Pass, scale: number, alphaFitsBlock: boolean): boolean {
    const { alpha, beta, bias } = params;
    const channel = pass.firstChannel;
    const noBias = bias.values[bias.perChannel ? channel : 0] === 0;
    if (pass.positions > 1 || !noBias || !alphaFitsBlock || scale !== 1) {
      if (!this.#table.holds(params, pass, scale)) {
        writeTable(this.arena, params, pass, scale);
        this.#table.written();
      }
      return false;
    }
    const a = alpha.values[alpha.perChannel ? channel : 0]!;
    const b = beta.values[beta.perChannel ? channel : 0]!;
    if (a !== this.#alpha || b !== this.#beta) {
      // In this order: a call may end in between.
      this.#alpha = Number.NaN;
      writeUniform(this.arena, a, b);
      this.#alpha = a;
      this.#beta = b;
    }
    return true;
  }

  /** One forward kernel call; `first` is the position of the first element. */
  forwardCall(uniform: boolean, pass: Pass, x: number, y: number, length: number, first: number): void {
    const { kernels } = this;
    const { block, table } = this.arena.at;
    if (uniform) {
      kernels.forward(x, y, length, block);
    } else {
      kernels.forward_channels(
        x,
        y,
        length,
        first,
        pass.positions,
        tableStride(pass.positions),
        table,
        block,
      );
    }
  }

  /**
   * dx, if there is one, and sums, if there are any: kind after kind, one value a channel; x and dy are copied first
   * where dx overlaps them otherwise than value for value.
   *
   * @param accumulate adds to dx
   * @param withBias whether the sum for the bias is among those that are wanted
   */
  backward(
    input: Float32Array,
    upstream: Float32Array,
    dx: Float32Array | undefined,
    accumulate: boolean,
    params: CheckedParams,
    sums: Float64Array | undefined,
    withBias: boolean,
  ): void {
    const copied = isCopiedWhole(input, params);
    const x = copied ? input : apart(input, dx);
    const dy = copied ? upstream : apart(upstream, dx);
    // Inputs must outlive a call whose sums may have to be rescued: then dx is not computed in place.
    const inPlace = !copied && dx !== undefined && (overlap(dx, x) || overlap(dx, dy));
    const dxAt =
      dx === undefined || accumulate || (inPlace && sums !== undefined) ? -1 : this.arena.addressOf(dx);
    const { alpha, beta, layout } = params;
    const rescued = needsBetaRescue(params);
    const all = rescued && layout !== undefined ? runs(layout) : this.#passesOf(params, x.length);
    for (const pass of all) {
      const a = alpha.values[alpha.perChannel ? pass.firstChannel : 0]!;
      const b = beta.values[beta.perChannel ? pass.firstChannel : 0]!;
      const scale = rescued ? betaRescue(a, b) : 1;
      this.#backwardPass(x, dy, dx, dxAt, accumulate, params, pass, scale, sums, withBias);
    }
  }

  #backwardPass(
    x: Float32Array,
    dy: Float32Array,
    dx: Float32Array | undefined,
    dxAt: number,
    accumulate: boolean,
    params: CheckedParams,
    pass: Pass,
    scale: number,
    sums: Float64Array | undefined,
    withBias: boolean,
  ): void {
    const { arena } = this;
    const uniform = this.setUpBackward(params, pass, scale);
    const xAt = scale === 1 ? this.#addressOf(x) : -1;
    const dyAt = this.#addressOf(dy);
    const { xTile, dyTile, outTile } = arena.at;
    const count = shardCount(pass);
    const shard = this.#shard;
    if (sums !== undefined) this.#passSums.begin(pass);
    for (let k = 0; k < count; k++) {
      setShard(shard, pass, k);
      const { start, length, first } = shard;
      const xFrom = xAt >= 0 ? xAt + start * FLOAT : xTile;
      const dyFrom = dyAt >= 0 ? dyAt + start * FLOAT : dyTile;
      const to = dxAt >= 0 ? dxAt + start * FLOAT : outTile;
      if (xAt < 0) arena.copyIn(xTile, x, start, length);
      if (scale !== 1) arena.multiply(xTile, length, 1 / scale);
      if (dyAt < 0) arena.copyIn(dyTile, dy, start, length);
      if (sums === undefined) this.backwardCall(uniform, pass, xFrom, dyFrom, to, length, first);
      else {
        const found = this.sumsCall(uniform, withBias, pass, xFrom, dyFrom, to, length, first);
        if (scale !== 1) multiplyNegatives(found, pass.positions, scale);
        this.#passSums.add(found, 0);
      }
      if (dx === undefined || dxAt >= 0) continue;
      if (accumulate) arena.addOut(outTile, dx, start, length);
      else arena.copyOut(outTile, dx, start, length);
    }
    if (sums !== undefined) this.#passSums.addTo(sums, params.layout, pass);
  }

  /** Writes a pass's parameters for backward; returns whether they are in the block rather than in the table. */
  setUpBackward(params: CheckedParams, pass: Pass, scale = 1): boolean {
    const { alpha } = params;
    const value = alpha.values[alpha.perChannel ? pass.firstChannel : 0]!;
    return this.#setUp(params, pass, scale, isTailScaleFinite(value));
  }

  /** One backward kernel call for dx alone. */
  backwardCall(
    uniform: boolean,
    pass: Pass,
    x: number,
    dy: number,
    dx: number,
    length: number,
    first: number,
  ): void {
    if (uniform) this.kernels.backward(x, dy, dx, length, this.arena.at.block);
    else this.#channelsCall(pass, x, dy, dx, length, first);
  }

  #channelsCall(pass: Pass, x: number, dy: number, dx: number, length: number, first: number): void {
    const { positions } = pass;
    const stride = tableStride(positions);
    const { table, totals, block } = this.arena.at;
    this.kernels.backward_channels(x, dy, dx, length, first, positions, stride, table, totals, block);
  }

  /**
   * One backward kernel call with sums.
   *
   * @returns the sums, kind after kind, one value a position; valid until the next call
   */
  sumsCall(
    uniform: boolean,
    withBias: boolean,
    pass: Pass,
    x: number,
    dy: number,
    dx: number,
    length: number,
    first: number,
  ): Float64Array {
    const { arena } = this;
    const sums = this.#callSums;
    const rescued = this.#rescuedSums;
    const count = SUM.count * pass.positions;
    this.#sumsOf(uniform, withBias, pass, x, dy, dx, length, first, sums);
    for (const scale of RESCUES) {
      if (allFinite(sums, count)) break;
      const scaled = arena.at.rescueTile;
      arena.copyWithin(scaled, dy, length);
      arena.multiply(scaled, length, scale);
      this.#sumsOf(uniform, withBias, pass, x, scaled, scaled, length, first, rescued);
      for (let k = 0; k < count; k++) {
        if (!Number.isFinite(sums[k])) sums[k] = rescued[k]! / scale;
      }
    }
    return sums;
  }

  #sumsOf(
    uniform: boolean,
    withBias: boolean,
    pass: Pass,
    x: number,
    dy: number,
    dx: number,
    length: number,
    first: number,
    sums: Float64Array,
  ): void {
    const { arena } = this;
    if (uniform) {
      clearSums(arena);
      this.kernels.backward_sums(x, dy, dx, length, arena.at.block);
      readSums(arena, sums);
      // The kernel with uniform parameters has no sum for the bias: it would cost the others 2 %.
      if (withBias) sums[SUM.slope] = arena.sum(dx, length);
    } else {
      clearPositionSums(arena, pass.positions);
      this.#channelsCall(pass, x, dy, dx, length, first);
      readPositionSums(arena, pass.positions, sums);
    }
  }
}

/** Of x that was divided by `scale`, the one sum that has x itself. */
function multiplyNegatives(sums: Float64Array, positions: number, scale: number): void {
  for (let position = 0; position < positions; position++)
    sums[SUM.negative * positions + position]! *= scale;
}

function allFinite(values: Float64Array, count: number): boolean {
  for (let k = 0; k < count; k++) if (!Number.isFinite(values[k])) return false;
  return true;
}

/** Whether the inputs of a call are copied in whole before anything is written. */
function isCopiedWhole({ length }: Float32Array, { layout }: CheckedParams): boolean {
  return layout === undefined && length <= COPIED_LENGTH;
}

/** `input`, or a copy where `output` overlaps it otherwise than value for value. */
export function apart(input: Float32Array, output: Float32Array | undefined): Float32Array {
  if (output === undefined || output === input || !overlap(input, output)) return input;
  const inPlace = input.buffer === output.buffer && input.byteOffset === output.byteOffset;
  return inPlace ? input : new Float32Array(input);
}

/** Whether two arrays share any byte, or may do so: two SharedArrayBuffers can be of the same memory. */
export function overlap(a: Float32Array, b: Float32Array): boolean {
  if (a.buffer !== b.buffer) return isShared(a.buffer) && isShared(b.buffer);
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** Or another realm's: then inputs are copied where they need not be. */
function isShared(buffer: ArrayBufferLike): boolean {
  return !(buffer instanceof ArrayBuffer);
}
