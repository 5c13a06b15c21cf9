/**
 * Promise: whatever its bytes are, a .npy file's header is read for what it says, or refused with an NpyError that
 * names the byte; and values of every dtype come out as they went in.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Codec, DTYPES } from "../../ts/npy/dtype.js";
import { readHeader } from "../../ts/npy/header.js";
import { npyFile, readerOf } from "../support/command.js";
import { callsOf } from "../support/fuzz-budget.js";
import { runSeed } from "../support/random.js";

/** Calls of each test. */
const CALLS = Math.ceil(callsOf("npyChecked") / 2);

const space = fc.constantFrom("", " ", "  ", "\n", "\t", "\r\n", "\f");
const quote = fc.constantFrom("'", '"');

/** A dictionary in one of the ways in which Python reads it, and what it says. */
const header = fc
  .record({
    dtype: fc.constantFrom(...DTYPES),
    fortranOrder: fc.boolean(),
    shape: fc.array(fc.nat({ max: 40 }), { maxLength: 8 }),
    order: fc.shuffledSubarray(["descr", "fortran_order", "shape"], { minLength: 3 }),
    version: fc.constantFrom(1, 2, 3),
    spaces: fc.array(space, { minLength: 40, maxLength: 40 }),
    quotes: fc.array(quote, { minLength: 4, maxLength: 4 }),
    long: fc.boolean(),
    comma: fc.boolean(),
  })
  .map(({ dtype, fortranOrder, shape, order, version, spaces, quotes, long, comma }) => {
    let [s, q] = [0, 0];
    const gap = (): string => spaces[s++ % spaces.length]!;
    const text = (value: string): string => {
      const mark = quotes[q++ % quotes.length]!;
      return mark + value + mark;
    };
    const sizes = shape.map((size) => `${gap()}${size}${long ? "L" : ""}${gap()}`);
    const tuple =
      sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(",")}${comma && sizes.length > 0 ? "," : ""})`;
    const values: Record<string, string> = {
      descr: text(dtype.descr),
      fortran_order: fortranOrder ? "True" : "False",
      shape: tuple,
    };
    const entries = order.map((key) => `${gap()}${text(key)}${gap()}:${gap()}${values[key]}${gap()}`);
    const dictionary = `${gap()}{${entries.join(",")}${comma ? `,${gap()}` : ""}}${gap()}`;
    return { bytes: npyFile(dictionary, version), expected: { dtype, fortranOrder, shape } };
  });

describe("the .npy reader", () => {
  it("reads every way of writing a header", async () => {
    const property = fc.asyncProperty(header, async ({ bytes, expected }) => {
      const { dataOffset, ...found } = await readHeader(readerOf(bytes));
      expect(found).toEqual(expected);
      expect(dataOffset).toBe(bytes.length);
    });
    await fc.assert(property, { seed: runSeed, numRuns: CALLS });
  });

  it("values of every dtype: what is exact in it comes out as it went in, the rest rounded to nearest", () => {
    const values = fc.array(fc.float(), { maxLength: 40 });
    const property = fc.property(fc.constantFrom(...DTYPES), values, (dtype, list) => {
      const given = Float32Array.from(list);
      const array = given.slice();
      const codec = new Codec(dtype, array);
      codec.encode(list.length);
      const bytes = codec.bytes(list.length).slice();
      const view = new DataView(bytes.buffer);
      const little = dtype.descr.startsWith("<");
      for (const [i, value] of given.entries()) {
        const at = i * dtype.itemsize;
        if (dtype.name === "float64") expect(view.getFloat64(at, little)).toBe(value);
        if (dtype.name === "float32") expect(view.getFloat32(at, little)).toBe(value);
        if (dtype.name === "float16") expect(halfValue(view.getUint16(at, little))).toBe(nearestHalf(value));
      }
      codec.bytes(list.length).set(bytes);
      codec.decode(list.length);
      expect(array).toEqual(dtype.name === "float16" ? given.map(nearestHalf) : given);
    });
    fc.assert(property, { seed: runSeed, numRuns: CALLS });
  });
});

/** The value of a binary16 by its definition. */
function halfValue(half: number): number {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 0x1f, half & 0x3ff];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** `value` rounded to binary16: to a multiple of its unit there, ties to even. */
function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  if (Number.isNaN(value) || magnitude === Infinity || value === 0) return value;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -14) - 10);
  const [below, rest] = [Math.floor(magnitude / unit), (magnitude / unit) % 1];
  const whole = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  const rounded = whole * unit;
  return (value < 0 || Object.is(value, -0) ? -1 : 1) * (rounded >= 65536 ? Infinity : rounded);
}
