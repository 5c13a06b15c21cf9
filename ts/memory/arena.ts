/**
 * The memory that the kernels work in, and the only file that touches its buffer.
 *
 * From the bottom: a workspace (workspace.ts), and a heap for arena tensors. All but the heap is of fixed
 * size, whatever the arrays' size.
 */
import { DisposedError, describe } from "../errors.js";
import type { KernelMemory } from "../kernels/js.js";
import { BLOCK } from "../kernels/layout.js";
import { Heap } from "./heap.js";
import { ADDRESS, CACHE_LINE, GAP, roundUp, type Workspace } from "./workspace.js";

export { ADDRESS, TABLE_POSITIONS, TILE, tableStride } from "./workspace.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const PAGE = 65536;

/** As of a WebAssembly.Memory: 4 GiB. */
const MOST_PAGES = 65536;

/** A WebAssembly.Memory, or what stands in for one where there is none. */
export interface GrowableMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** Pages that the memory starts with: all but the heap. */
export const INITIAL_PAGES = Math.ceil(ADDRESS.end / PAGE);

/** A memory of plain JavaScript. Growing it detaches the old buffer where the host can, as WebAssembly's does. */
export class JsMemory implements GrowableMemory {
  buffer: ArrayBuffer;

  constructor(pages: number) {
    this.buffer = new ArrayBuffer(pages * PAGE);
  }

  grow(pages: number): number {
    const old = this.buffer;
    const before = old.byteLength / PAGE;
    if (before + pages > MOST_PAGES) {
      throw new RangeError(`Addresses have 32 bits: no more than ${MOST_PAGES} pages.`);
    }
    const grown = new ArrayBuffer((before + pages) * PAGE);
    new Uint8Array(grown).set(new Uint8Array(old));
    this.buffer = grown;
    if (typeof structuredClone === "function") structuredClone(old, { transfer: [old] });
    return before;
  }
}

/** The views, the heap, and the copies in and out, of one thread. */
export class Arena implements KernelMemory {
  #f32: Float32Array;
  #f64: Float64Array;
  #i32: Int32Array;
  /** Views of the block alone. */
  #block: { readonly f32: Float32Array; readonly i32: Int32Array };
  /** A view of the last tile that was copied out, kept so that a call makes no garbage. */
  #view: Float32Array;
  /** Buffers of this memory from before it grew that still show it, as shared ones do. */
  #past: WeakSet<ArrayBufferLike> | undefined;
  readonly #heap = new Heap();
  /** Where the caller's arrays may begin. */
  #heapFrom: number;

  /**
   * @param at where this thread works
   * @param hasHeap whether what lies behind can be allocated; where the memory is another's it cannot, and
   * arrays may lie anywhere
   */
  constructor(
    readonly memory: GrowableMemory,
    readonly at: Workspace = ADDRESS,
    hasHeap = true,
  ) {
    const { buffer } = memory;
    this.#f32 = new Float32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#block = this.#blockViews(buffer);
    this.#view = new Float32Array(buffer, 0, 0);
    this.#heapFrom = hasHeap ? at.end : 0;
    if (hasHeap) this.#heap.give(at.end, buffer.byteLength - at.end);
  }

  #blockViews(buffer: ArrayBufferLike): { f32: Float32Array; i32: Int32Array } {
    const length = BLOCK.size / FLOAT;
    return {
      f32: new Float32Array(buffer, this.at.block, length),
      i32: new Int32Array(buffer, this.at.block, length),
    };
  }

  /** The size of the memory, in pages, as this thread's views have it. */
  get pages(): number {
    return (this.f32.length * FLOAT) / PAGE;
  }

  /** Widens the views to at least `pages`, after another thread has made the memory grow. */
  follow(pages: number): void {
    while (this.pages < pages) {
      // A host may tell a thread of another's growth late, but not after one of its own.
      this.memory.grow(0);
      this.refresh();
    }
  }

  /**
   * Takes the memory's buffer as it is now. One that was grown has left its views with length 0, or too short.
   *
   * @throws {DisposedError} where the buffer was transferred, which that of a WebAssembly.Memory cannot be
   */
  refresh(): void {
    if (this.#f32.length !== 0 && this.#f32.buffer === this.memory.buffer) return;
    const { buffer } = this.memory;
    if (buffer.byteLength === 0) throw new DisposedError("This Sau, whose buffer is detached,");
    if (this.#f32.length !== 0) {
      this.#past ??= new WeakSet();
      this.#past.add(this.#f32.buffer);
    }
    this.#f64 = new Float64Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#block = this.#blockViews(buffer);
    this.#view = new Float32Array(buffer, 0, 0);
    // Last: it says that all of them are made anew, and the host may refuse any.
    this.#f32 = new Float32Array(buffer);
  }

  get f32(): Float32Array {
    if (this.#f32.length === 0) this.refresh();
    return this.#f32;
  }

  get f64(): Float64Array {
    if (this.#f64.length === 0) this.refresh();
    return this.#f64;
  }

  get i32(): Int32Array {
    if (this.#i32.length === 0) this.refresh();
    return this.#i32;
  }

  /** The block, from its first byte. */
  get block(): { readonly f32: Float32Array; readonly i32: Int32Array } {
    if (this.#f32.length === 0) this.refresh();
    return this.#block;
  }

  /**
   * The address of an array that lies in this memory, or -1 where it is to be copied: one that lies elsewhere, or is a
   * view of this memory from before it grew. The memory's first line is nobody's: what lies in it alone is the caller's.
   *
   * @throws {TypeError} for one that lies where the kernels keep their own things
   */
  addressOf(array: Float32Array): number {
    const { buffer } = array;
    const isCurrent = buffer === this.f32.buffer;
    if (!isCurrent && !this.#past?.has(buffer)) return -1;
    const isBelow = array.byteOffset < this.#heapFrom && array.length > 0;
    if (isBelow && array.byteOffset + array.byteLength > CACHE_LINE) {
      throw new TypeError(
        `An array begins at byte ${array.byteOffset} of the arena's buffer, expected one from alloc(): the kernels' own memory lies there.`,
      );
    }
    return isCurrent ? array.byteOffset : -1;
  }

  /**
   * Checks where an output lies, before anything is written.
   *
   * @throws {TypeError} as {@link addressOf}
   */
  checkPlace(array: Float32Array): void {
    // Asking an array for its buffer takes as long as all other checks of a short one (13 ns with Node 20), and what
    // lies in the first line alone is let through.
    if (array.byteOffset > 0 || array.length > FIRST_LINE) this.addressOf(array);
  }

  /** A view of `length` values at `address`, for the caller to keep until it is not current. */
  newView(address: number, length: number): Float32Array {
    return new Float32Array(this.f32.buffer as ArrayBuffer, address, length);
  }

  /** Whether a view of this memory is still one: growing the memory makes older views stale. */
  isCurrent(view: Float32Array): boolean {
    return view.buffer === this.f32.buffer;
  }

  /** A view of `length` values at `address`, valid until the memory grows; the same one for the same question. */
  viewAt(address: number, length: number): Float32Array {
    const { buffer } = this.f32;
    const view = this.#view;
    if (view.byteOffset === address && view.length === length && view.buffer === buffer) return view;
    this.#view = new Float32Array(buffer as ArrayBuffer, address, length);
    return this.#view;
  }

  /** Copies `length` values of `source` from `start` to `address`. */
  copyIn(address: number, source: Float32Array, start: number, length: number): void {
    const { f32 } = this;
    const to = address / FLOAT;
    if (length <= SHORT) {
      for (let i = 0; i < length; i++) f32[to + i] = source[start + i]!;
    } else {
      const whole = start === 0 && length === source.length;
      // Not subarray, which would ask a subclass of Float32Array for its constructor.
      f32.set(
        whole ? source : new Float32Array(source.buffer, source.byteOffset + start * FLOAT, length),
        to,
      );
    }
  }

  /** Copies `length` values from `address` to `target` from `start`. */
  copyOut(address: number, target: Float32Array, start: number, length: number): void {
    if (length <= SHORT) {
      const { f32 } = this;
      const from = address / FLOAT;
      for (let i = 0; i < length; i++) target[start + i] = f32[from + i]!;
    } else {
      target.set(this.viewAt(address, length), start);
    }
  }

  /** Adds `length` values from `address` to `target` from `start`. */
  addOut(address: number, target: Float32Array, start: number, length: number): void {
    const { f32 } = this;
    const from = address / FLOAT;
    for (let i = 0; i < length; i++) target[start + i]! += f32[from + i]!;
  }

  /** The sum of `length` values from `address`, one after the other in double precision. */
  sum(address: number, length: number): number {
    const { f32 } = this;
    const from = address / FLOAT;
    let sum = 0;
    for (let i = from; i < from + length; i++) sum += f32[i]!;
    return sum;
  }

  /** Copies `length` values within the arena. */
  copyWithin(to: number, from: number, length: number): void {
    this.f32.copyWithin(to / FLOAT, from / FLOAT, from / FLOAT + length);
  }

  /** Adds `length` values from `from` to those at `to`. */
  addWithin(to: number, from: number, length: number): void {
    const { f32 } = this;
    const [target, source] = [to / FLOAT, from / FLOAT];
    for (let i = 0; i < length; i++) f32[target + i]! += f32[source + i]!;
  }

  /** Multiplies `length` values at `address`. */
  multiply(address: number, length: number, factor: number): void {
    const { f32 } = this;
    const at = address / FLOAT;
    for (let i = at; i < at + length; i++) f32[i]! *= factor;
  }

  /**
   * Takes `length` values from the heap, set to 0.
   *
   * @returns their address, a multiple of 64
   * @throws {RangeError} when the length is not a whole number from 0, or the host has no more memory
   */
  allocate(length: number): number {
    if (!Number.isInteger(length) || length < 0 || length > 2 ** 30) {
      throw new RangeError(
        `alloc: length is ${describe(length)}, expected a whole number from 0 to ${2 ** 30}.`,
      );
    }
    const bytes = roundUp(length * FLOAT, CACHE_LINE) + GAP;
    const at = this.#take(bytes, `${length} values`);
    this.f32.fill(0, at / FLOAT, at / FLOAT + length);
    return at;
  }

  /** Gives back what {@link allocate} returned for `length`. */
  release(at: number, length: number): void {
    this.#heap.give(at, roundUp(length * FLOAT, CACHE_LINE) + GAP);
  }

  /**
   * Takes `bytes` for the kernels' own things for good; before anything is allocated.
   *
   * @returns their address, a multiple of 64
   * @throws {RangeError} when the host has no more memory
   */
  reserve(bytes: number): number {
    const whole = roundUp(bytes, CACHE_LINE);
    const at = this.#take(whole, "threads");
    this.#heapFrom = Math.max(this.#heapFrom, at + whole);
    return at;
  }

  #take(bytes: number, what: string): number {
    const at = this.#heap.take(bytes);
    if (at !== undefined) return at;
    this.#growBy(bytes, what);
    return this.#heap.take(bytes)!;
  }

  #growBy(bytes: number, what: string): void {
    const old = this.memory.buffer.byteLength;
    const pages = Math.ceil(bytes / PAGE);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw new RangeError(
        `alloc: the host refused ${pages * PAGE} more bytes for ${what}, beside ${old} bytes in use.`,
        { cause },
      );
    }
    this.refresh();
    this.#heap.give(old, this.memory.buffer.byteLength - old);
  }
}

/** Values of the memory's first cache line, which stays unused. */
const FIRST_LINE = CACHE_LINE / FLOAT;

/** Up to this length a loop copies faster than a call of TypedArray.prototype.set. */
const SHORT = 64;
