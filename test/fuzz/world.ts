/**
 * The memories that arrays of a call may lie in, each a stretch of values that is known to the bit before a call, and
 * what happens to them between the making of a view and the call.
 */
import type { Sau } from "../../ts/index.js";
import { detach, growableBuffer, type ResizableBuffer, resizableBuffer } from "../support/buffers.js";
import type { Lodger } from "../support/foreign.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Values a stretch has. */
export const STRETCH = 640;
const BYTES = STRETCH * FLOAT;

/** Kinds of memory, by the place of its stretch in a world. */
export const MEMORIES = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "resizable ArrayBuffer",
  "growable SharedArrayBuffer",
  "Buffer of Node's pool",
  "the kernels' own memory",
  "another Sau's memory",
] as const;

const [ORDINARY, , RESIZABLE, GROWABLE, , OWN, OTHERS] = MEMORIES.keys();

/** What happens when the views have been made and before the call. */
export const EVENTS = ["nothing", "shrink", "grow", "transfer", "the memory grows"] as const;
export type Event = (typeof EVENTS)[number];

/** Where an array lies: values of a stretch. */
export interface Span {
  readonly memory: number;
  readonly at: number;
  readonly length: number;
}

/** A Sau or a pool. */
type Allocates = Pick<Sau, "alloc">;

/** The stretches around one Sau or pool. */
export class World<S extends Allocates = Sau> {
  readonly #stretches: Float32Array[];
  /** What lies in each before a call. */
  readonly #before = MEMORIES.map(() => new Float32Array(STRETCH));
  #resizable: ResizableBuffer;
  /** Bytes of the resizable buffer that are left. */
  #left = BYTES;
  /** Stretches that lie in memories which grow, as they are now. */
  readonly #own: () => Float32Array;
  readonly #others: () => Float32Array;
  readonly #growOwn: () => void;
  /** Whether the Sau knows where the caller's arrays may lie in its memory. */
  readonly #hasHeap: boolean;

  /** @param lodger the Sau's memory, where it is another's */
  constructor(
    readonly sau: S,
    other: Allocates,
    lodger?: Lodger,
  ) {
    this.#hasHeap = lodger === undefined;
    if (lodger === undefined) {
      const tensor = sau.alloc(STRETCH);
      this.#own = () => tensor.array;
      this.#growOwn = () => {
        const { buffer } = tensor.array;
        while (tensor.array.buffer === buffer) sau.alloc(2 ** 14);
      };
    } else {
      this.#own = () => new Float32Array(lodger.memory.buffer, lodger.to, STRETCH);
      this.#growOwn = () => {
        lodger.memory.grow(1);
        lodger.refresh();
      };
    }
    const lent = other.alloc(STRETCH);
    this.#others = () => lent.array;
    const pooled = Buffer.allocUnsafe(BYTES);
    this.#resizable = resizableBuffer(BYTES, 2 * BYTES);
    this.#stretches = [
      new Float32Array(STRETCH),
      new Float32Array(new SharedArrayBuffer(BYTES)),
      new Float32Array(this.#resizable, 0, STRETCH),
      new Float32Array(growableBuffer(BYTES, 2 * BYTES), 0, STRETCH),
      new Float32Array(pooled.buffer, pooled.byteOffset, STRETCH),
      this.#own(),
      this.#others(),
    ];
  }

  /** Puts these values before a call, the same in every memory but from another one on, into all of them. */
  fill(values: Float32Array): void {
    this.#stretches[OWN!] = this.#own();
    this.#stretches[OTHERS!] = this.#others();
    for (const [memory, before] of this.#before.entries()) {
      const from = (memory * 97) % STRETCH;
      before.set(values.subarray(from));
      before.set(values.subarray(0, from), STRETCH - from);
      this.#stretches[memory]!.set(before);
    }
  }

  /** A view of its own. */
  view({ memory, at, length }: Span): Float32Array {
    const stretch = this.#stretches[memory]!;
    return new Float32Array(stretch.buffer, stretch.byteOffset + at * FLOAT, length);
  }

  /** A view where the kernels keep their own things; null in another's memory, whose owner answers for them. */
  kernelsView(byte: number, length: number): Float32Array | null {
    return this.#hasHeap ? new Float32Array(this.#stretches[OWN!]!.buffer, byte, length) : null;
  }

  /** The values there, as they were before the call. */
  valuesOf({ memory, at, length }: Span): Float32Array {
    return this.#before[memory]!.subarray(at, at + length);
  }

  /** Lets it happen; `size` is how much, where it is about how much. */
  happen(event: Event, size: number): void {
    if (event === "shrink") {
      this.#left = size % BYTES;
      this.#resizable.resize(this.#left);
    } else if (event === "grow") {
      this.#resizable.resize(2 * BYTES - (size % BYTES));
      const growable = this.#stretches[GROWABLE!]!.buffer as unknown as {
        byteLength: number;
        grow(to: number): void;
      };
      growable.grow(Math.min(2 * BYTES, growable.byteLength + (size % 8)));
    } else if (event === "transfer") {
      this.#stretches[ORDINARY!] = new Float32Array(
        detach(this.#stretches[ORDINARY!]!.buffer as ArrayBuffer),
      );
    } else if (event === "the memory grows") {
      this.#growOwn();
      this.#stretches[OWN!] = this.#own();
    }
  }

  /** Whether a view of there, made before the event, is one no more. */
  hasGone({ memory, at, length }: Span, event: Event): boolean {
    if (event === "shrink") return memory === RESIZABLE && (at + length) * FLOAT > this.#left;
    if (event === "transfer") return memory === ORDINARY;
    // Views of a shared memory stay when it grows.
    const isShared = this.#stretches[OWN!]!.buffer instanceof SharedArrayBuffer;
    return event === "the memory grows" && memory === OWN && !isShared;
  }

  /** Ends the event's effects, so that every stretch is whole again. */
  restore(): void {
    this.#resizable.resize(BYTES);
    this.#left = BYTES;
  }

  /**
   * The first value that changed although no output lies there, in words; undefined where there is none.
   *
   * @param outputs where the call was allowed to write
   */
  strayWrite(outputs: readonly Span[]): string | undefined {
    for (const [memory, before] of this.#before.entries()) {
      const after = this.#stretches[memory]!;
      const left = memory === RESIZABLE ? Math.floor(this.#left / FLOAT) : STRETCH;
      const found = new Uint32Array(after.buffer, after.byteOffset, Math.min(left, STRETCH));
      const kept = new Uint32Array(before.buffer, 0, found.length);
      if (Buffer.compare(bytesOf(found), bytesOf(kept)) === 0) continue;
      const here = outputs.filter((output) => output.memory === memory);
      const at = found.findIndex(
        (bits, i) => bits !== kept[i] && !here.some((span) => i >= span.at && i < span.at + span.length),
      );
      if (at >= 0) return `value ${at} of the ${MEMORIES[memory]} was ${before[at]} and is ${after[at]}`;
    }
    return undefined;
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
