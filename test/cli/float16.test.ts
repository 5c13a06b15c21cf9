/** Promise: every float16 is read exactly, and every float32 is rounded to the nearest float16, ties to even. */
import { expect, it } from "vitest";
import { float16ToFloat32, float32ToFloat16 } from "../../ts/npy/float16.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

function singleOf(float32Bits: number): number {
  bits[0] = float32Bits;
  return value[0]!;
}

function bitsOf(float32: number): number {
  value[0] = float32;
  return bits[0]!;
}

/** A float16's value by its definition. */
function defined(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

it("all 65,536 are read as defined, and written back as they were", () => {
  for (let half = 0; half < 0x10000; half++) {
    const single = float16ToFloat32(half);
    expect(Object.is(singleOf(single), defined(half)), `0x${half.toString(16)}`).toBe(true);
    // What was signalling is quiet.
    const isNaN16 = (half & 0x7fff) > 0x7c00;
    expect(float32ToFloat16(single), `0x${half.toString(16)}`).toBe(isNaN16 ? half | 0x200 : half);
  }
});

it("between any two neighbours, the nearer one is taken, and the even one half-way", () => {
  for (const sign of [0, 0x8000]) {
    for (let low = 0; low < 0x7c00; low++) {
      const high = low + 1;
      // Half-way to what would follow the largest, 2^16, everything becomes infinite.
      const middle = (defined(low) + (high === 0x7c00 ? 2 ** 16 : defined(high))) / 2;
      const middleBits = bitsOf(middle);
      const even = low % 2 === 0 ? low : high;
      const signBits = sign * 0x10000;
      expect(singleOf(middleBits)).toBe(middle);
      expect(float32ToFloat16(middleBits | signBits)).toBe(even | sign);
      expect(float32ToFloat16((middleBits - 1) | signBits)).toBe(low | sign);
      expect(float32ToFloat16((middleBits + 1) | signBits)).toBe(high | sign);
    }
  }
});

it("arbitrary bits give the nearest one", () => {
  const random = new Random(runSeed, 71);
  const largest = defined(0x7bff);
  for (let k = 0; k < 200_000; k++) {
    const single = Math.floor(random.bits());
    const exact = singleOf(single);
    const half = float32ToFloat16(single);
    const found = defined(half);
    if (Number.isNaN(exact)) expect(found).toBeNaN();
    else if (Math.abs(exact) >= 65520) expect(Math.abs(found)).toBe(Infinity);
    else {
      const error = Math.abs(found - exact);
      for (const other of [half - 1, half + 1]) {
        if ((other & 0x7fff) > 0x7bff || (other ^ half) & 0x8000) continue;
        expect(error, howToRepeat).toBeLessThanOrEqual(Math.abs(defined(other) - exact));
      }
      expect(Math.abs(found)).toBeLessThanOrEqual(largest);
    }
  }
});
