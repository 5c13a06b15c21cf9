/**
 * Promise: a verb writes its outputs and nothing beside them, however its arrays overlap.
 *
 * For every length up to 257 and every shift of an output against an input, with parameters that lead to each kernel, in
 * every kind of buffer; placements.test.ts has longer arrays, and another's memory. The whole memory around the arrays is
 * compared to the bit: outputs hold what copies out of place give, inputs that are no outputs and everything on
 * both sides keep their bits.
 */
import { afterAll, describe, it } from "vitest";
import type { Sau, SauParams } from "../../ts/index.js";
import { UNITS } from "../../ts/kernels/layout.js";
import { TILE } from "../../ts/memory/arena.js";
import { resizableBuffer } from "../support/buffers.js";
import { Field, nearAndFar } from "../support/field.js";
import { expectSameBits, randomNumbers, uniformArray } from "../support/numbers.js";
import { sauOfEachTier } from "../support/tiers.js";

const MAX_LENGTH = 257;
const MAX_OFFSET = 8;
const MAX_SHIFT = 30;
/** Guard values on each side of an array: more than a group, so that a padded group written whole is seen. */
const GUARD = UNITS.group + MAX_SHIFT;
/** Room for an array, its offset and a guard. */
const ROOM = GUARD + MAX_OFFSET + MAX_LENGTH + GUARD;
/** Room for x, dy and dx. */
const FIELD = 3 * ROOM;

const LENGTHS = Array.from({ length: MAX_LENGTH + 1 }, (_, length) => length);
const OFFSETS = Array.from({ length: MAX_OFFSET + 1 }, (_, offset) => offset);
const SHIFTS = Array.from({ length: 2 * MAX_SHIFT + 1 }, (_, k) => k - MAX_SHIFT);
/** Overlap is found in one place for all parameters, so that these are enough for all but the first. */
const SOME_SHIFTS = [-MAX_SHIFT, -UNITS.group, -1, 0, 1, UNITS.group, MAX_SHIFT];

const random = randomNumbers(1);
/** What lies in a field before a call: any bits that are no NaN, since copying may change a NaN's payload. */
const BEFORE = uniformArray(FIELD, 1e3, random);
const X = nearAndFar(MAX_LENGTH, random);
const DY = uniformArray(MAX_LENGTH, 2, random);
const CHANNEL_ALPHA = uniformArray(MAX_LENGTH, 2, random);

/** Parameters that lead to the kernels of the block, of a table of one position, and of a table of many. */
const PARAMETERS: Record<string, { paramsOf: (length: number) => SauParams; shifts: readonly number[] }> = {
  "one value each": { paramsOf: () => ({ alpha: 0.25, beta: 2 }), shifts: SHIFTS },
  "a bias": { paramsOf: () => ({ alpha: 0.25, beta: 2, bias: 0.5 }), shifts: SOME_SHIFTS },
  "one alpha a channel": {
    paramsOf: (length) => ({
      alpha: CHANNEL_ALPHA.subarray(0, length),
      beta: 2,
      shape: [length],
      channelAxis: 0,
    }),
    shifts: SOME_SHIFTS,
  },
};

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});

/** Kinds of memory that a caller's arrays may lie in. */
const FIELDS: Record<string, (sau: Sau) => Float32Array> = {
  ArrayBuffer: () => new Float32Array(FIELD),
  SharedArrayBuffer: () => new Float32Array(new SharedArrayBuffer(FIELD * Float32Array.BYTES_PER_ELEMENT)),
  "resizable ArrayBuffer": () => {
    const bytes = FIELD * Float32Array.BYTES_PER_ELEMENT;
    return new Float32Array(resizableBuffer(bytes, 2 * bytes));
  },
  "arena tensor": (sau) => sau.alloc(FIELD).array,
};

/** Where the nth array of a field lies. */
function place(nth: number, offset: number): number {
  return nth * ROOM + GUARD + offset;
}

describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  describe.each(Object.entries(FIELDS))("in memory of the kind %s", (_, makeField) => {
    const field = new Field(makeField(sau), BEFORE);

    it.each(Object.entries(PARAMETERS))("forward with %s writes y alone", (_, { paramsOf, shifts }) => {
      for (const length of LENGTHS) {
        const params = paramsOf(length);
        const x = X.subarray(0, length);
        const y = sau.forward(x, params);
        for (const offset of OFFSETS) {
          const at = place(0, offset);
          // Out of place, and in place and overlapping.
          for (const outAt of [place(1, MAX_OFFSET - offset), ...shifts.map((shift) => at + shift)]) {
            field.reset();
            const given = field.put(x, at);
            const out = field.at(outAt, length);
            const returned = sau.forward(given, params, { out });
            if (returned !== out) throw new Error("forward returned another array than out");
            field.expectOnly(y, outAt, () => `length ${length}, x at ${at}, out at ${outAt}`);
          }
        }
      }
    });

    it.each([
      ["dx alone", ["dx"], SHIFTS],
      ["dx and sums", ["dx", "alpha", "beta", "bias"], SOME_SHIFTS],
    ] as const)("backward for %s writes dx alone", (_, want, shifts) => {
      const params = { alpha: 0.25, beta: 2 };
      const options = { want } as const;
      for (const length of LENGTHS) {
        const [x, dy] = [X.subarray(0, length), DY.subarray(0, length)];
        const expected = sau.backward(x, dy, params, options);
        for (const offset of OFFSETS) {
          const [xAt, dyAt] = [place(0, offset), place(1, MAX_OFFSET - offset)];
          // Overlapping x and dy in turn.
          const shifted = shifts.map((shift, k) => ((length + offset + k) % 2 === 0 ? xAt : dyAt) + shift);
          for (const dxAt of [place(2, offset >> 1), ...shifted]) {
            field.reset();
            const given = [field.put(x, xAt), field.put(dy, dyAt)] as const;
            const dx = field.at(dxAt, length);
            const found = sau.backward(...given, params, { ...options, out: { dx } });
            const what = (): string => `length ${length}, x at ${xAt}, dy at ${dyAt}, dx at ${dxAt}`;
            if (found.dx !== dx) throw new Error("backward returned another dx than out.dx");
            field.expectOnly(expected.dx, dxAt, what);
            for (const name of ["dAlpha", "dBeta", "dBias"] as const) {
              const sums = [found, expected].map((gradients) => (gradients as Record<string, unknown>)[name]);
              if (!Object.is(sums[0], sums[1]))
                throw new Error(`${what()}: ${name} is ${sums[0]}, expected ${sums[1]}`);
            }
          }
        }
      }
    });

    it.each(Object.entries(PARAMETERS).slice(1))(
      "backward with %s writes dx alone",
      (_, { paramsOf, shifts }) => {
        for (const length of LENGTHS) {
          const params = paramsOf(length);
          const [x, dy] = [X.subarray(0, length), DY.subarray(0, length)];
          const expected = sau.backward(x, dy, params, { want: ["dx"] }).dx;
          for (const offset of OFFSETS) {
            const [xAt, dyAt] = [place(0, offset), place(1, MAX_OFFSET - offset)];
            const shifted = shifts.flatMap((shift) => [xAt + shift, dyAt + shift]);
            for (const dxAt of [place(2, offset), ...shifted]) {
              field.reset();
              const given = [field.put(x, xAt), field.put(dy, dyAt)] as const;
              sau.backward(...given, params, { want: ["dx"], out: { dx: field.at(dxAt, length) } });
              field.expectOnly(
                expected,
                dxAt,
                () => `length ${length}, x at ${xAt}, dy at ${dyAt}, dx at ${dxAt}`,
              );
            }
          }
        }
      },
    );
  });

  // Streamed tile by tile, so that a tile must not overwrite what a later one reads.
  it.each([
    ["ordinary memory", (length: number) => new Float32Array(length)],
    ["the arena", (length: number) => sau.alloc(length).array],
  ] as const)("arrays of several tiles in %s may overlap as they like", (_, make) => {
    const length = 2 * TILE + 5;
    const [xAt, dyAt] = [MAX_SHIFT, MAX_SHIFT + length + 2 * MAX_SHIFT];
    const memory = make(dyAt + length + MAX_SHIFT);
    const before = uniformArray(memory.length, 3, random);
    const params = { alpha: 0.25, beta: 2 };
    const [x, dy] = [before.slice(xAt, xAt + length), before.slice(dyAt, dyAt + length)];
    const y = sau.forward(x, params);
    const { dx } = sau.backward(x, dy, params, { want: ["dx"] });
    const given = [memory.subarray(xAt, xAt + length), memory.subarray(dyAt, dyAt + length)] as const;
    for (const shift of SOME_SHIFTS) {
      const check = (output: Float32Array, outAt: number, what: string): void => {
        const expected = before.slice();
        expected.set(output, outAt);
        expectSameBits(memory, expected, () => `${what}, ${shift} from its input`);
      };
      memory.set(before);
      sau.forward(given[0], params, { out: memory.subarray(xAt + shift, xAt + shift + length) });
      check(y, xAt + shift, "y");
      for (const at of [xAt + shift, dyAt + shift]) {
        for (const want of [["dx"], ["dx", "alpha"]] as const) {
          memory.set(before);
          const out = { dx: memory.subarray(at, at + length) };
          sau.backward(...given, params, { want, out });
          check(dx, at, `dx wanting ${want}`);
        }
      }
    }
  });
});
