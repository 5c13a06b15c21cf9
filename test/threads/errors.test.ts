/**
 * Promise: a pool refuses what a Sau refuses, with the same errors, as rejections, before anything is written; and
 * what only a pool can be given wrongly with errors of its own.
 */
import { afterAll, describe, expect, it } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { createSauPool } from "../../ts/threads/index.js";
import { detach } from "../support/buffers.js";
import { bitsOf, expectSameBits } from "../support/numbers.js";
import { startSharingPool } from "../support/pools.js";

const LENGTH = 120_000;
const x = new Float32Array(LENGTH).fill(0.5);
const dy = new Float32Array(LENGTH).fill(2);
const sau = createSauSync();
const sharing = await startSharingPool({ threads: 2 });
const usual = await createSauPool({ threads: 2 });
afterAll(() => Promise.all([sharing.dispose(), usual.dispose()]));

/** What a test gives where something else is expected: anything, past the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for any argument
type Anything = any;

function detached(): Float32Array {
  const array = new Float32Array(LENGTH);
  detach(array.buffer);
  return array;
}

const BAD_PARAMS: readonly Anything[] = [
  4,
  null,
  new Float32Array(4),
  { alpha: Number.NaN },
  { alpha: "0.15" },
  { beta: 0 },
  { beta: -1 },
  { bias: 1e39 },
  { alpha: new Float32Array(2) },
  { alpha: new Float32Array(2), shape: [2, 3], channelAxis: 0 },
  { alpha: new Float32Array(3), shape: [2, LENGTH / 2], channelAxis: 0 },
  { beta: new Float32Array(2), shape: [2, LENGTH / 2], channelAxis: 0 },
  { alpha: new Float32Array(2), shape: [2, LENGTH / 2], channelAxis: 2 },
];

const BAD_ARRAYS: readonly Anything[] = [
  null,
  undefined,
  [1, 2],
  new Float64Array(LENGTH),
  "x",
  x.subarray(1),
  detached(),
];

/** Calls of a Sau or a pool that are refused. */
type Call = (target: Anything, out: Float32Array) => unknown;

const CALLS: readonly (readonly [name: string, call: Call])[] = [
  ...BAD_PARAMS.flatMap((params, i): [string, Call][] => [
    [`params ${i}, forward`, (target, out) => target.forward(x, params, { out })],
    [`params ${i}, backward`, (target, dx) => target.backward(x, dy, params, { want: ["dx"], out: { dx } })],
    [`params ${i}, forwardBatch`, (target, out) => target.forwardBatch([x], params, { out: [out] })],
    [
      `params ${i}, backwardBatch`,
      (target, dx) => target.backwardBatch([x], [dy], params, { out: [{ dx }] }),
    ],
  ]),
  ...BAD_ARRAYS.flatMap((array, i): [string, Call][] => [
    [`array ${i}, x`, (target, out) => target.forward(array, {}, { out })],
    [`array ${i}, dy`, (target, dx) => target.backward(x, array, {}, { out: { dx } })],
    [`array ${i}, xs`, (target, out) => target.forwardBatch([x, array], {}, { out: [out, out] })],
    [`array ${i}, dys`, (target, dx) => target.backwardBatch([x, x], [dy, array], {}, { out: [{ dx }, {}] })],
  ]),
  ...BAD_ARRAYS.filter((array) => array !== undefined).map((array, i): [string, Call] => [
    `array ${i}, out`,
    (target) => target.forward(x, {}, { out: array }),
  ]),
  ["options", (target) => target.forward(x, {}, null)],
  ["options of backward", (target) => target.backward(x, dy, {}, 3)],
  ["want", (target, dx) => target.backward(x, dy, {}, { want: ["dy"], out: { dx } })],
  ["out that is not wanted", (target, dx) => target.backward(x, dy, {}, { want: ["alpha"], out: { dx } })],
  ["accumulate", (target, dx) => target.backward(x, dy, {}, { accumulate: 1, out: { dx } })],
  ["no list", (target) => target.forwardBatch(x)],
  ["lists of other lengths", (target) => target.backwardBatch([x, x], [dy])],
  ["outs of another length", (target, out) => target.forwardBatch([x, x], {}, { out: [out] })],
];

async function errorOf(act: () => unknown): Promise<Error> {
  try {
    await act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

describe("rejects as a Sau throws, before anything is written", () => {
  it.each(CALLS)("%s", async (_, call) => {
    const out = new Float32Array(LENGTH).fill(7);
    const expected = await errorOf(() => call(sau, out));
    for (const pool of [sharing, usual]) {
      let result: unknown;
      // A rejection, and no exception.
      expect(() => {
        result = call(pool, out);
      }).not.toThrow();
      const found = await errorOf(() => result);
      expect([found.constructor, found.message]).toEqual([expected.constructor, expected.message]);
    }
    expect(new Set(bitsOf(out)).size).toBe(1);
  });
});

it("an array that is detached while its call waits rejects it, and the pool goes on", async () => {
  const victim = new Float32Array(LENGTH);
  const first = sharing.forward(x);
  const second = sharing.forward(victim);
  detach(victim.buffer);
  await expect(second).rejects.toThrow(TypeError);
  expect((await first).length).toBe(LENGTH);
  expect((await sharing.forward(x)).length).toBe(LENGTH);
});

it("an array that is detached in the middle of its call rejects it, and the pool goes on", async () => {
  const [length, params] = [2_000_000, { alpha: 0.3, beta: 1.7 }];
  const expected = sau.backward(x, dy, params);
  let errors = 0;
  for (let k = 0; k < 8; k++) {
    const victim = new Float32Array(length);
    const other = new Float32Array(length);
    const call = sharing
      .backward(k % 2 ? victim : other, k % 2 ? other : victim, params)
      .catch((error) => error);
    for (let turn = 0; turn <= k % 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    detach(victim.buffer);
    // A fast machine has copied all of it by then.
    if ((await call) instanceof Error) errors++;
    const found = await sharing.backward(x, dy, params);
    expectSameBits(found.dx, expected.dx, () => "dx afterwards");
    expect([found.dAlpha, found.dBeta]).toEqual([expected.dAlpha, expected.dBeta]);
  }
  expect(errors).toBeGreaterThan(0);
});

it("a signal that is none is a TypeError", async () => {
  const signal = 3 as Anything;
  const message = "signal is 3, expected an AbortSignal.";
  await expect(sharing.forward(x, {}, { signal })).rejects.toThrow(new TypeError(message));
  await expect(sharing.backward(x, x, {}, { signal })).rejects.toThrow(new TypeError(message));
  await expect(sharing.forwardBatch([x], {}, { signal })).rejects.toThrow(new TypeError(message));
  await expect(sharing.backwardBatch([x], [x], {}, { signal })).rejects.toThrow(new TypeError(message));
});

it("alloc refuses what a Sau's refuses", () => {
  for (const length of [-1, 1.5, Number.NaN, 2 ** 31]) {
    expect(() => sharing.alloc(length)).toThrow(RangeError);
  }
  // With what is in use, more than 32 bits can address.
  expect(() => sharing.alloc(2 ** 30)).toThrow(
    /^alloc: the host refused \d+ more bytes for 1073741824 values/,
  );
});

describe("createSauPool", () => {
  it("refuses options that are none", async () => {
    const create = (options: Anything) => createSauPool(options);
    await expect(create({ threads: 0 })).rejects.toThrow(RangeError);
    await expect(create({ threads: 1.5 })).rejects.toThrow(
      "threads is 1.5, expected a whole number from 1 to 256.",
    );
    await expect(create({ threads: "2" })).rejects.toThrow(
      new TypeError('threads is "2", expected a number.'),
    );
    await expect(create({ tier: "fast" })).rejects.toThrow(RangeError);
    await expect(create({ deterministic: 1 })).rejects.toThrow(TypeError);
    await expect(create({ tier: "relaxed-simd", deterministic: true })).rejects.toThrow(
      'The tier "relaxed-simd" cannot run here',
    );
    await expect(create(3)).rejects.toThrow("options is 3, expected an object");
    await expect(create(null)).rejects.toThrow("options is null, expected an object");
  });
});

it("refuses an output where its kernels work, in a view from before its memory grew too", async () => {
  await using pool = await createSauPool({ threads: 2 });
  const { buffer } = pool.alloc(16).array;
  while (pool.alloc(1_000_000).array.buffer === buffer);
  // In the tiles, which a call of another array's values goes through.
  const out = new Float32Array(buffer, 65536, 16);
  const before = bitsOf(out.slice());
  for (const call of [
    () => pool.forward(x.subarray(0, 16), {}, { out }),
    () => pool.backward(x.subarray(0, 16), dy.subarray(0, 16), {}, { out: { dx: out } }),
  ]) {
    await expect(call()).rejects.toThrow(
      /^An array begins at byte 65536 .*: the kernels' own memory lies there\.$/,
    );
    expect(bitsOf(out)).toEqual(before);
  }
});
