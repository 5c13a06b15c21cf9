/**
 * Promise: in a memory that is another's, which its owner makes grow between calls, results are right, the owner's bytes
 * stay, and views from before the growth are refused.
 */
import { describe, expect, it } from "vitest";
import { createSauSync } from "../../ts/index.js";
import type { WasmTier } from "../../ts/tier.js";
import { lodge } from "../support/foreign.js";
import { expectSameBits, randomNumbers, uniformArray } from "../support/numbers.js";
import { availableTiers } from "../support/tiers.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const PARAMS = { alpha: 0.25, beta: 2, bias: 0.5 };
const ALL = { want: ["dx", "alpha", "beta", "bias"] } as const;
const random = randomNumbers(12);
const LENGTH = 500;

const tiers = availableTiers().filter((tier): tier is WasmTier => tier !== "js");

describe.each(tiers.flatMap((tier) => [false, true].map((shared) => [tier, shared] as const)))(
  "%s, shared %s",
  (tier, shared) => {
    it("grown by its owner between calls, with views of before and after", () => {
      const { sau, memory, from, to, refresh } = lodge(tier, shared);
      const own = createSauSync({ tier });
      let owned = new Uint8Array(memory.buffer, 0, from).fill(0xa5);
      for (let growth = 0; growth < 20; growth++) {
        const values = uniformArray(LENGTH, 4, random);
        const dy = uniformArray(LENGTH, 2, random);
        const x = new Float32Array(memory.buffer, to, LENGTH);
        const out = new Float32Array(memory.buffer, to + LENGTH * FLOAT, LENGTH);
        x.set(values);
        expectSameBits(sau.forward(x, PARAMS), own.forward(values, PARAMS), () => "y");
        sau.forward(x, PARAMS, { out });
        expectSameBits(out, own.forward(values, PARAMS), () => "y, in the memory");

        memory.grow(1 + (growth % 3));
        owned = new Uint8Array(memory.buffer, 0, from);
        if (growth % 2 === 0) refresh();
        // The old views: of a shared memory they stay, of another one they have gone.
        if (shared) {
          expect(sau.backward(x, dy, PARAMS, ALL)).toEqual(own.backward(values, dy, PARAMS, ALL));
          sau.forward(x, PARAMS, { out });
        } else {
          expect(x.length).toBe(0);
          expect(() => sau.forward(x, PARAMS)).toThrow(/whose buffer is detached or has shrunk/);
          expect(() => sau.forward(dy, PARAMS, { out: x })).toThrow(TypeError);
        }
        // New ones, at the end of what there is now, and an ordinary array.
        const last = new Float32Array(memory.buffer, memory.buffer.byteLength - LENGTH * FLOAT, LENGTH);
        last.set(values);
        expect(sau.backward(last, dy, PARAMS, ALL)).toEqual(own.backward(values, dy, PARAMS, ALL));
        expectSameBits(last, values, () => "an input at the memory's end");
        sau.forward(last, PARAMS, { out: last });
        expectSameBits(last, own.forward(values, PARAMS), () => "y, in place");
        const before = new Float32Array(memory.buffer, to, LENGTH);
        expectSameBits(before, values, () => "x of before the growth");
        expect(owned.every((byte) => byte === 0xa5)).toBe(true);
      }
    });

    it("arrays that begin at the memory's first byte are used where they lie", () => {
      const { sau, memory } = lodge(tier, shared);
      const own = createSauSync({ tier });
      const values = uniformArray(LENGTH, 4, random);
      const dy = uniformArray(LENGTH, 2, random);
      const first = new Float32Array(memory.buffer, 0, LENGTH);
      const out = new Float32Array(LENGTH);
      const expected = own.backward(values, dy, PARAMS, ALL);
      first.set(values);
      expectSameBits(sau.forward(first, PARAMS), own.forward(values, PARAMS), () => "y of x there");
      expect(sau.backward(first, dy, PARAMS, ALL)).toEqual(expected);
      // Others than the last ones, of which copies may be left.
      first.set(dy.map((value) => -value));
      expect(sau.backward(values, first, PARAMS, ALL)).toEqual(
        own.backward(values, first.slice(), PARAMS, ALL),
      );
      sau.forward(values, PARAMS, { out: first });
      expectSameBits(first, sau.forward(values, PARAMS, { out }), () => "y there");
      sau.backward(values, dy, PARAMS, { ...ALL, out: { dx: first } });
      expectSameBits(first, expected.dx, () => "dx there");
    });

    it("old and new views of a shared memory that overlap are one memory", () => {
      if (!shared) return;
      const { sau, memory, to } = lodge(tier, shared);
      const own = createSauSync({ tier });
      const old = new Float32Array(memory.buffer, to, LENGTH);
      memory.grow(1);
      for (const shift of [-40, -1, 0, 1, 40]) {
        const values = uniformArray(LENGTH, 4, random);
        old.set(values);
        const out = new Float32Array(memory.buffer, to + 0, LENGTH + 64)
          .subarray(Math.max(shift, 0))
          .subarray(0, LENGTH);
        const x = shift < 0 ? new Float32Array(old.buffer, to - shift * FLOAT, LENGTH) : old;
        x.set(values);
        sau.forward(x, PARAMS, { out });
        expectSameBits(out, own.forward(values, PARAMS), () => `an output ${shift} from its input`);
      }
    });
  },
);
