/**
 * The same answer everywhere: simd128, scalar and js give the same bits, NaN payloads aside, for every kind of
 * parameter, shape and value, and the bits that are published in golden/bits.json; and on every tier an
 * element's result is the same in every array that it lies in, wherever the array lies.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TILE } from "../ts/memory/arena.js";
import { cases, inWords, mixedArray, numberCase, type Results, resultsOf } from "./support/cases.js";
import { copyOf, expectSameBits } from "./support/numbers.js";
import { howToRepeat, Random, runSeed } from "./support/random.js";
import { sauOfEachTier } from "./support/tiers.js";

const saus = sauOfEachTier();
const sameBits = saus.filter(({ tier }) => tier !== "relaxed-simd");
const js = sameBits.find(({ tier }) => tier === "js")!;
const others = sameBits.filter((sau) => sau !== js);

function expectSame(found: Results, expected: Results, what: string): void {
  expect(Object.keys(found.singles)).toEqual(Object.keys(expected.singles));
  expect(Object.keys(found.doubles)).toEqual(Object.keys(expected.doubles));
  for (const [name, array] of Object.entries(expected.singles)) {
    expectSameBits(found.singles[name]!, array, () => `${name}, ${what}`);
  }
  for (const [name, value] of Object.entries(expected.doubles)) {
    // Object.is, which tells -0 from 0 and takes every NaN for the same.
    expect(found.doubles[name], `${name}, ${what}`).toBe(value);
  }
}

test("simd128, scalar and js give the same bits for calls of every kind", () => {
  expect(others.map(({ tier }) => tier)).toEqual(["simd128", "scalar"]);
  for (const call of cases(new Random(runSeed))) {
    const expected = resultsOf(js, call);
    for (const sau of others) {
      expectSame(resultsOf(sau, call), expected, `${sau.tier} beside js, ${inWords(call)}; ${howToRepeat}`);
    }
  }
});

describe("the bits are those that were published", () => {
  const FILE = new URL("golden/bits.json", import.meta.url);
  /** Of the cases; any change of it changes the hash. */
  const SEED = 2109;

  /** A NaN's payload is the engine's. */
  function canonical(array: Float32Array): Uint8Array {
    const copy = copyOf(array);
    for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) copy[i] = Number.NaN;
    const bits = new DataView(copy.buffer);
    for (let i = 0; i < copy.length; i++) {
      bits.setUint32(4 * i, Number.isNaN(copy[i]) ? 0x7fc00000 : bits.getUint32(4 * i, true), true);
    }
    return new Uint8Array(copy.buffer);
  }

  test.each(sameBits.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
    const hash = createHash("sha256");
    for (const call of cases(new Random(SEED))) {
      const { singles, doubles } = resultsOf(sau, call);
      for (const [name, array] of Object.entries(singles)) hash.update(name).update(canonical(array));
      for (const [name, value] of Object.entries(doubles)) {
        const bytes = new DataView(new ArrayBuffer(8));
        bytes.setFloat64(0, Number.isNaN(value) ? Number.NaN : value, true);
        hash.update(name).update(new Uint8Array(bytes.buffer));
      }
    }
    const found = hash.digest("hex");
    if (process.env.UPDATE_BITS === "1")
      writeFileSync(FILE, `${JSON.stringify({ sha256: found }, undefined, 2)}\n`);
    const { sha256 } = JSON.parse(readFileSync(FILE, "utf8")) as { sha256: string };
    expect(
      found,
      "Results have other bits than those published. If that is meant (new coefficients, another order of sums), " +
        "say so in the change log and run: UPDATE_BITS=1 npx vitest run test/same-bits.test.ts",
    ).toBe(sha256);
  });
});

describe("a channel has the bits of a call with its parameters as numbers", () => {
  test.each(sameBits.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
    const random = new Random(runSeed, 1);
    for (let k = 0; k < 200; k++) {
      const { x, dy, params } = numberCase(random.below(2001), "special", random);
      const channels = random.pick([2, 3, 64, 100]);
      const length = x.length - (x.length % channels);
      const filled = (value: unknown): Float32Array => new Float32Array(channels).fill(value as number);
      const perChannel = {
        alpha: filled(params.alpha),
        beta: filled(params.beta),
        // A number 0 is no bias, which leaves -0 as it is, and -0 is what leaves it so as a value.
        ...(params.bias === undefined ? {} : { bias: filled(params.bias || -0) }),
        shape: [length / channels, channels],
        channelAxis: 1,
      };
      const [xs, dys] = [x.subarray(0, length), dy.subarray(0, length)];
      const what = (): string => `${inWords({ x: xs, dy: dys, params })}; ${howToRepeat}`;
      expectSameBits(sau.forward(xs, perChannel), sau.forward(xs, params), what);
      const want = ["dx"] as const;
      const expected = sau.backward(xs, dys, params, { want }).dx;
      expectSameBits(sau.backward(xs, dys, perChannel, { want }).dx, expected, what);
    }
  });
});

describe.each(saus.map((sau) => [sau.tier, sau] as const))(
  "an element's result on %s is the same",
  (_, sau) => {
    const want = ["dx"] as const;
    /** Through the kernels of the block, of a table for want of a fitting alpha, and of a table for a bias. */
    const PARAMETERS = [
      { alpha: 0.15, beta: 1.7 },
      { alpha: 2, beta: 1.7 },
      { alpha: 0, beta: 1.7 },
      { alpha: 0.15, beta: 1.7, bias: 0.125 },
    ];

    function evaluate(
      x: Float32Array,
      dy: Float32Array,
      params: object,
    ): { y: Float32Array; dx: Float32Array } {
      return { y: sau.forward(x, params), dx: sau.backward(x, dy, params, { want }).dx };
    }

    function inputs(length: number, stream: number): { x: Float32Array; dy: Float32Array } {
      const random = new Random(runSeed, stream);
      return { x: mixedArray(length, 1.7, "special", random), dy: mixedArray(length, 1, "special", random) };
    }

    test.each(PARAMETERS)("alone and in an array: %o", (params) => {
      const { x, dy } = inputs(3000, 2);
      const whole = evaluate(x, dy, params);
      for (let i = 0; i < x.length; i++) {
        const alone = evaluate(x.subarray(i, i + 1), dy.subarray(i, i + 1), params);
        const what = (): string => `element ${i}, x ${x[i]}, alone; ${howToRepeat}`;
        expectSameBits(alone.y, whole.y.subarray(i, i + 1), what);
        expectSameBits(alone.dx, whole.dx.subarray(i, i + 1), what);
      }
    });

    test.each(PARAMETERS)("for every length and offset: %o", (params) => {
      const { x, dy } = inputs(200, 3);
      const whole = evaluate(x, dy, params);
      const arena = sau.alloc(x.length);
      for (let offset = 0; offset <= 16; offset++) {
        for (let length = 0; length <= 100; length++) {
          const part = (array: Float32Array): Float32Array => array.subarray(offset, offset + length);
          const what = (): string => `offset ${offset}, length ${length}; ${howToRepeat}`;
          const found = evaluate(part(x), part(dy), params);
          expectSameBits(found.y, part(whole.y), what);
          expectSameBits(found.dx, part(whole.dx), what);
          arena.array.set(x);
          expectSameBits(sau.forward(part(arena.array), params), part(whole.y), what);
        }
      }
      arena.dispose();
    });

    test.each(PARAMETERS)("in every tile: %o", (params) => {
      const tile = inputs(TILE - 1, 4);
      const count = 3;
      const repeat = (array: Float32Array): Float32Array =>
        Float32Array.from({ length: count * array.length }, (_, i) => array[i % array.length]!);
      const [x, dy] = [repeat(tile.x), repeat(tile.dy)];
      const whole = evaluate(x, dy, params);
      const once = evaluate(tile.x, tile.dy, params);
      const arena = [x, dy].map((array) => {
        const tensor = sau.alloc(array.length);
        tensor.array.set(array);
        return tensor;
      });
      const inArena = evaluate(arena[0]!.array, arena[1]!.array, params);
      for (const { dispose } of arena) dispose();
      const what = (): string => `tiles; ${howToRepeat}`;
      expectSameBits(whole.y, repeat(once.y), what);
      expectSameBits(whole.dx, repeat(once.dx), what);
      expectSameBits(inArena.y, whole.y, what);
      expectSameBits(inArena.dx, whole.dx, what);
    });
  },
);
