/** Promise: an array that goes through in pieces gets the bits that one call on all of it gives. */
import { afterAll, describe, expect, it } from "vitest";
import { createSauSync, type SauParams, type Want } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import { needsRescue, ParamsChecker } from "../../ts/params.js";
import { findHost } from "../../ts/threads/host.js";
import { LongCall } from "../../ts/threads/long-call.js";
import type { Pool } from "../../ts/threads/pool.js";
import { startPool } from "../../ts/threads/start.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";
import { type Case, cases, channelCase, inWords, numberCase, resultsOf } from "../support/cases.js";
import { expectSameBits } from "../support/numbers.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const WANT = ["dx", "alpha", "beta", "bias"] as const;

const sau = createSauSync();
const alone = await startPool({}, inlinedModules, {
  host: () => {
    throw new Error("this test wants none");
  },
  worthSharing: { forward: 0, backward: 0 },
});
const two = await startPool({ threads: 2 }, inlinedModules, {
  host: findHost,
  worthSharing: { forward: 0, backward: 0 },
});

afterAll(async () => {
  sau.dispose();
  await alone.dispose();
  await two.dispose();
});

/** As `resultsOf`, in pieces of at most `most` elements. */
async function inPieces(pool: Pool, { x, dy, params }: Case, most: number) {
  using xTensor = pool.alloc(most);
  using dyTensor = pool.alloc(most);
  const y = new Float32Array(x.length);
  const forward = new LongCall(pool, params, x.length);
  let at = 0;
  for (let piece = forward.next(most); piece !== undefined; piece = forward.next(most)) {
    const { length } = piece;
    xTensor.array.set(x.subarray(at, at + length));
    await forward.run(piece, xTensor.array);
    y.set(xTensor.array.subarray(0, length), at);
    at += length;
  }
  expect(at).toBe(x.length);
  const backward = new LongCall(pool, params, x.length, WANT);
  const dx = new Float32Array(x.length);
  at = 0;
  for (let piece = backward.next(most); piece !== undefined; piece = backward.next(most)) {
    const { length } = piece;
    xTensor.array.set(x.subarray(at, at + length));
    dyTensor.array.set(dy.subarray(at, at + length));
    await backward.run(piece, xTensor.array, dyTensor.array);
    dx.set(xTensor.array.subarray(0, length), at);
    at += length;
  }
  return { y, dx, ...backward.gradients() } as Record<string, unknown>;
}

async function expectSame(pool: Pool, call: Case, most: number): Promise<void> {
  const found = await inPieces(pool, call, most);
  const { singles, doubles } = resultsOf(sau, call);
  const what = (name: string) => `${name} of ${inWords(call)}, in pieces of ${most}; ${howToRepeat}`;
  for (const [name, expected] of Object.entries(singles)) {
    expectSameBits(found[name] as Float32Array, expected, () => what(name));
  }
  for (const [name, expected] of Object.entries(doubles)) expect(found[name], what(name)).toBe(expected);
  expect(Object.keys(found).length).toBe(Object.keys(singles).length + Object.keys(doubles).length);
}

it("refuses what it cannot do in pieces, and says what it could", () => {
  const channels = 2 ** 13;
  const alpha = new Float32Array(channels);
  const params = { alpha, shape: [2, channels, 1023], channelAxis: 1 };
  expect(() => new LongCall(alone, params, 2 * channels * 1023, ["alpha"])).toThrow(
    /8192 channels of 1023 elements.*at most 2097152/,
  );
  // The input's gradient alone has no sums, and fewer have room.
  expect(() => new LongCall(alone, params, 2 * channels * 1023, ["dx"])).not.toThrow();
  const most = { alpha: new Float32Array(4096), shape: [1, 4096, 512], channelAxis: 1 };
  expect(() => new LongCall(alone, most, 4096 * 512, ["alpha"])).not.toThrow();
  // Forward's limit, and not backward's.
  const steep = { alpha: 1e30, beta: 1e-8 };
  expect(() => new LongCall(alone, steep, 10)).toThrow(/beta is too small/);
  expect(() => new LongCall(alone, steep, 10, ["dx", "alpha"])).not.toThrow();
  expect(() => new LongCall(alone, { beta: 1e-38 }, 10, ["dx"])).toThrow(/beta is too small/);
  expect(() => new LongCall(alone, { beta: 1e-38 }, 10)).toThrow(/beta is too small.*2\^-123/);
  expect(() => new LongCall(alone, { beta: -1 }, 10)).toThrow(/beta is -1/);
});

it("gives the gradients that were wanted, and no others", async () => {
  const { x, dy, params } = numberCase(1000, "finite", new Random(runSeed, 63));
  const [xTensor, dyTensor] = [alone.alloc(TILE), alone.alloc(TILE)];
  for (const want of [undefined, ["dx"], ["alpha"], ["dx", "beta"]] as const) {
    xTensor.array.set(x);
    dyTensor.array.set(dy);
    const call = new LongCall(alone, params, x.length, want);
    await call.run(call.next(TILE)!, xTensor.array, want && dyTensor.array);
    const { dx: _, ...expected } =
      want === undefined ? {} : sau.backward<SauParams, Want>(x, dy, params, { want });
    expect(call.gradients()).toEqual(expected);
    expect(call.next(TILE)).toBeUndefined();
  }
  xTensor.dispose();
  dyTensor.dispose();
});

describe.each([
  ["on the calling thread", alone],
  ["on two workers", two],
])("%s", (_, pool) => {
  it("of every kind of parameters and shape", async () => {
    for (const call of cases(new Random(runSeed, 61))) {
      if (needsRescue(new ParamsChecker().read(call.params).check(call.x.length))) continue;
      await expectSame(pool, call, TILE);
    }
  });

  it.each([
    ["parameters that are numbers", undefined, 0],
    ["long runs of a channel", [3, 2, 70_001], 1],
    ["short runs", [5, 40, 1000], 1],
    ["channels last", [9000, 33], -1],
    ["more positions than a table has", [9, 5000, 7], 1],
  ] as const)("of many pieces: %s", async (_, shape, axis) => {
    const random = new Random(runSeed, 62);
    const call =
      shape === undefined
        ? numberCase(5 * TILE + 17, "finite", random)
        : channelCase(shape, axis, "finite", random);
    for (const most of [TILE, 2 * TILE + 1, 10 * TILE]) await expectSame(pool, call, most);
  });
});
