/**
 * Promise: buffers that change between calls do no harm. What lies in a resizable, growable, transferred or pooled
 * buffer is used as it is at the call; what has gone is a TypeError that says so, and nothing is written.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Sau } from "../../ts/index.js";
import { detach, growableBuffer, resizableBuffer } from "../support/buffers.js";
import { bitsOf, expectSameBits, randomNumbers, uniformArray } from "../support/numbers.js";
import { sauOfEachTier } from "../support/tiers.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const PARAMS = { alpha: 0.25, beta: 2 };
const ALL = { want: ["dx", "alpha", "beta", "bias"] } as const;
const GONE = /whose buffer is detached or has shrunk/;

const random = randomNumbers(11);
/** Short and long enough for both ways of copying, and for the loops of a kernel. */
const LENGTHS = [0, 1, 31, 33, 65, 200];

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});

/** Asserts that both verbs give of `x` what they give of `values` in memory of their own. */
function expectUsed(sau: Sau, x: Float32Array, values: Float32Array, what: string): void {
  expect(x.length, what).toBe(values.length);
  const dy = uniformArray(values.length, 2, random);
  expectSameBits(sau.forward(x, PARAMS), sau.forward(values, PARAMS), () => `y, ${what}`);
  expect(sau.backward(x, dy, PARAMS, ALL), what).toEqual(sau.backward(values, dy, PARAMS, ALL));
  expect(sau.backward(dy, x, PARAMS, ALL), what).toEqual(sau.backward(dy, values, PARAMS, ALL));
}

/** Asserts that `array` is refused as each argument, and that no other one changes. */
function expectRefused(sau: Sau, array: Float32Array, what: string): void {
  const other = uniformArray(array.length, 3, random);
  const kept = bitsOf(other).slice();
  for (const call of [
    () => sau.forward(array, PARAMS),
    () => sau.forward(array, PARAMS, { out: other }),
    () => sau.forward(other, PARAMS, { out: array }),
    () => sau.backward(array, other, PARAMS, { want: ["dx"], out: { dx: other } }),
    () => sau.backward(other, array, PARAMS, { want: ["dx"], out: { dx: other } }),
    () => sau.backward(other, other, PARAMS, { want: ["dx"], out: { dx: array } }),
    () => sau.forwardBatch([other, array], PARAMS, { out: [other, other] }),
    () => sau.backwardBatch([other, array], [other, other], PARAMS),
  ]) {
    expect(call, what).toThrow(TypeError);
    expect(call, what).toThrow(GONE);
  }
  expect(bitsOf(other), what).toEqual(kept);
}

describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it("a resizable buffer that grows and shrinks: a view without a length follows it", () => {
    const most = Math.max(...LENGTHS);
    const buffer = resizableBuffer(0, most * FLOAT);
    const follows = new Float32Array(buffer);
    for (const length of [...LENGTHS, ...[...LENGTHS].reverse()]) {
      // Bytes that make no whole value are none of the view's.
      buffer.resize(Math.min(length * FLOAT + 3, most * FLOAT));
      const values = uniformArray(length, 4, random);
      follows.set(values);
      expectUsed(sau, follows, values, `${length} values`);
    }
  });

  it("a view of fixed length is refused while its buffer is too short, and used again when it is not", () => {
    for (const length of LENGTHS) {
      const at = 8 * FLOAT;
      const bytes = at + length * FLOAT;
      const buffer = resizableBuffer(bytes, bytes);
      const view = new Float32Array(buffer, at, length);
      view.set(uniformArray(length, 4, random));
      for (const left of [bytes - 1, at - 1, 0]) {
        buffer.resize(left);
        expectRefused(sau, view, `${length} values, ${left} bytes left`);
      }
      buffer.resize(bytes);
      const values = uniformArray(length, 4, random);
      view.set(values);
      expectUsed(sau, view, values, `${length} values, grown back`);
    }
  });

  it("an output in a buffer that has become longer is written where it lies, and alone", () => {
    const buffer = resizableBuffer(300 * FLOAT, 600 * FLOAT);
    const out = new Float32Array(buffer, 50 * FLOAT, 200);
    const x = uniformArray(200, 4, random);
    const y = sau.forward(x, PARAMS);
    for (const length of [300, 600, 250]) {
      buffer.resize(length * FLOAT);
      const all = new Float32Array(buffer).fill(7);
      sau.forward(x, PARAMS, { out });
      const expected = new Float32Array(length).fill(7);
      expected.set(y, 50);
      expectSameBits(all, expected, () => `a buffer of ${length} values`);
    }
  });

  it("a SharedArrayBuffer that grows, with views that follow it and views that do not", () => {
    const buffer = growableBuffer(0, 400 * FLOAT);
    const follows = new Float32Array(buffer);
    let first: Float32Array | undefined;
    for (const length of LENGTHS) {
      buffer.grow(length * FLOAT);
      const values = uniformArray(length, 4, random);
      follows.set(values);
      expectUsed(sau, follows, values, `${length} values`);
      first ??= length === 0 ? undefined : new Float32Array(buffer, 0, length);
      if (first !== undefined) expectUsed(sau, first, values.slice(0, first.length), "the first view");
    }
    sau.forward(follows, PARAMS, { out: follows });
    expect(() => sau.forward(follows, PARAMS, { out: first! })).toThrow(TypeError);
  });

  it("what was transferred is refused, and used where it has gone", () => {
    for (const length of LENGTHS) {
      const values = uniformArray(length, 4, random);
      const view = values.slice();
      const moved = detach(view.buffer);
      expectRefused(sau, view, `${length} values`);
      expectUsed(sau, new Float32Array(moved), values, `${length} values, moved`);
    }
  });

  it("Node's pooled Buffers: values at any of their places, and nothing of the pool beside them", () => {
    const shared = Buffer.allocUnsafe(8).buffer;
    for (let k = 0; k < 200; k++) {
      const length = 1 + Math.floor(random() * 200);
      const pooled = Buffer.allocUnsafe((length + 1) * FLOAT);
      // A Buffer may begin at any byte; a Float32Array of its memory begins at the next multiple of 4.
      const at = Math.ceil(pooled.byteOffset / FLOAT) * FLOAT;
      const view = new Float32Array(pooled.buffer, at, length);
      const values = uniformArray(length, 4, random);
      view.set(values);
      expectUsed(sau, view, values, `${length} values at byte ${at}`);
      const pool = new Uint8Array(pooled.buffer);
      const before = pool.slice();
      sau.forward(view, PARAMS, { out: view });
      before.set(new Uint8Array(sau.forward(values, PARAMS).buffer), at);
      expect(Buffer.compare(pool, before), "the pool beside the values").toBe(0);
    }
    expect(shared.byteLength).toBeGreaterThan(8);
  });

  it("a Buffer itself, whatever its bytes mean, is a TypeError", () => {
    const buffer = Buffer.alloc(16) as unknown as Float32Array;
    expect(() => sau.forward(buffer)).toThrow(/^x is an? Uint8Array, expected a Float32Array\.$/);
  });
});
