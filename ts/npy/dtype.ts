/** The dtypes that are read and written, and how their values become float32 and are made of it. */
import { float16ToFloat32, float32ToFloat16 } from "./float16.js";

/** How a file stores a value. */
export interface Dtype {
  /** As the file's header says it. */
  readonly descr: string;
  readonly name: "float16" | "float32" | "float64";
  /** Bytes a value. */
  readonly itemsize: number;
}

const KINDS = [
  { code: "f2", name: "float16", itemsize: 2 },
  { code: "f4", name: "float32", itemsize: 4 },
  { code: "f8", name: "float64", itemsize: 8 },
] as const;

/** All of them, in either byte order. */
export const DTYPES: readonly Dtype[] = ["<", ">"].flatMap((order) =>
  KINDS.map(({ code, name, itemsize }) => ({ descr: order + code, name, itemsize })),
);

/** Whether the values are in the other byte order than those of typed arrays. */
function isSwapped({ descr }: Dtype): boolean {
  return descr.startsWith(">");
}

/** Reverses the bytes of every value, in place. */
function swap(bytes: Uint8Array, itemsize: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (itemsize === 2) buffer.swap16();
  else if (itemsize === 4) buffer.swap32();
  else buffer.swap64();
}

/**
 * Room for values of a file beside their float32 values: the same memory where the file has float32, so that there
 * is nothing to copy.
 */
export class Codec {
  readonly #dtype: Dtype;
  /** The values as the file has them. */
  readonly #bytes: Uint8Array;
  readonly #values: Float32Array;
  /** Finite values that became infinite, since the narrower of the two dtypes has none so large. */
  overflows = 0;

  /** @param values where the float32 values are */
  constructor(dtype: Dtype, values: Float32Array) {
    this.#dtype = dtype;
    this.#values = values;
    this.#bytes =
      dtype.name === "float32"
        ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
        : new Uint8Array(values.length * dtype.itemsize);
  }

  /** The bytes of the first `length` values. */
  bytes(length: number): Uint8Array {
    return this.#bytes.subarray(0, length * this.#dtype.itemsize);
  }

  /**
   * Makes float32 values of the first `length` values' bytes. These are then no longer valid.
   *
   * @returns the values before they were rounded, valid as long as the bytes would be
   */
  decode(length: number): Float64Array | Float32Array {
    const { name, itemsize } = this.#dtype;
    if (isSwapped(this.#dtype)) swap(this.bytes(length), itemsize);
    const { buffer } = this.#bytes;
    if (name === "float64") {
      const doubles = new Float64Array(buffer, 0, length);
      const values = this.#values;
      for (let i = 0; i < length; i++) {
        const double = doubles[i]!;
        values[i] = double;
        if (Math.abs(values[i]!) === Infinity && Math.abs(double) !== Infinity) this.overflows++;
      }
      return doubles;
    }
    if (name === "float16") {
      const halves = new Uint16Array(buffer, 0, length);
      const bits = this.#bits(length);
      for (let i = 0; i < length; i++) bits[i] = float16ToFloat32(halves[i]!);
    }
    return this.#values.subarray(0, length);
  }

  /** Makes bytes of the first `length` float32 values. These are then no longer valid. */
  encode(length: number): void {
    const { name, itemsize } = this.#dtype;
    const { buffer } = this.#bytes;
    if (name === "float64") {
      new Float64Array(buffer, 0, length).set(this.#values.subarray(0, length));
    } else if (name === "float16") {
      const halves = new Uint16Array(buffer, 0, length);
      const bits = this.#bits(length);
      for (let i = 0; i < length; i++) {
        const half = float32ToFloat16(bits[i]!);
        halves[i] = half;
        if ((half & 0x7fff) === 0x7c00 && (bits[i]! & 0x7fff_ffff) !== 0x7f80_0000) this.overflows++;
      }
    }
    if (isSwapped(this.#dtype)) swap(this.bytes(length), itemsize);
  }

  #bits(length: number): Int32Array {
    return new Int32Array(this.#values.buffer, this.#values.byteOffset, length);
  }
}
