/**
 * Promise: a pool does its calls one after the other, small ones on the calling thread, keeps the process alive as long as
 * there are any, and ends once. Its workers are the test; whole pools are asked beside this file.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSauSync, DisposedError, type SauParams, type Want } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import { ParamsChecker } from "../../ts/params.js";
import { ITEM_BYTES } from "../../ts/threads/foreman.js";
import type { Task } from "../../ts/threads/item.js";
import { forwardTasks } from "../../ts/threads/tasks.js";
import { manualForeman } from "../support/foremen.js";
import { copyOf, expectSameBits } from "../support/numbers.js";
import { withinTime } from "../support/pools.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { turn } from "../support/turns.js";

const params = { alpha: 0.3, beta: 1.7 };
const sau = createSauSync();
const random = new Random(runSeed, 45);
const x = random.array(200, -3, 3);
const dy = random.array(200, -3, 3);
const of = (length: number): Float32Array => x.subarray(0, length);

/** From these many elements on, calls go to the workers. */
const WORTH = { forward: 100, backward: 50 };

let setting: ReturnType<typeof manualForeman>;
let works: boolean;

/** Every call of the foreman: how many tasks it had; and all of them, of all calls. */
let runs: number[];
let tasks: Task[];

function begin(options: { workers?: number; worthSharing?: typeof WORTH } = {}): typeof setting {
  setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES, worthSharing: WORTH, ...options });
  const { foreman } = setting;
  const run = foreman.run.bind(foreman);
  [runs, tasks] = [[], []];
  vi.spyOn(foreman, "run").mockImplementation((given, signal) => {
    const all = [...given];
    runs.push(all.length);
    tasks.push(...all);
    return run(all, signal);
  });
  return setting;
}

/** The workers do what there is, until they are told to stop. */
async function work(): Promise<void> {
  works = true;
  while (works) {
    const { board, workers } = setting;
    if (workers[0]?.doOne() === undefined) board.ring();
    await turn();
  }
}

beforeEach(() => {
  begin();
});

afterEach(() => {
  works = false;
  vi.restoreAllMocks();
});

describe("a call", () => {
  it.each([
    ["forward", 99, 0],
    ["forward", 100, 1],
    ["backward", 49, 0],
    ["backward", 50, 1],
  ] as const)("%s of %i elements: %i goes to the workers", async (verb, length, shared) => {
    work();
    const { pool } = setting;
    if (verb === "forward") {
      expectSameBits(await pool.forward(of(length), params), sau.forward(of(length), params), () => "y");
    } else {
      const found = await pool.backward(of(length), of(length), params);
      expect(found).toEqual(sau.backward(of(length), of(length), params));
    }
    expect(runs).toHaveLength(shared);
  });

  it.each([
    ["forward", [40, 59], 0],
    ["forward", [40, 60], 1],
    ["backward", [20, 29], 0],
    ["backward", [20, 30], 1],
  ] as const)("%sBatch of %j elements: %i goes to the workers", async (verb, lengths, shared) => {
    work();
    const { pool } = setting;
    const xs = lengths.map(of);
    if (verb === "forward") expect(await pool.forwardBatch(xs, params)).toEqual(sau.forwardBatch(xs, params));
    else expect(await pool.backwardBatch(xs, xs, params)).toEqual(sau.backwardBatch(xs, xs, params));
    expect(runs).toHaveLength(shared);
  });

  it.each([
    ["whose beta is too small for its kernels", { alpha: 0.3, beta: 1e-38 }, 0],
    ["whose slopes differ by too much for forward", { alpha: 1e30, beta: 1e-8 }, 2],
  ])("%s is done on the calling thread", async (_, extreme, shared) => {
    work();
    const { pool } = setting;
    expect(await pool.forward(x, extreme)).toEqual(sau.forward(x, extreme));
    expect(await pool.forwardBatch([x, x], extreme)).toEqual(sau.forwardBatch([x, x], extreme));
    expect(runs).toEqual([]);
    expect(await pool.backward(x, dy, extreme)).toEqual(sau.backward(x, dy, extreme));
    expect(await pool.backwardBatch([x], [dy], extreme)).toEqual(sau.backwardBatch([x], [dy], extreme));
    expect(runs).toHaveLength(shared);
  });

  it("waits for those before it, small as it is, and sees what they wrote", async () => {
    const { pool } = setting;
    const array = copyOf(x);
    const order: string[] = [];
    const calls = [
      pool.forward(array, params, { out: array }).then(() => order.push("large")),
      pool
        .forward(array.subarray(0, 10), params, { out: array.subarray(0, 10) })
        .then(() => order.push("small")),
      pool.backward(array.subarray(0, 10), dy.subarray(0, 10)).then(() => order.push("backward")),
    ];
    await turn();
    expect([order, array]).toEqual([[], x]);
    work();
    await withinTime(Promise.all(calls), "the calls");
    expect(order).toEqual(["large", "small", "backward"]);
    const expected = sau.forward(x, params);
    const twice = sau.forward(expected.subarray(0, 10), params);
    expectSameBits(array, Float32Array.of(...twice, ...expected.subarray(10)), () => howToRepeat);
  });

  it("that somebody else has cut waits for those before it too", async () => {
    const { pool, arena } = setting;
    const tensor = pool.alloc(x.length);
    const first = pool.forward(x, params);
    tensor.array.set(x);
    const checked = new ParamsChecker().read(params).check(x.length);
    const second = pool.run(forwardTasks(arena, tensor.array, tensor.array, checked, x.length));
    work();
    await withinTime(second, "the second");
    expect(runs).toEqual([1, 1]);
    expectSameBits(tensor.array, await first, () => howToRepeat);
  });

  it("that fails lets the next begin", async () => {
    work();
    const { pool, foreman } = setting;
    vi.spyOn(foreman, "run").mockImplementationOnce(async () => {
      throw new Error("it broke");
    });
    const [first, second] = [pool.forward(x, params), pool.forward(x, params)];
    await expect(first).rejects.toThrow("it broke");
    expectSameBits(await second, sau.forward(x, params), () => howToRepeat);
  });

  it("gives what is wanted of backward, where it is wanted", async () => {
    work();
    const { pool } = setting;
    const each: (readonly Want[])[] = [
      [],
      ["dx"],
      ["alpha"],
      ["beta"],
      ["bias"],
      ["dx", "bias"],
      ["alpha", "beta"],
    ];
    const shape = { shape: [2, 20, 5], channelAxis: 1 };
    const all: SauParams[] = [
      { ...params, bias: 0.25 },
      { alpha: random.array(20, 0, 1), beta: 2, bias: 0.5, ...shape },
    ];
    for (const want of each) {
      for (const some of all) {
        const options = { want } as { want: readonly Want[] };
        tasks = [];
        const found = await pool.backward<SauParams, Want>(x, dy, some, options);
        const takesSums = want.some((name) => name !== "dx");
        const kinds = new Set(tasks.map(({ sums }) => sums !== undefined));
        expect([...kinds]).toEqual(want.length > 0 ? [takesSums] : []);
        expect(found).toStrictEqual(sau.backward<SauParams, Want>(x, dy, some, options));
        const dx = new Float32Array(x.length);
        if (!want.includes("dx")) continue;
        const into = await pool.backward<SauParams, Want>(x, dy, some, { ...options, out: { dx } });
        expect([into.dx === dx, into]).toEqual([true, found]);
      }
    }
    runs = [];
    expect(await pool.backwardBatch([x, x], [dy, dy], params, { want: [] })).toEqual([{}, {}]);
    expect(await pool.backward(x, dy, params, { want: [] })).toEqual({});
    expect(runs).toEqual([0, 0]);
  });
});

describe("a batch", () => {
  const xs = [40, 0, 90, 7].map(of);
  const dys = xs.map(({ length }) => dy.subarray(0, length));

  it("of short arrays is one task, and of one set of sums each several", async () => {
    work();
    const { pool } = setting;
    expect(await pool.forwardBatch(xs, params)).toEqual(sau.forwardBatch(xs, params));
    const want = ["dx"] as const;
    const alone = await pool.backwardBatch(xs, dys, params, { want });
    expect(alone).toEqual(sau.backwardBatch(xs, dys, params, { want }));
    expect(await pool.backwardBatch(xs, dys, params)).toEqual(sau.backwardBatch(xs, dys, params));
    expect(runs).toEqual([1, 1, 3]);
  });

  it("of arrays that do not fit a tile is several", async () => {
    work();
    const { pool } = setting;
    const long = [random.array(TILE + 9, -3, 3), x];
    expect(await pool.forwardBatch(long, params)).toEqual(sau.forwardBatch(long, params));
    const want = ["dx"] as const;
    const found = await pool.backwardBatch(long, long, params, { want });
    expect(found).toEqual(sau.backwardBatch(long, long, params, { want }));
    expect(Math.min(...runs)).toBeGreaterThan(2);
  });

  it("of none is none", async () => {
    const { pool } = begin({ worthSharing: { forward: 0, backward: 0 } });
    expect([await pool.forwardBatch([]), await pool.backwardBatch([], [])]).toEqual([[], []]);
    expect(runs).toEqual([]);
  });

  it("goes where it is told", async () => {
    work();
    const { pool } = setting;
    const small = [of(9), of(0)];
    const smallOuts = small.map(({ length }) => new Float32Array(length));
    const smallYs = await pool.forwardBatch(small, params, { out: smallOuts });
    expect(smallYs.map((y, i) => y === smallOuts[i])).toEqual([true, true]);
    expect([smallOuts, runs]).toEqual([sau.forwardBatch(small, params), []]);
    const outs = xs.map(({ length }) => new Float32Array(length));
    const ys = await pool.forwardBatch(xs, params, { out: outs });
    expect(ys.map((y, i) => y === outs[i])).toEqual([true, true, true, true]);
    expect(outs).toEqual(sau.forwardBatch(xs, params));
    const found = await pool.backwardBatch(xs, dys, params, {
      want: ["dx"],
      out: outs.map((dx) => ({ dx })),
    });
    expect(found.map(({ dx }, i) => dx === outs[i])).toEqual([true, true, true, true]);
    expect(found).toEqual(sau.backwardBatch(xs, dys, params, { want: ["dx"] }));
  });

  it("that adds does one array after the other, since two may add to one", async () => {
    work();
    const { pool } = setting;
    const [same, sameDy] = [
      [x, x, x],
      [dy, dy, dy],
    ];
    const add = async (target: typeof pool | typeof sau): Promise<Float32Array> => {
      const dx = new Float32Array(x.length).fill(0.5);
      const out = same.map(() => ({ dx }));
      await target.backwardBatch(same, sameDy, params, { want: ["dx"], accumulate: true, out });
      return dx;
    };
    expectSameBits(await add(pool), await add(sau), () => howToRepeat);
    expect(runs).toEqual([1, 1, 1]);
    const sums = async (target: typeof pool | typeof sau): Promise<Float32Array> => {
      const dAlpha = Float32Array.of(0.25);
      const out = same.map(() => ({ dAlpha }));
      await target.backwardBatch(same, sameDy, params, { want: ["alpha"], accumulate: true, out });
      return dAlpha;
    };
    expect(await sums(pool)).toEqual(await sums(sau));
  });
});

describe("what changes while a call waits", () => {
  /** A call before, so that the next has to wait. */
  function behindAnother<Result>(make: () => Promise<Result>): Promise<Result> {
    setting.pool.forward(x, params);
    return make();
  }

  it.each(["forward", "backward", "forwardBatch", "backwardBatch"] as const)(
    "%s refuses arrays that were detached, or became shorter",
    async (verb) => {
      const { pool } = setting;
      const resizable = (): { array: Float32Array; buffer: ArrayBuffer } => {
        const buffer = new (ArrayBuffer as new (length: number, options: object) => ArrayBuffer)(800, {
          maxByteLength: 800,
        });
        return { array: new Float32Array(buffer), buffer };
      };
      for (const index of [0, 1, 2]) {
        for (const change of ["detached", "shorter"]) {
          const made = [resizable(), resizable(), resizable()];
          const [a, b, out] = made.map(({ array }) => array) as [Float32Array, Float32Array, Float32Array];
          const calls = {
            forward: () => pool.forward(a, params, { out }),
            backward: () => pool.backward(a, b, params, { out: { dx: out } }),
            forwardBatch: () => pool.forwardBatch([x, a], params, { out: [new Float32Array(200), out] }),
            backwardBatch: () => pool.backwardBatch([x, a], [dy, b], params, { out: [{}, { dx: out }] }),
          };
          if (verb.startsWith("forward") && index === 1) continue;
          const call = behindAnother<unknown>(calls[verb]);
          const { buffer } = made[index]!;
          if (change === "detached") structuredClone(buffer, { transfer: [buffer] });
          else (buffer as ArrayBuffer & { resize: (length: number) => void }).resize(400);
          work();
          const error = await withinTime(call, "the call").then(String, (thrown) => thrown);
          works = false;
          expect(error).toBeInstanceOf(TypeError);
          expect(error.message).toMatch(
            change === "detached"
              ? /^An array of the call .*detached/
              : /^An array of the call has 100 values now, expected 200, as when the call was made\.$/,
          );
        }
      }
    },
  );

  it("takes the parameters as they were", async () => {
    const { pool } = setting;
    const given = { alpha: 0.3, beta: 1.7 };
    const calls = [behindAnother(() => pool.forward(x, given)), pool.forward(x.subarray(0, 9), given)];
    given.alpha = 0.9;
    work();
    expect(await Promise.all(calls)).toEqual([sau.forward(x, params), sau.forward(x.subarray(0, 9), params)]);
  });
});

describe("a signal", () => {
  it.each([
    ["null", null],
    ["a number", 3],
    ["a string", "abort"],
    ["an object", {}],
    ["an object with some of it", { throwIfAborted() {}, addEventListener() {} }],
    ["the class", AbortSignal],
    [
      "a function",
      Object.assign(() => {}, { throwIfAborted() {}, addEventListener() {}, removeEventListener() {} }),
    ],
  ])("%s is none", async (_, signal) => {
    const { pool } = setting;
    const options = { signal } as never;
    for (const call of [
      pool.forward(x, params, options),
      pool.backward(x, dy, params, options),
      pool.forwardBatch([x], params, options),
      pool.backwardBatch([x], [dy], params, options),
    ]) {
      await expect(call).rejects.toThrow(/^signal is .*, expected an AbortSignal\.$/);
      await expect(call).rejects.toThrow(TypeError);
    }
    expect(runs).toEqual([]);
  });

  it("that is aborted ends a call that waits, large or small", async () => {
    const { pool } = setting;
    const first = pool.forward(x, params);
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = [
      pool.forward(x, params, { signal }),
      pool.forward(x.subarray(0, 9), params, { signal }),
      pool.backwardBatch([x], [dy], params, { signal }),
    ];
    controller.abort("enough");
    work();
    for (const call of waiting) await expect(call).rejects.toBe("enough");
    await first;
    expect(runs).toHaveLength(1);
    for (const length of [9, 200]) {
      const some = of(length);
      await expect(pool.forward(some, params, { signal })).rejects.toBe("enough");
      await expect(pool.backward(some, some, params, { signal })).rejects.toBe("enough");
      await expect(pool.forwardBatch([some], params, { signal })).rejects.toBe("enough");
      await expect(pool.backwardBatch([some], [some], params, { signal })).rejects.toBe("enough");
    }
  });
});

describe("the process", () => {
  it("is kept alive from the first call to the last that settles", async () => {
    const { pool, foreman } = setting;
    const keepAlive = vi.spyOn(foreman.crew!, "keepAlive");
    const told = (): unknown[] => keepAlive.mock.calls.map(([alive]) => alive);
    const calls = [pool.forward(x, params), pool.forward(x, params)];
    expect(told()).toEqual([true]);
    work();
    await Promise.all(calls);
    expect(told()).toEqual([true, false]);
    const failing = pool.forward(x, params, { signal: AbortSignal.timeout(1) });
    works = false;
    await expect(failing).rejects.toThrow();
    await turn();
    expect(told()).toEqual([true, false, true, false]);
    await pool.forward(x.subarray(0, 9));
    expect(told()).toHaveLength(4);
  });
});

describe("dispose", () => {
  it("ends all in its order, once", async () => {
    const { pool, foreman, local } = setting;
    const log: string[] = [];
    const logged = (name: string, target: object, method: string): void => {
      const methods = target as Record<string, (...args: unknown[]) => unknown>;
      const own = methods[method]!.bind(target);
      vi.spyOn(methods, method).mockImplementation((...args) => {
        log.push(name);
        return own(...args);
      });
    };
    logged("stop", foreman, "stop");
    logged("crew", foreman.crew!, "dispose");
    logged("release", foreman, "release");
    logged("local", local, "dispose");
    const keepAlive = vi.spyOn(foreman.crew!, "keepAlive");
    const tensor = pool.alloc(4);
    const calls = [pool.forward(x, params), pool.forward(x, params)];
    const small = pool.forward(of(9), params);
    await turn();
    const disposed = pool.dispose();
    expect([pool.dispose() === disposed, pool.dispose() === disposed]).toEqual([true, true]);
    work();
    for (const call of [...calls, small])
      await expect(withinTime(call, "a call")).rejects.toThrow(DisposedError);
    await withinTime(disposed, "dispose");
    expect(log).toEqual(["stop", "crew", "release", "local"]);
    // The workers are gone: nobody asks them to let the process end.
    expect(keepAlive.mock.calls).toEqual([[true]]);
    const words = "This SauPool was disposed";
    await expect(pool.forward(x)).rejects.toThrow(words);
    await expect(pool.backward(x, dy)).rejects.toThrow(words);
    await expect(pool.forwardBatch([x])).rejects.toThrow(words);
    await expect(pool.backwardBatch([x], [dy])).rejects.toThrow(words);
    expect(() => pool.alloc(1)).toThrow(words);
    expect(() => tensor.array).toThrow(words);
    expect(() => local.forward(x)).toThrow(DisposedError);
    tensor.dispose();
  });

  it("waits for what is under way without workers too", async () => {
    const { pool } = begin({ workers: 0, worthSharing: { forward: 0, backward: 0 } });
    expect(pool.hasWorkers).toBe(false);
    expectSameBits(await pool.forward(x, params), sau.forward(x, params), () => howToRepeat);
    const call = pool.forward(x, params).catch((error) => error);
    await withinTime(pool.dispose(), "dispose");
    expect(await call).toBeInstanceOf(DisposedError);
  });

  it.each(["Symbol.asyncDispose", "Symbol.dispose"])("is what %s names", async (name) => {
    const symbol = (Symbol as unknown as Record<string, symbol>)[name.slice(7)] ?? Symbol.for(name);
    const { pool } = setting;
    expect(pool.hasWorkers).toBe(true);
    const tensor = pool.alloc(8);
    expect(pool.addressOf(tensor.array)).toBe(tensor.array.byteOffset);
    if (name === "Symbol.dispose") {
      (tensor as unknown as Record<symbol, () => void>)[symbol]!();
      expect(() => tensor.array).toThrow("This arena tensor was disposed");
      return;
    }
    await (pool as unknown as Record<symbol, () => Promise<void>>)[symbol]!();
    await expect(pool.forward(x)).rejects.toThrow(DisposedError);
  });

  it("of a tensor leaves its memory to the calls that may use it", async () => {
    const { pool } = setting;
    const tensor = pool.alloc(200);
    const { byteOffset } = tensor.array;
    const call = pool.forward(tensor.array, params, { out: tensor.array });
    tensor.dispose();
    expect(() => tensor.array).toThrow("This arena tensor was disposed");
    const other = pool.alloc(200);
    expect(other.array.byteOffset).not.toBe(byteOffset);
    work();
    await call;
    await turn();
    const again = pool.alloc(200);
    expect(again.array.byteOffset).toBe(byteOffset);
    // Once: it is another's now.
    tensor.dispose();
    await turn();
    expect(pool.alloc(200).array.byteOffset).not.toBe(byteOffset);
    again.dispose();
    // At once, where nothing is under way.
    expect(pool.alloc(200).array.byteOffset).toBe(byteOffset);
  });
});
