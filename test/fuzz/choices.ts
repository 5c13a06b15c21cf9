/**
 * Choices that are read off bytes, so that whatever makes and changes bytes makes and changes calls: fast-check, which
 * shrinks them, and the guided fuzzer. Where the bytes end each choice is the first one, the simplest.
 */

/** Small and special float32 values, the simplest first. */
const SPECIAL = [
  0,
  1,
  -1,
  -0,
  0.5,
  Number.NaN,
  Infinity,
  -Infinity,
  1e-45,
  -1e-45,
  2 ** -126,
  -(2 ** -127),
  3.4028234663852886e38,
  -3.4028234663852886e38,
];

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

export class Choices {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** Whether all bytes have been read. */
  get isOver(): boolean {
    return this.#at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.#at++] ?? 0;
  }

  /** A whole number in [0, end), end at most 2^16. */
  below(end: number): number {
    if (end <= 1) return 0;
    const value = end <= 256 ? this.byte() : this.byte() + 256 * this.byte();
    return value % end;
  }

  /** True for about `odds` of all bytes, and not for 0. */
  happens(odds: number): boolean {
    return this.byte() >= 256 * (1 - odds);
  }

  /** One of `choices`, the first for a byte of 0. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** 32 bits, as an unsigned number. */
  word(): number {
    return (this.byte() + 256 * this.byte() + 65536 * this.byte() + 2 ** 24 * this.byte()) >>> 0;
  }

  /** Any float32: a special one, one in [-4, 4), or any bits. */
  float32(): number {
    const kind = this.byte();
    if (kind < 128) return kind < SPECIAL.length ? SPECIAL[kind]! : (kind - 71) / 14;
    if (kind < 192) return (this.byte() + 256 * this.byte()) / 8192 - 4;
    bits[0] = this.word();
    return float[0]!;
  }

  /** The bytes that are left. */
  rest(): Uint8Array {
    const rest = this.bytes.subarray(this.#at);
    this.#at = this.bytes.length;
    return rest;
  }
}
