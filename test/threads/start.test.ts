/**
 * Promise: a pool has as many threads as can be had, and says why; where there can be no workers it works on the
 * calling thread, with the same bits. It keeps the process alive as long as there are calls, and no longer.
 */
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { Board, canWaitAsync } from "../../ts/threads/board.js";
import type { Host } from "../../ts/threads/host.js";
import { createSauPool } from "../../ts/threads/index.js";
import type { Assignment } from "../../ts/threads/serve.js";
import { withSharedMemory } from "../../ts/threads/shared-module.js";
import { startPool } from "../../ts/threads/start.js";
import { WASM_TIERS } from "../../ts/tier.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";
import { moduleBytes } from "../support/modules.js";
import { expectSameBits } from "../support/numbers.js";
import { SHARE_ALL, startSharingPool } from "../support/pools.js";
import { built, runModule, runNode } from "../support/process.js";
import { Random, runSeed } from "../support/random.js";
import { turn } from "../support/turns.js";

const LENGTH = 400_000;
const random = new Random(runSeed, 50);
const x = random.array(LENGTH, -3, 3);
const params = { alpha: 0.3, beta: 1.7 };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Asserts that a pool computes on the calling thread alone, for a reason. */
async function expectAlone(pool: Awaited<ReturnType<typeof createSauPool>>, reason: RegExp): Promise<void> {
  expect(pool.threads).toBe(1);
  expect(pool.report).toMatch(/^1 thread, the calling one: /);
  expect(pool.report).toMatch(reason);
  const sau = createSauSync({ tier: pool.tier });
  expectSameBits(await pool.forward(x, params), sau.forward(x, params), () => "y");
  const tensor = pool.alloc(LENGTH);
  tensor.array.set(x);
  const { dx, dAlpha, dBeta } = await pool.backward(tensor.array, x, params, { out: { dx: tensor.array } });
  const expected = sau.backward(x, x, params);
  expectSameBits(dx, expected.dx, () => "dx");
  expect([dAlpha, dBeta]).toEqual([expected.dAlpha, expected.dBeta]);
  await pool.dispose();
}

/** A host whose workers are ready at once, and do what the test does. */
function hostOf(parallelism: number, assignments: Assignment[], gone: (() => void)[]): Host {
  return {
    parallelism,
    startWorker(assignment, _, { message, gone: tell }) {
      assignments.push(assignment);
      queueMicrotask(() => message("ready"));
      gone.push(() => tell(new Error("gone")));
      return { ref() {}, unref() {}, terminate: () => tell(undefined) };
    },
  };
}

describe("threads", () => {
  it("are as many as the host runs at once", async () => {
    const pool = await createSauPool();
    expect(pool.threads).toBe(availableParallelism());
    expect(pool.report).toMatch(/as many as this host runs at once$/);
    await pool.dispose();
  });

  // A worker's own 0.7 MiB, 1 MiB of items for each and two more, but at most 8 of them, and 1.1 MiB of the calling one.
  it.each([
    [1, 6],
    [8, 16],
  ])("%i begin in a memory below %i MiB", async (threads, most) => {
    const assignments: Assignment[] = [];
    const host = hostOf(1, assignments, []);
    const pool = await startPool({ threads }, inlinedModules, { host: () => host, worthSharing: SHARE_ALL });
    expect(assignments).toHaveLength(threads);
    expect(assignments[0]!.memory.buffer.byteLength / 2 ** 20).toBeLessThan(most);
    await pool.dispose();
  });

  it("are none without SharedArrayBuffer", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const pool = await createSauPool({ threads: 4 });
    vi.unstubAllGlobals();
    await expectAlone(pool, /no SharedArrayBuffer/);
  });

  it("are as many as were asked for where the host's promises for modules never settle", async () => {
    for (const name of ["compile", "instantiate"] as const) {
      vi.spyOn(WebAssembly, name).mockReturnValue(new Promise<never>(() => {}));
    }
    await using pool = await createSauPool({ threads: 2 });
    expect(pool.threads).toBe(2);
  });

  it("are none on the js tier", async () => {
    await expectAlone(await createSauPool({ tier: "js" }), /the js tier/);
  });

  it("are none at an edge whose setImmediate throws", async () => {
    const setImmediate = vi.fn(() => {
      throw new Error("not supported in the Edge Runtime");
    });
    vi.stubGlobal("setImmediate", setImmediate);
    await expectAlone(await startSharingPool({ tier: "js" }), /the js tier/);
    expect(setImmediate).toHaveBeenCalled();
  });

  it("are none with a module of the caller's", async () => {
    const module = new WebAssembly.Module(moduleBytes("simd128"));
    const pool = await createSauPool({ module });
    expect(pool.tier).toBe("simd128");
    await expectAlone(pool, /the module that was given/);
  });

  it("are none where the host refuses a shared memory", async () => {
    const { Memory } = WebAssembly;
    vi.spyOn(WebAssembly, "Memory").mockImplementation(function limited(descriptor) {
      if (descriptor.shared) throw new RangeError("no shared memory");
      return new Memory(descriptor);
    });
    await expectAlone(await createSauPool(), /no shared memory/);
  });

  it.each([0, 1, 2])(
    "are none where the host refuses their memory, at the growth of index %i",
    async (index) => {
      const { grow } = WebAssembly.Memory.prototype;
      let calls = 0;
      vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(function limited(
        this: WebAssembly.Memory,
        pages,
      ) {
        if (calls++ === index) throw new RangeError("no more pages");
        return grow.call(this, pages);
      });
      const pool = await createSauPool({ threads: 2 });
      vi.restoreAllMocks();
      await expectAlone(pool, /this host refuses what threads need: alloc: the host refused \d+ more bytes/);
    },
  );

  it("are none where the host refuses to compile for them, or a board", async () => {
    const { Module } = WebAssembly;
    let modules = 0;
    vi.spyOn(WebAssembly, "Module").mockImplementation(function limited(bytes) {
      if (modules++ === 1) throw new WebAssembly.CompileError("no more code");
      return new Module(bytes);
    });
    const uncompiled = await createSauPool({ threads: 2, tier: "simd128" });
    vi.restoreAllMocks();
    await expectAlone(uncompiled, /this host refuses what threads need: no more code/);

    const refusing = vi.fn(function refusing() {
      throw new RangeError("no more bytes");
    });
    vi.stubGlobal("SharedArrayBuffer", refusing);
    const boardless = await createSauPool({ threads: 2 });
    vi.unstubAllGlobals();
    expect(refusing).toHaveBeenCalled();
    await expectAlone(boardless, /this host refuses what threads need: no more bytes/);
  });

  it("reject with a RangeError where the host refuses memory to the calling one too", async () => {
    const refusal = new RangeError("no more pages");
    vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
      throw refusal;
    });
    await expect(createSauPool({ threads: 2 })).rejects.toMatchObject({ name: "RangeError", cause: refusal });
    vi.restoreAllMocks();
    const pool = await createSauPool({ threads: 2 });
    expect(pool.threads).toBe(2);
    await pool.dispose();
  });

  it("are none where there are no workers, or none starts", async () => {
    const none = (): never => {
      throw new Error("none known");
    };
    await expectAlone(
      await startPool({}, inlinedModules, { host: none, worthSharing: SHARE_ALL }),
      /none known/,
    );
    const refusing = () => ({
      parallelism: 2,
      startWorker: (): never => {
        throw new Error("out of threads");
      },
    });
    await expectAlone(
      await startPool({}, inlinedModules, { host: refusing, worthSharing: SHARE_ALL }),
      /out of threads/,
    );
  });

  it("work with messages where no thread can wait for a word without blocking", async () => {
    const own = Object.getOwnPropertyDescriptor(Atomics, "waitAsync")!;
    Object.defineProperty(Atomics, "waitAsync", { ...own, value: undefined });
    onTestFinished(() => void Object.defineProperty(Atomics, "waitAsync", own));
    expect(canWaitAsync()).toBe(false);
    const pool = await startSharingPool({ threads: 2 });
    const sau = createSauSync();
    for (let k = 0; k < 5; k++) {
      expectSameBits(await pool.forward(x, params), sau.forward(x, params), () => "y");
      const found = await pool.backward(x, x, params);
      expect(found.dAlpha).toBe(sau.backward(x, x, params).dAlpha);
    }
    await pool.dispose();
  });
});

describe("a report", () => {
  it.each([
    [{}, 2, "2 threads, each a worker: as many as this host runs at once"],
    [{}, 1, "1 thread, a worker: as many as this host runs at once"],
    [{ threads: 1 }, 4, "1 thread, a worker: as many as were asked for"],
    [{ threads: 3 }, 4, "3 threads, each a worker: as many as were asked for"],
  ])("of %j where the host runs %i at once", async (options, parallelism, report) => {
    const host = hostOf(parallelism, [], []);
    const pool = await startPool(options, inlinedModules, { host: () => host, worthSharing: SHARE_ALL });
    expect(pool.report).toBe(report);
    await pool.dispose();
  });

  it("says each reason once where no tier works in a shared memory", async () => {
    let modules = 0;
    vi.spyOn(WebAssembly, "Module").mockImplementation(function refusing() {
      throw new WebAssembly.CompileError(`reason ${modules++}`);
    });
    const pool = await createSauPool({ threads: 2 });
    vi.restoreAllMocks();
    expect(pool.report).toMatch(
      /^1 thread, the calling one: no tier works in a memory that threads can share \((?:[^;]+; )+[^;]+\)$/,
    );
    expect(pool.report).not.toMatch(/\bthe fastest tier/);
    await pool.dispose();
  });

  it("says that a module of the caller's cannot be shared", async () => {
    const module = new WebAssembly.Module(moduleBytes("simd128"));
    const pool = await createSauPool({ module });
    expect(pool.report).toBe(
      "1 thread, the calling one: the module that was given imports a memory that threads cannot share",
    );
    await pool.dispose();
  });

  it("is none of an error of the host's own", async () => {
    const host = (): Host => ({
      get parallelism(): number {
        throw new Error("it broke");
      },
      startWorker: hostOf(1, [], []).startWorker,
    });
    await expect(startPool({}, inlinedModules, { host, worthSharing: SHARE_ALL })).rejects.toThrow(
      "it broke",
    );
  });

  it("counts up to 256 threads", async () => {
    const host = (): never => {
      throw new Error("none known");
    };
    for (const threads of [1, 256]) {
      const pool = await startPool({ threads }, inlinedModules, { host, worthSharing: SHARE_ALL });
      expect(pool.report).toBe("1 thread, the calling one: none known");
    }
    for (const threads of [0, 257, 1.5, -1, Number.NaN]) {
      await expect(createSauPool({ threads })).rejects.toThrow(
        new RangeError(`threads is ${threads}, expected a whole number from 1 to 256.`),
      );
    }
    await expect(createSauPool(null as never)).rejects.toThrow(/\{ threads: 2 \}/);
  });

  it("has the calling thread do what a worker left", async () => {
    const [assignments, gone]: [Assignment[], (() => void)[]] = [[], []];
    const host = hostOf(1, assignments, gone);
    const pool = await startPool({}, inlinedModules, { host: () => host, worthSharing: SHARE_ALL });
    const some = x.subarray(0, 1000);
    const call = pool.forward(some, params);
    await turn();
    const [{ board, owner }] = assignments as [Assignment];
    expect(new Board(board).claim(owner)).toBe(0);
    gone[0]!();
    expectSameBits(await call, createSauSync().forward(some, params), () => "y");
    await pool.dispose();
  });
});

describe("a small call", () => {
  it("is done at once, on the calling thread, and in its turn", async () => {
    const pool = await createSauPool({ threads: 2 });
    const out = new Float32Array(10);
    const done = pool.forward(x.subarray(0, 10), params, { out });
    const expected = createSauSync().forward(x.subarray(0, 10), params);
    expectSameBits(out, expected, () => "before the promise has settled");
    await done;
    out.fill(0);
    const many = new Float32Array(2 ** 21).fill(0.5); // enough for the workers
    const large = pool.forward(many, params);
    const small = pool.forward(x.subarray(0, 10), params, { out });
    expect(out[0]).toBe(0);
    await Promise.all([large, small]);
    expectSameBits(out, expected, () => "after a large one");
    // Other parameters on the same thread in between.
    const other = { alpha: 0.7, beta: 3 };
    await pool.forward(many, other);
    expectSameBits(await pool.forward(x.subarray(0, 10), params), expected, () => "after other parameters");
    await pool.dispose();
  });
});

describe("a process", () => {
  const start = (): string =>
    `import { createSauPool } from ${JSON.stringify(pathToFileURL(built("threads.js")).href)};
     const pool = await createSauPool({ threads: 2 });
     const x = new Float32Array(2e6).fill(0.5);`;

  it("with an idle pool ends by itself, before and after a call", () => {
    for (const call of ["", "await pool.forward(x); await pool.backward(x, x);"]) {
      const began = performance.now();
      expect(runModule(`${start()} ${call} console.log(pool.threads);`)).toBe(2);
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  });

  it("with a pending call goes on until it has settled", () => {
    const source = `${start()} pool.backward(x, x, { alpha: 0.2 }).then(({ dAlpha }) => console.log(dAlpha));`;
    expect(runModule(source)).toBeTypeOf("number");
    expect(
      runModule(
        `${start()} pool.forward(x); pool.dispose().then(() => console.log(1)); `.replace(
          "pool.forward(x);",
          "pool.forward(x).catch(() => {});",
        ),
      ),
    ).toBe(1);
  });

  it("of CommonJS has a pool too, beside flags that are for modules", () => {
    const code = `require(${JSON.stringify(built("threads.cjs"))}).createSauPool({ threads: 2 }).then(async (pool) => {
      const y = await pool.forward(new Float32Array(1e6).fill(0.5));
      console.log(JSON.stringify([pool.threads, y.length]));
      await pool.dispose();
    });`;
    expect(JSON.parse(runNode(["--input-type=commonjs", "--eval", code]))).toEqual([2, 1e6]);
  });
});

describe("a module with a shared memory", () => {
  it.each(WASM_TIERS)("of %s differs in its import alone", (tier) => {
    const [bytes, shared] = [moduleBytes(tier), withSharedMemory(moduleBytes(tier))];
    // The flags, and a maximum of three bytes.
    expect(shared.length).toBe(bytes.length + 3);
    const at = bytes.findIndex((byte, i) => byte !== shared[i] && i > 8);
    expect(at).toBeGreaterThan(0);
    expect([...shared.subarray(-200)]).toEqual([...bytes.subarray(-200)]);
    if (!WebAssembly.validate(bytes)) return;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    expect(
      () => new WebAssembly.Instance(new WebAssembly.Module(shared), { [tier]: { memory } }),
    ).not.toThrow();
  });

  it("is made of nothing else", () => {
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    expect(() => withSharedMemory(empty)).toThrow("imports nothing");
    const cut = moduleBytes("simd128").slice(0, 0x50);
    expect(() => withSharedMemory(cut)).toThrow(/ends early|memory/);
  });
});
