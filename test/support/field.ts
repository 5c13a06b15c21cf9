/** A stretch of memory under test, and the same stretch as it should be: whatever else is written is seen. */
import { UNITS } from "../../ts/kernels/layout.js";
import { expectSameBits, uniformArray } from "./numbers.js";

/** A field under test, and the field as it should be. */
export class Field {
  readonly #before: Float32Array;
  readonly #expected: Float32Array;
  readonly #foundBytes: Buffer;
  readonly #expectedBytes: Buffer;

  /** @param before what lies there before a call; no NaN, since copying may change a NaN's payload */
  constructor(
    readonly found: Float32Array,
    before: Float32Array,
  ) {
    this.#before = before;
    this.#expected = new Float32Array(before.length);
    this.#foundBytes = bytesOf(found);
    this.#expectedBytes = bytesOf(this.#expected);
  }

  /** Fills both with what lies there before a call. */
  reset(): void {
    this.found.set(this.#before);
    this.#expected.set(this.#before);
  }

  /** `values` in both, and the array under test that holds them. */
  put(values: Float32Array, at: number): Float32Array {
    this.found.set(values, at);
    this.#expected.set(values, at);
    return this.at(at, values.length);
  }

  at(at: number, length: number): Float32Array {
    return this.found.subarray(at, at + length);
  }

  /** Asserts that `output` at `at` is all that has changed. */
  expectOnly(output: Float32Array, at: number, what: () => string): void {
    this.#expected.set(output, at);
    if (this.#foundBytes.equals(this.#expectedBytes)) return;
    expectSameBits(this.found, this.#expected, what);
  }
}

/** Inputs near the kink, and groups of inputs far from it, so that both ways through a kernel are taken. */
export function nearAndFar(length: number, random: () => number): Float32Array {
  return uniformArray(length, 3, random).map((x, i) =>
    Math.floor(i / UNITS.group) % 3 === 1 ? 9 * x + 30 : x,
  );
}

/** An array's bytes, which the host compares at once. */
function bytesOf(array: Float32Array): Buffer {
  return Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}
