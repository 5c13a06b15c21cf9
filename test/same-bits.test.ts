/**
 * The same answer everywhere: simd128, scalar and js give the same bits, NaN payloads aside, for every kind of
 * parameter, shape and value, and the bits that are published in golden/bits.json; and on every tier an
 * element's result is the same in every array that it lies in, wherever the array lies.
 */
import { describe, expect, test } from "vitest";
import { TILE } from "../ts/memory/arena.js";
import type { Tier } from "../ts/tier.js";
import { batteryHash, poolBatteryHash } from "./support/battery.js";
import {
  cases,
  inWords,
  mixedArray,
  numberCase,
  poolResultsOf,
  type Results,
  resultsOf,
} from "./support/cases.js";
import { expectSameBits } from "./support/numbers.js";
import { startSharingPool } from "./support/pools.js";
import { published, writePublished } from "./support/published.js";
import { howToRepeat, Random, runSeed } from "./support/random.js";
import { sauOfEachTier } from "./support/tiers.js";
import { atOffset, inArena, inBatches, inParts, inPlace, type Way } from "./support/ways.js";

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
  const UPDATE = "UPDATE_BITS=1 npx vitest run test/same-bits.test.ts";
  /** Node's, by which relaxed-simd's hash is known. */
  const ENGINE = "V8";
  const WAYS: readonly (readonly [string, Way])[] = [
    ["from whole arrays", resultsOf],
    ...[1, 2, 3, 7].map((offset) => [`at offset ${offset}`, atOffset(offset)] as const),
    ["in place", inPlace],
    ...[0, 1, 3].map((offset) => [`in the arena, at offset ${offset}`, inArena(offset)] as const),
    ...[1, 5, 24, 100, 16_384].map((size) => [`in parts of ${size}`, inParts(size)] as const),
    ...[1, 7, 300].map((size) => [`in batches of arrays of ${size}`, inBatches(size)] as const),
  ];

  if (process.env.UPDATE_BITS === "1") {
    const before = published();
    const relaxed = saus.find(({ tier }) => tier === "relaxed-simd");
    const own = relaxed === undefined ? {} : { [ENGINE]: batteryHash((call) => resultsOf(relaxed, call)) };
    writePublished({
      ...before,
      exact: batteryHash((call) => resultsOf(js, call)),
      "relaxed-simd": { ...before["relaxed-simd"], ...own },
    });
  }

  function expectPublished(tier: Tier, found: string): void {
    const hashes = published();
    expect(
      found,
      `Results on ${tier} have other bits than those published in test/golden/bits.json. If that is meant (new ` +
        `coefficients, another order of sums), say so in the change log and run: ${UPDATE}, then ` +
        "npm run test:runtimes -- --update-golden --write, for the hashes of other engines",
    ).toBe(tier === "relaxed-simd" ? hashes["relaxed-simd"][ENGINE] : hashes.exact);
  }

  describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (tier, sau) => {
    test.each(WAYS)("%s", (_, way) => {
      expectPublished(
        tier,
        batteryHash((call) => way(sau, call)),
      );
    });

    test.each(tier === "js" ? [1] : [1, 2, 3, 8])("on %i threads", async (threads) => {
      const pool = await startSharingPool({ tier, threads });
      expect([pool.tier, pool.threads]).toEqual([tier, threads]);
      expectPublished(tier, await poolBatteryHash((call) => poolResultsOf(pool, call)));
      await pool.dispose();
    });
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
