/**
 * Promise: a signal ends a call, which rejects with the signal's reason once no thread writes any more, and the
 * pool goes on; dispose ends all calls and all workers, and nothing hangs.
 */
import { setTimeout as after } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createSauSync, DisposedError } from "../../ts/index.js";
import { createSauPool } from "../../ts/threads/index.js";
import { startPool } from "../../ts/threads/start.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";
import { copyOf, expectSameBits, firstDifference } from "../support/numbers.js";
import { SHARE_ALL, startSharingPool, Victims, withinTime } from "../support/pools.js";
import { built, runModule } from "../support/process.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const LENGTH = 700_000;
const params = { alpha: 0.3, beta: 1.7 };
const random = new Random(runSeed, 40);
const x = random.array(LENGTH, -3, 3);
const y = createSauSync().forward(x, params);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a signal", () => {
  it("that is aborted already rejects with its reason before anything is written", async () => {
    const pool = await startSharingPool({ threads: 2 });
    const out = new Float32Array(LENGTH).fill(7);
    const reason = { some: "reason" };
    const signal = AbortSignal.abort(reason);
    for (const length of [10, LENGTH]) {
      const [some, to] = [x.subarray(0, length), out.subarray(0, length)];
      await expect(pool.forward(some, params, { out: to, signal })).rejects.toBe(reason);
      await expect(pool.backward(some, some, params, { out: { dx: to }, signal })).rejects.toBe(reason);
      await expect(pool.forwardBatch([some], params, { out: [to], signal })).rejects.toBe(reason);
      await expect(pool.backwardBatch([some], [some], params, { signal })).rejects.toBe(reason);
    }
    expect(out.every((value) => value === 7)).toBe(true);
    await pool.dispose();
  });

  it.each([1, 2, 3])("aborted at random moments ends the call, with %i threads", async (threads) => {
    const pool = await startSharingPool({ threads });
    const moments = new Random(runSeed, 41, threads);
    const [from, to] = [pool.alloc(LENGTH), pool.alloc(LENGTH)];
    from.array.set(x);
    let aborted = 0;
    for (let k = 0; k < 40; k++) {
      const controller = new AbortController();
      const reason = new Error(`reason ${k}`);
      const isTensor = moments.below(2) === 0;
      const out = isTensor ? to.array : new Float32Array(LENGTH);
      out.fill(0);
      const call = pool.forward(isTensor ? from.array : x, params, { out, signal: controller.signal });
      const delay = moments.below(3);
      setTimeout(() => controller.abort(reason), delay);
      try {
        await withinTime(call, `call ${k}`);
        expectSameBits(out, y, () => `call ${k}; ${howToRepeat}`);
      } catch (error) {
        expect(error).toBe(reason);
        aborted++;
        // Nobody writes any more, and what was written is right.
        const snapshot = copyOf(out);
        await after(3);
        expect(firstDifference(out, snapshot)).toBe(-1);
        const written = y.map((value, i) => (snapshot[i] === 0 ? 0 : value));
        expectSameBits(snapshot, written, () => `what was written by call ${k}; ${howToRepeat}`);
      }
    }
    expect(aborted).toBeGreaterThan(5);
    expectSameBits(await pool.forward(x, params), y, () => "afterwards");
    await pool.dispose();
  });

  it("is no longer listened to after its call", async () => {
    const pool = await startSharingPool({ threads: 2 });
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    await pool.forward(x, params, { signal });
    await pool.backward(x, x, params, { signal });
    expect(add.mock.calls.length).toBeGreaterThan(0);
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(
      add.mock.calls.map(([, listener]) => listener),
    );
    await pool.dispose();
  });

  it("aborts a call that waits for its turn, and not the one before it", async () => {
    const pool = await startSharingPool({ threads: 2 });
    const controller = new AbortController();
    const first = pool.forward(x, params);
    const second = pool.forward(x, params, { signal: controller.signal });
    controller.abort("enough");
    await expect(second).rejects.toBe("enough");
    expectSameBits(await first, y, () => "the first");
    await pool.dispose();
  });

  it("ends a call of a pool of the calling thread alone", async () => {
    const pool = await startPool({ tier: "js" }, inlinedModules);
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 20);
    await expect(pool.forward(new Float32Array(2e7), params, { signal: controller.signal })).rejects.toBe(
      "enough",
    );
    await pool.dispose();
  });
});

describe("dispose", () => {
  it("rejects what is pending, ends the workers and is idempotent", async () => {
    const moments = new Random(runSeed, 42);
    for (let k = 0; k < 12; k++) {
      const victims = new Victims();
      const pool = await startPool({ threads: 2 }, inlinedModules, {
        host: victims.host,
        worthSharing: SHARE_ALL,
      });
      const calls = Array.from({ length: 4 }, () => pool.forward(x, params).catch((error) => error));
      const small = pool.forward(x.subarray(0, 10), params).catch((error) => error);
      if (k > 0) await after(moments.below(10));
      const disposed = pool.dispose();
      expect(pool.dispose()).toBe(disposed);
      await withinTime(disposed, "dispose");
      expect(victims.alive.size).toBe(0);
      const results = await withinTime(Promise.all([...calls, small]), "the calls");
      for (const result of results) {
        if (result instanceof Float32Array) expectSameBits(result, y.subarray(0, result.length), () => "y");
        else expect(result).toBeInstanceOf(DisposedError);
      }
      // At once, before the pool has begun with any; later each call may have been done.
      if (k === 0) for (const result of results) expect(result).toBeInstanceOf(DisposedError);
      await expect(pool.forward(x)).rejects.toThrow(DisposedError);
      await expect(pool.backward(x, x)).rejects.toThrow(DisposedError);
      await expect(pool.forwardBatch([x])).rejects.toThrow(DisposedError);
      await expect(pool.backwardBatch([x], [x])).rejects.toThrow(DisposedError);
      expect(() => pool.alloc(1)).toThrow(DisposedError);
    }
  });

  it("while workers die", async () => {
    for (let k = 0; k < 5; k++) {
      const victims = new Victims();
      const pool = await startPool({ threads: 3 }, inlinedModules, {
        host: victims.host,
        worthSharing: SHARE_ALL,
      });
      const call = pool.forward(x, params).catch((error) => error);
      await after(2);
      victims.kill(() => 0.5);
      if (k % 2 === 0) await after(k);
      await withinTime(pool.dispose(), "dispose");
      await withinTime(call, "the call");
    }
  });

  it.each([
    ["were aborted", "setTimeout(() => controller.abort(), k % 4)"],
    ["it ends", "setTimeout(() => pool.dispose(), k % 4)"],
  ])("of a pool whose calls %s leaves nothing of it in memory", (_, end) => {
    const found = runModule(
      `import { createSauPool } from ${JSON.stringify(pathToFileURL(built("threads.js")).href)};
      const memories = [];
      WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
        construct(target, args) {
          const memory = Reflect.construct(target, args);
          memories.push(new WeakRef(memory));
          return memory;
        },
      });
      const x = new Float32Array(1_600_000).fill(0.5);
      for (let k = 0; k < 12; k++) {
        const pool = await createSauPool({ threads: 2 });
        const controller = new AbortController();
        const call = pool.forward(x, { beta: 2 }, { signal: controller.signal }).catch(() => {});
        ${end};
        await call;
        await pool.dispose();
      }
      // Workers' ends, and promises, are told of by tasks.
      for (let turn = 0; turn < 10; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
      }
      console.log(JSON.stringify([memories.length, memories.filter((memory) => memory.deref()).length]));`,
      ["--expose-gc"],
    ) as [number, number];
    const [made, kept] = found;
    expect(made).toBeGreaterThanOrEqual(12);
    // What the last one's frames still hold; kept pools were nearly all of them.
    expect(kept).toBeLessThanOrEqual(3);
  });

  it("is what `await using` calls", async () => {
    const pool = await createSauPool({ threads: 1 });
    const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
    await pool[asyncDispose]();
    await expect(pool.forward(x)).rejects.toThrow("This SauPool was disposed");
  });

  it("of a tensor ends its use, and its memory is free once the calls have settled", async () => {
    const pool = await startSharingPool({ threads: 2 });
    const tensor = pool.alloc(LENGTH);
    const { array } = tensor;
    array.set(x);
    const { byteOffset } = array;
    const call = pool.forward(array, params, { out: array });
    tensor.dispose();
    tensor.dispose();
    expect(() => tensor.array).toThrow("This arena tensor was disposed");
    const other = pool.alloc(LENGTH);
    expect(other.array.byteOffset).not.toBe(byteOffset);
    expectSameBits(await call, y, () => "y");
    await after(0);
    expect(pool.alloc(LENGTH).array.byteOffset).toBe(byteOffset);
    const last = pool.alloc(4);
    await pool.dispose();
    expect(() => last.array).toThrow("This SauPool was disposed");
  });
});
