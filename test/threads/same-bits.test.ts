/**
 * Promise: a pool gives the bits of a Sau for every kind of parameter, shape and value, with 1, 2, 3 and 8 threads,
 * from tensors and from other arrays, in place, accumulating and in batches.
 */
import { afterAll, describe, expect, it } from "vitest";
import { type ArenaTensor, createSauSync, type Sau, type SauParams, type Want } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import {
  type Case,
  cases,
  channelCase,
  inWords,
  numberCase,
  poolResultsOf,
  type Results,
  resultsOf,
  WANT,
} from "../support/cases.js";
import { copyOf, expectSameBits } from "../support/numbers.js";
import { startSharingPool } from "../support/pools.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const sau = createSauSync();
const pools = await Promise.all([1, 2, 3, 8].map((threads) => startSharingPool({ threads })));
afterAll(() => Promise.all(pools.map((pool) => pool.dispose())));

function expectSame(found: Results, expected: Results, what: string): void {
  expect(Object.keys(found.doubles)).toEqual(Object.keys(expected.doubles));
  for (const [name, array] of Object.entries(expected.singles)) {
    expectSameBits(found.singles[name]!, array, () => `${name}, ${what}; ${howToRepeat}`);
  }
  for (const [name, value] of Object.entries(expected.doubles)) {
    expect(found.doubles[name], `${name}, ${what}; ${howToRepeat}`).toBe(value);
  }
}

/** Calls of more than one item: many tiles, many passes, large tables. */
function* largeCases(random: Random): Generator<Case> {
  for (const length of [TILE - 1, TILE + 1, 5 * TILE + 17]) yield numberCase(length, "finite", random);
  for (const [shape, axis] of [
    [[3, 5, 20_000], 1],
    [[2, 300, 1024], 1],
    [[200, 1500], 1],
    [[30_000, 7], 1],
    [[40, 8199], 1],
    [[3, 5000, 13], 1],
    [[2, 3, 60_001], 0],
  ] as const) {
    yield channelCase(shape, axis, "finite", random);
  }
}

/** Calls, and what a Sau gives. */
function withExpected(calls: Iterable<Case>): { call: Case; expected: Results }[] {
  return [...calls].map((call) => ({ call, expected: resultsOf(sau, call) }));
}

const everyKind = withExpected(cases(new Random(runSeed, 20)));
const large = withExpected(largeCases(new Random(runSeed, 21)));

const numbered = pools.map((pool) => [pool.threads, pool] as const);

describe.each(numbered)("with %i threads", (_, pool) => {
  it("has the threads and the tier that it says", () => {
    expect(pool.report).toMatch(/^\d+ threads?, .*: as many as were asked for$/);
    expect(pool.tier).toBe(sau.tier);
  });

  it("calls of every kind", async () => {
    for (const { call, expected } of everyKind) {
      expectSame(await poolResultsOf(pool, call), expected, inWords(call));
    }
  });

  it("calls of many items", async () => {
    for (const { call, expected } of large) {
      expectSame(await poolResultsOf(pool, call), expected, inWords(call));
    }
  });

  it("tensors, apart and in place, beside arrays", async () => {
    for (const { call, expected } of large) {
      const { x, dy, params } = call;
      const what = `${inWords(call)}, tensors`;
      const tensors = [x, dy, x].map((values) => {
        const tensor = pool.alloc(values.length);
        tensor.array.set(values);
        return tensor;
      }) as [ArenaTensor, ArenaTensor, ArenaTensor];
      const [tx, tdy, out] = tensors.map(({ array }) => array) as [Float32Array, Float32Array, Float32Array];
      const backward = async (a: Float32Array, b: Float32Array, dx: Float32Array): Promise<void> => {
        const options = { want: WANT, out: { dx } };
        const found = await pool.backward<SauParams, Want>(a, b, params, options);
        expect(found.dx).toBe(dx);
        const all = { ...expected.singles, ...expected.doubles };
        for (const [name, gradient] of Object.entries(found)) {
          if (typeof gradient === "number") expect(gradient, what).toBe(all[name]);
          else expectSameBits(gradient, all[name] as Float32Array, () => `${name}, ${what}`);
        }
      };
      expect(await pool.forward(tx, params, { out })).toBe(out);
      expectSameBits(out, expected.singles.y!, () => `y, ${what}`);
      await backward(tx, tdy, out);
      await backward(tx, dy, out);
      await backward(x, tdy, copyOf(x));
      await backward(tx, tdy, tx);
      tx.set(x);
      await backward(tx, tdy, tdy);
      tdy.set(dy);
      const alone = sau.backward(x, dy, params, { want: ["dx"] }).dx;
      expectSameBits(
        (await pool.backward(tx, tdy, params, { want: ["dx"], out: { dx: tdy } })).dx,
        alone,
        () => `dx alone in place, ${what}`,
      );
      expectSameBits(await pool.forward(tx, params), expected.singles.y!, () => `new y, ${what}`);
      await pool.forward(tx, params, { out: tx });
      expectSameBits(tx, expected.singles.y!, () => `y in place, ${what}`);
      for (const tensor of tensors) tensor.dispose();
    }
  });

  it("accumulates, into tensors and arrays", async () => {
    const random = new Random(runSeed, 23);
    for (const { call } of large.slice(2, 6)) {
      const { x, dy, params } = call;
      const outOf = (dx: Float32Array): object => ({
        dx,
        ...(typeof params.alpha === "number" ? { dAlpha: Float32Array.of(0.5) } : {}),
      });
      const options = { want: ["dx", "alpha"] as const, accumulate: true };
      const start = random.array(x.length, -1, 1);
      const expected = copyOf(start);
      const sums = sau.backward(x, dy, params, { ...options, out: outOf(expected) });
      const tensor = pool.alloc(x.length);
      tensor.array.set(start);
      for (const dx of [copyOf(start), tensor.array]) {
        const found = await pool.backward(x, dy, params, { ...options, out: outOf(dx) });
        expectSameBits(dx, expected, () => `dx, ${inWords(call)}`);
        expect(found.dAlpha).toEqual(sums.dAlpha);
      }
      tensor.dispose();
    }
  });

  it("batches, packed and not", async () => {
    const random = new Random(runSeed, 24);
    for (const [longest, count] of [
      [300, 700],
      [60_000, 9],
    ] as const) {
      const lengths = Array.from({ length: count }, () => random.below(longest));
      const xs = lengths.map((length) => random.array(length, -3, 3));
      const dys = lengths.map((length) => random.array(length, -3, 3));
      const params = { alpha: 0.3, beta: 1.7 };
      const what = (i: number) => () => `array ${i} of ${count}; ${howToRepeat}`;
      const ys = sau.forwardBatch(xs, params);
      for (const [i, y] of (await pool.forwardBatch(xs, params)).entries())
        expectSameBits(y, ys[i]!, what(i));
      const dxs = sau.backwardBatch(xs, dys, params, { want: ["dx"] });
      const found = await pool.backwardBatch(xs, dys, params, { want: ["dx"] });
      for (const [i, { dx }] of found.entries()) expectSameBits(dx, dxs[i]!.dx, what(i));
      const sums = sau.backwardBatch(xs, dys, params);
      for (const [i, { dx, dAlpha, dBeta }] of (await pool.backwardBatch(xs, dys, params)).entries()) {
        expectSameBits(dx, sums[i]!.dx, what(i));
        expect([dAlpha, dBeta]).toEqual([sums[i]!.dAlpha, sums[i]!.dBeta]);
      }
      // All of them into one array a parameter.
      const total = { dAlpha: new Float32Array(1), dBeta: new Float32Array(1) };
      const poolTotal = { dAlpha: new Float32Array(1), dBeta: new Float32Array(1) };
      const options = { want: ["alpha", "beta"] as const, accumulate: true };
      sau.backwardBatch(xs, dys, params, { ...options, out: xs.map(() => total) });
      await pool.backwardBatch(xs, dys, params, { ...options, out: xs.map(() => poolTotal) });
      expect(poolTotal).toEqual(total);
      // In place.
      const copies = xs.map(copyOf);
      await pool.forwardBatch(copies, params, { out: copies });
      for (const [i, y] of copies.entries()) expectSameBits(y, ys[i]!, what(i));
    }
  });

  it("arrays that overlap otherwise, of a shared buffer, and of length 0", async () => {
    const random = new Random(runSeed, 25);
    const values = random.array(130_000, -3, 3);
    const params = { alpha: 0.3, beta: 1.7 };
    const [from, to] = [0, 120_000];
    const expected = sau.forward(values.subarray(from, to), params);
    for (const array of [copyOf(values), sharedCopyOf(values)]) {
      const out = array.subarray(5, 5 + to);
      await pool.forward(array.subarray(from, to), params, { out });
      expectSameBits(out, expected, () => "overlapping");
    }
    expect(await pool.forward(new Float32Array(0))).toEqual(new Float32Array(0));
    expect(await pool.backward(new Float32Array(0), new Float32Array(0), { alpha: 1 })).toEqual({
      dx: new Float32Array(0),
      dAlpha: 0,
    });
  });

  it("calls at once, in their order", async () => {
    const random = new Random(runSeed, 26);
    const tensor = pool.alloc(100_000);
    const values = random.array(100_000, -3, 3);
    tensor.array.set(values);
    const { array } = tensor;
    const calls = Array.from({ length: 10 }, (_, k) =>
      pool.forward(array, { alpha: 0.1 * k, beta: 1.7 }, { out: array }),
    );
    const other = pool.backward(values, values, { alpha: 0.2 });
    await Promise.all(calls);
    const expected = copyOf(values);
    for (let k = 0; k < 10; k++) sau.forward(expected, { alpha: 0.1 * k, beta: 1.7 }, { out: expected });
    expectSameBits(array, expected, () => "ten times in place");
    expect((await other).dAlpha).toBe(sau.backward(values, values, { alpha: 0.2 }).dAlpha);
    tensor.dispose();
  });
});

function sharedCopyOf(values: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

it("every tier but js has workers, and gives its own bits", async () => {
  const random = new Random(runSeed, 27);
  const call = numberCase(3 * TILE, "finite", random);
  for (const tier of ["simd128", "scalar"] as const) {
    const own: Sau = createSauSync({ tier });
    const pool = await startSharingPool({ tier, threads: 2 });
    expect([pool.tier, pool.threads]).toEqual([tier, 2]);
    expectSame(await poolResultsOf(pool, call), resultsOf(own, call), tier);
    await pool.dispose();
  }
});

it("arrays of 8M elements stream through at most 16 MiB, with 8 threads", async () => {
  const pool = pools.at(-1)!;
  const bytes = (): number => {
    const tensor = pool.alloc(0);
    const { byteLength } = tensor.array.buffer;
    tensor.dispose();
    return byteLength;
  };
  const own = await startSharingPool({ threads: 8 });
  const x = new Float32Array(8 * 2 ** 20).fill(0.5);
  const before = bytes();
  await pool.backward(x, x, { alpha: 0.2, beta: 2 }, { out: { dx: x } });
  expect(bytes()).toBe(before);
  const tensor = own.alloc(0);
  expect(tensor.array.buffer.byteLength).toBeLessThanOrEqual(16 * 2 ** 20);
  await own.dispose();
});
