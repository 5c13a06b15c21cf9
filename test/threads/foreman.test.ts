/**
 * Promise: whatever a call is cut into, every item is done once for all, whoever does it, and again where somebody died
 * over it; results are delivered in their order, and a call ends when nobody works for it any more.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import { wholePass } from "../../ts/memory/tiles.js";
import { type CheckedParams, ParamsChecker } from "../../ts/params.js";
import { PLACES } from "../../ts/threads/board.js";
import { ITEM_BYTES } from "../../ts/threads/foreman.js";
import { EMPTY_ITEM_BYTES, type Task, taskBytes } from "../../ts/threads/item.js";
import { forwardTasks, setUpOf } from "../../ts/threads/tasks.js";
import { manualForeman } from "../support/foremen.js";
import { copyOf, expectSameBits } from "../support/numbers.js";
import { withinTime } from "../support/pools.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { isSettled, turn } from "../support/turns.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const params = { alpha: 0.3, beta: 1.7 };
const random = new Random(runSeed, 34);
const sau = createSauSync();

/** Of work, above what any call here takes. */
const MOST_STEPS = 10_000;

type Setting = ReturnType<typeof manualForeman>;

/** Has the workers do what there is, in turn, until the call has settled. */
async function workUntil({ board, workers }: Setting, call: Promise<unknown>): Promise<void> {
  let works = true;
  const stop = (): void => {
    works = false;
  };
  call.then(stop, stop);
  for (let step = 0; works; step++) {
    if (step > MOST_STEPS) throw new Error(`The call has not settled after ${MOST_STEPS} steps.`);
    if (workers[step % workers.length]!.doOne() === undefined) board.ring();
    await turn();
  }
}

/** Forward of `x` in pieces of `most` elements. */
function tasksOf({ arena }: Setting, x: Float32Array, y: Float32Array, most = TILE): Generator<Task> {
  return forwardTasks(arena, x, y, new ParamsChecker().read(params).check(x.length), most);
}

/** Room for items of a tile that is copied in and out; as many as that. */
function roomFor(items: number): number {
  return items * itemBytes({ setUp: setUpOf(wholePass(TILE), checked), ...staged }) + 64;
}

const checked = new ParamsChecker().read(params).check(TILE);
const staged = { length: TILE, first: 0, x: () => {}, dy: undefined, out: () => {} } as const;

function itemBytes(task: Partial<Task>): number {
  return EMPTY_ITEM_BYTES + taskBytes(task as Task, undefined);
}

/** The calls of the items on the board, which the first word of each says. */
function callsOnBoard({ arena, board }: Setting): number[] {
  return Array.from(board.items(), (index) => arena.i32[board.addressOf(index) / 4]!);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("items", () => {
  it("are as many as there is room for, and more once the oldest are delivered, in their order", async () => {
    const setting = manualForeman({ fifoBytes: roomFor(3) });
    const { board, foreman, workers } = setting;
    const [worker] = workers;
    const x = random.array(7 * TILE + 100, -3, 3);
    const y = new Float32Array(x.length);
    const expected = sau.forward(x, params);
    const isThere = (tile: number): boolean => y[tile * TILE] !== 0;
    const call = foreman.run(tasksOf(setting, x, y));
    expect([board.count, callsOnBoard(setting)]).toEqual([3, [1, 1, 1]]);
    const [first, second] = [worker!.claim()!, worker!.claim()!];
    worker!.compute(second);
    expect(worker!.finish(second)).toBe(true);
    board.ring();
    await turn();
    // The one before it is not done.
    expect([board.count, isThere(0), isThere(1)]).toEqual([3, false, false]);
    worker!.compute(first);
    worker!.finish(first);
    board.ring();
    await turn();
    expect([board.count, board.oldest, isThere(0), isThere(1), isThere(2)]).toEqual([
      3,
      2,
      true,
      true,
      false,
    ]);
    await workUntil(setting, call);
    await call;
    expectSameBits(y, expected, () => howToRepeat);
    expect(board.count).toBe(0);
  });

  it("have at most 64 calls, the elements of a tile, and 1 MiB", async () => {
    const setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES });
    const { board, foreman, pool } = setting;
    const tensor = pool.alloc(TILE);
    const run = async (tasks: Iterable<Task>): Promise<number[]> => {
      const call = foreman.run(tasks);
      const calls = callsOnBoard(setting);
      await workUntil(setting, call);
      await call;
      return calls;
    };
    const x = tensor.array;
    const pieces = (sizes: readonly number[]): Task[] =>
      sizes.map((length) => ({
        setUp: setUpOf(wholePass(length), checked),
        length,
        first: 0,
        x: x.byteOffset,
        dy: undefined,
        out: x.byteOffset,
        indirect: false,
        accumulate: false,
        withBias: false,
        sums: undefined,
      }));
    expect(await run(pieces(new Array(150).fill(8)))).toEqual([64, 64, 22]);
    const half = TILE / 2;
    expect(await run(pieces([half, half, half, half - 8, 8, 8, TILE, 8]))).toEqual([2, 3, 1, 1, 1]);
    // None at all makes no item.
    const { published } = board;
    expect([await run([]), board.published]).toEqual([[], published]);
    const sumsOf = (positions: number, of = checked): Task => ({
      ...pieces([8])[0]!,
      setUp: setUpOf({ ...wholePass(positions), positions }, of),
      dy: x.byteOffset,
      out: undefined,
      sums: () => {},
    });
    // Sums take room, and so does what is set up, once for all calls in a row.
    const channels = 4096;
    const perChannel = (count: number): CheckedParams => {
      const given = { alpha: new Float32Array(count), shape: [1, count], channelAxis: 1 };
      return new ParamsChecker().read(given).check(count);
    };
    const one = sumsOf(channels, perChannel(channels));
    const fits = Math.floor((ITEM_BYTES - itemBytes(one)) / taskBytes(one, one.setUp)) + 1;
    expect(await run(new Array(2 * fits + 1).fill(one))).toEqual([fits, fits, 1]);
    expect(taskBytes(one, undefined) - taskBytes(one, one.setUp)).toBeGreaterThan(channels * FLOAT);
    // To the last byte: seven of the most sums, and those that then fit.
    const [most, rest] = [sumsOf(channels), sumsOf(4074)];
    expect(itemBytes(most) + 6 * taskBytes(most, most.setUp) + taskBytes(rest, most.setUp)).toBe(ITEM_BYTES);
    expect(await run([...new Array(7).fill(most), rest, rest])).toEqual([8, 1]);
    expect(board.count).toBe(0);
    // Once also where twice would not fit; nobody does this one, for which a table has no room.
    const many = Math.floor(ITEM_BYTES / FLOAT / 2);
    const { setUp } = sumsOf(many, perChannel(many));
    const large = { ...pieces([8])[0]!, setUp };
    const abort = new AbortController();
    const aborted = foreman.run([large, large], abort.signal);
    expect(callsOnBoard(setting)).toEqual([2]);
    abort.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    tensor.dispose();
  });

  it("ring each where they are large, and else one in 64", async () => {
    const setting = manualForeman({ fifoBytes: 8 * ITEM_BYTES });
    const { board, foreman, pool, workers } = setting;
    const worker = workers[0]!;
    const ringsOf = (): boolean[] => {
      const rings: boolean[] = [];
      for (let index = worker.claim(); index !== undefined; index = worker.claim()) {
        worker.compute(index);
        rings[index] = worker.finish(index);
      }
      return rings;
    };
    const tensor = pool.alloc((PLACES * TILE) / 64);
    // Of one call each.
    const task = (): Task[] => [...tasksOf(setting, tensor.array, tensor.array, TILE)].slice(0, 1);
    const many = foreman.run(tasksOf(setting, tensor.array, tensor.array, TILE / 64));
    expect(callsOnBoard(setting)).toEqual(new Array(PLACES / 64).fill(64));
    ringsOf();
    board.ring();
    await many;
    const before = board.published;
    for (let k = 0; k < 130; k++) {
      const call = foreman.run(task());
      const index = board.published - 1;
      expect(ringsOf()[index]).toBe(index % 64 === 0);
      board.ring();
      await call;
    }
    expect(board.published).toBe(before + 130);
    const sums = (positions: number): Task => ({
      ...task()[0]!,
      setUp: setUpOf({ ...wholePass(positions), positions }, checked),
      length: 8,
      dy: tensor.array.byteOffset,
      sums: () => {},
    });
    expect([itemBytes(sums(2040)), itemBytes(sums(2042))]).toEqual([2 ** 16 - 64, 2 ** 16]);
    for (const [positions, rings] of [
      [2040, false],
      [2042, true],
    ] as const) {
      const large = foreman.run([sums(positions)]);
      expect(ringsOf().at(-1)).toBe(rings);
      board.ring();
      await large;
    }
    tensor.dispose();
  });
});

it("items in all places are each delivered once", async () => {
  const setting = manualForeman({ fifoBytes: 8 * ITEM_BYTES });
  const { board, foreman, pool } = setting;
  // Calls of eight elements.
  const tensor = pool.alloc(2.5 * PLACES * 64 * 8);
  const x = random.array(tensor.array.length, -3, 3);
  tensor.array.set(x);
  const call = foreman.run(tasksOf(setting, tensor.array, tensor.array, 8));
  expect(board.count).toBe(PLACES);
  await workUntil(setting, call);
  await call;
  expectSameBits(tensor.array, sau.forward(x, params), () => howToRepeat);
  expect(board.published).toBe(2.5 * PLACES);
  tensor.dispose();
});

describe("a call", () => {
  it("that is aborted waits for what is claimed, takes back the rest, and leaves room for the next", async () => {
    const setting = manualForeman({ fifoBytes: roomFor(3) });
    const { board, foreman, workers } = setting;
    const worker = workers[0]!;
    const x = random.array(9 * TILE, -3, 3);
    for (let k = 0; k < 3; k++) {
      const y = new Float32Array(x.length);
      const controller = new AbortController();
      const call = foreman.run(tasksOf(setting, x, y), controller.signal);
      expect(board.count).toBe(3);
      const index = worker.claim()!;
      controller.abort("enough");
      expect(await isSettled(call)).toBe(false);
      expect(worker.claim()).toBeUndefined();
      board.ring();
      expect(await isSettled(call)).toBe(false);
      worker.compute(index);
      worker.finish(index);
      expect(await isSettled(call)).toBe(false);
      board.ring();
      await expect(withinTime(call, "the call")).rejects.toBe("enough");
      expect(board.count).toBe(0);
      expect(y.every((value) => value === 0)).toBe(true);
    }
    const y = new Float32Array(x.length);
    const call = foreman.run(tasksOf(setting, x, y));
    expect(board.count).toBe(3);
    await workUntil(setting, call);
    await call;
    expectSameBits(y, sau.forward(x, params), () => howToRepeat);
  });

  it("rejects with what a task throws, and the next begins anew", async () => {
    const setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES });
    const { board, foreman } = setting;
    const x = random.array(3 * TILE, -3, 3);
    const y = new Float32Array(x.length);
    const failing = [...tasksOf(setting, x, y)].map((task, k): Task => {
      const throws = (): never => {
        throw new Error(`no input ${k}`);
      };
      return k === 0 ? task : { ...task, x: throws };
    });
    await expect(withinTime(foreman.run(failing), "the call")).rejects.toThrow("no input 1");
    expect(board.count).toBe(0);
    const call = foreman.run(tasksOf(setting, x, y));
    expect(board.count).toBe(3);
    await workUntil(setting, call);
    await call;
    expectSameBits(y, sau.forward(x, params), () => howToRepeat);
  });

  it("that was stopped rejects, and so do all later ones, at once", async () => {
    const setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES });
    const { board, foreman } = setting;
    const x = new Float32Array(3 * TILE);
    const call = foreman.run(tasksOf(setting, x, x));
    foreman.stop("the end");
    foreman.stop("another end");
    await expect(withinTime(call, "the call")).rejects.toBe("the end");
    expect([board.isClosed, board.count]).toEqual([true, 0]);
    const { published } = board;
    await expect(withinTime(foreman.run(tasksOf(setting, x, x)), "a later call")).rejects.toBe("the end");
    expect(board.published).toBe(published);
  });

  it("musters the crew, and is heard of by its signal only while it lasts", async () => {
    const setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES });
    const { foreman } = setting;
    const muster = vi.spyOn(foreman.crew!, "muster");
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    const x = new Float32Array(10);
    const call = foreman.run(tasksOf(setting, x, x), signal);
    expect([muster.mock.calls.length, add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1, 0]);
    await workUntil(setting, call);
    expect(remove.mock.calls).toEqual(add.mock.calls);
    expect(add.mock.calls[0]![0]).toBe("abort");
  });

  it("listens for the bell once, however often it hears something else", async () => {
    const setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES });
    const { board, foreman } = setting;
    const wait = vi.spyOn(board, "waitForBell");
    const x = new Float32Array(10);
    const call = foreman.run(tasksOf(setting, x, x));
    for (let k = 0; k < 5; k++) {
      foreman.hear();
      expect(await isSettled(call)).toBe(false);
    }
    expect(wait).toHaveBeenCalledTimes(1);
    board.ring();
    await turn();
    expect(await isSettled(call)).toBe(false);
    expect(wait).toHaveBeenCalledTimes(2);
    await workUntil(setting, call);
  });

  it("that is aborted by what takes its results does not wait for more of them", async () => {
    const setting = manualForeman({ fifoBytes: 8 * ITEM_BYTES });
    const { board, foreman, workers } = setting;
    const x = new Float32Array(3 * TILE);
    const controller = new AbortController();
    const tasks = [...tasksOf(setting, x, x)].map(
      (task): Task => ({ ...task, out: () => controller.abort("enough") }),
    );
    const call = foreman.run(tasks, controller.signal);
    workers[0]!.doOne();
    await expect(withinTime(call, "the call")).rejects.toBe("enough");
    expect(board.count).toBe(0);
    // Nobody waits.
    foreman.hear();
  });

  it("waits for what is claimed where no worker is ready for more", async () => {
    const setting = manualForeman({ fifoBytes: 8 * ITEM_BYTES });
    const { board, foreman, workers } = setting;
    const [x, y] = [random.array(TILE, -3, 3), new Float32Array(TILE)];
    const call = foreman.run(tasksOf(setting, x, y));
    const index = workers[0]!.claim()!;
    foreman.crew = { ...foreman.crew!, ready: 0 } as typeof foreman.crew;
    const claim = vi.spyOn(board, "claim");
    foreman.hear();
    expect([await isSettled(call), board.isDone(index)]).toEqual([false, false]);
    // It listens, rather than ask again and again.
    expect(claim).toHaveBeenCalledTimes(1);
    workers[0]!.compute(index);
    workers[0]!.finish(index);
    board.ring();
    await withinTime(call, "the call");
    expectSameBits(y, sau.forward(x, params), () => howToRepeat);
  });

  it("may be the last: the bell rings once more, for who still waits for it", () => {
    const { board, foreman } = manualForeman({ fifoBytes: ITEM_BYTES });
    foreman.stop("the end");
    expect(board.rung).toBe(0);
    foreman.release();
    expect(board.rung).toBe(1);
  });

  it("hears what happens where no thread can wait for the bell", async () => {
    const setting = manualForeman({ fifoBytes: 3 * ITEM_BYTES });
    const { board, foreman, workers } = setting;
    const wait = vi.spyOn(board, "waitForBell");
    vi.stubGlobal("Atomics", Object.assign(Object.create(Atomics), { waitAsync: undefined }));
    const x = new Float32Array(10);
    const call = foreman.run(tasksOf(setting, x, x));
    await turn();
    workers[0]!.doOne();
    expect(await isSettled(call)).toBe(false);
    foreman.hear();
    expect(await isSettled(call)).toBe(true);
    expect(wait).not.toHaveBeenCalled();
  });
});

describe("a worker that is gone", () => {
  it("leaves what it claimed to the calling thread, and nothing else", async () => {
    const setting = manualForeman({ workers: 2, fifoBytes: 8 * ITEM_BYTES });
    const { arena, board, foreman, workers } = setting;
    const [gone, other] = workers as [(typeof workers)[0], (typeof workers)[0]];
    const length = 4 * TILE;
    const [start, x] = [random.array(length, -3, 3), setting.pool.alloc(length)];
    x.array.set(start);
    const call = foreman.run(tasksOf(setting, x.array, x.array));
    expect(board.count).toBe(4);
    expect([gone.claim(), other.claim(), gone.claim()]).toEqual([0, 1, 2]);
    gone.compute(0);
    gone.compute(2);
    board.setComputed(2, gone.owner);
    // Half of it was copied; its input is lost.
    arena.copyWithin(x.array.byteOffset + 2 * TILE * FLOAT, gone.workspace.outTile, TILE / 2);
    foreman.replace(gone.owner, gone.workspace);
    expect([0, 1, 2, 3].map((index) => board.isDone(index))).toEqual([true, false, true, false]);
    const expected = sau.forward(start, params);
    const tile = (k: number, values: Float32Array): Float32Array => values.subarray(k * TILE, (k + 1) * TILE);
    for (const [k, values] of [expected, start, expected, start].entries()) {
      expectSameBits(tile(k, x.array), tile(k, values), () => `item ${k}; ${howToRepeat}`);
    }
    other.compute(1);
    other.finish(1);
    expect(await isSettled(call)).toBe(false);
    expect(other.claim()).toBe(3);
    // Now the last is.
    foreman.replace(other.owner, other.workspace);
    await withinTime(call, "the call");
    expectSameBits(x.array, expected, () => howToRepeat);
    x.dispose();
  });

  it("after the end leaves nothing to be done, or written", async () => {
    const setting = manualForeman({ fifoBytes: 8 * ITEM_BYTES });
    const { board, foreman, workers } = setting;
    const worker = workers[0]!;
    const x = setting.pool.alloc(TILE);
    x.array.fill(1);
    const call = foreman.run(tasksOf(setting, x.array, x.array));
    expect(worker.claim()).toBe(0);
    worker.compute(0);
    board.setComputed(0, worker.owner);
    foreman.stop("the end");
    expect(await isSettled(call)).toBe(false);
    foreman.replace(worker.owner, worker.workspace);
    await expect(withinTime(call, "the call")).rejects.toBe("the end");
    expect(x.array.every((value) => value === 1)).toBe(true);
  });
});

describe("without workers, the calling thread", () => {
  /** Milliseconds that pass from each look at the clock to the next. */
  function stubClock(step: number): void {
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (time += step));
  }

  it("does one item after the other, while its inputs are in the cache", async () => {
    const setting = manualForeman({ workers: 0, fifoBytes: 8 * ITEM_BYTES });
    const x = random.array(3 * TILE + 1, -3, 3);
    const y = new Float32Array(x.length);
    const log: string[] = [];
    const tasks = [...tasksOf(setting, x, y)].map((task, k): Task => {
      const { x: copyIn, out: copyOut } = task;
      return {
        ...task,
        x: (to) => {
          log.push(`in ${k}`);
          (copyIn as (to: number) => void)(to);
        },
        out: (from) => {
          log.push(`out ${k}`);
          (copyOut as (from: number) => void)(from);
        },
      };
    });
    await setting.foreman.run(tasks);
    expect(log).toEqual([0, 1, 2, 3].flatMap((k) => [`in ${k}`, `out ${k}`]));
    expectSameBits(y, sau.forward(x, params), () => howToRepeat);
  });

  it("uses a workspace that others have used in between", async () => {
    const setting = manualForeman({ workers: 0, fifoBytes: 8 * ITEM_BYTES });
    const { foreman, stream } = setting;
    const x = random.array(1000, -3, 3);
    const [first] = [...tasksOf(setting, x, x)];
    const once = copyOf(x);
    await foreman.run([{ ...first!, x: (to) => setting.arena.copyIn(to, once, 0, 1000) }]);
    const other = { alpha: 0.9, beta: 3 };
    stream.setUpForward(new ParamsChecker().read(other).check(1000), wholePass(1000), 1);
    const y = new Float32Array(1000);
    const [again] = [...tasksOf(setting, once, y)];
    await foreman.run([{ ...again!, setUp: first!.setUp }]);
    expectSameBits(y, sau.forward(once, params), () => howToRepeat);
  });

  it("rejects with what the kernels throw, and goes on with the next call", async () => {
    const setting = manualForeman({ workers: 0, fifoBytes: 8 * ITEM_BYTES });
    const { foreman, stream, board } = setting;
    const x = random.array(3 * TILE, -3, 3);
    const y = new Float32Array(x.length);
    const trap = new WebAssembly.RuntimeError("unreachable");
    vi.spyOn(stream, "forwardCall").mockImplementationOnce(() => {
      throw trap;
    });
    await expect(foreman.run(tasksOf(setting, x, y))).rejects.toBe(trap);
    expect([board.count, y.every((value) => value === 0)]).toEqual([0, true]);
    await foreman.run(tasksOf(setting, x, y));
    expectSameBits(y, sau.forward(x, params), () => howToRepeat);
  });

  it.each([
    [1, 0],
    [2, 2],
    [5, 3],
    [6, 7],
  ])("lets others have the event loop every 5 ms: items of %i ms give them %i turns", async (step, turns) => {
    const setting = manualForeman({ workers: 0, fifoBytes: 8 * ITEM_BYTES });
    const x = new Float32Array((step === 1 ? 4 : 7) * TILE);
    let taken = 0;
    const own = setImmediate;
    vi.stubGlobal("setImmediate", (resolve: () => void) => {
      taken++;
      own(resolve);
    });
    stubClock(step);
    await setting.foreman.run(tasksOf(setting, x, x));
    expect(taken).toBe(turns);
  });

  it.each([
    ["setTimeout", "there is no setImmediate", undefined],
    [
      "setTimeout",
      "setImmediate throws",
      () => {
        throw new Error("none at the edge");
      },
    ],
  ])("uses %s where %s, and nothing where there is neither", async (_, __, immediate) => {
    const setting = manualForeman({ workers: 0, fifoBytes: 8 * ITEM_BYTES });
    const x = new Float32Array(3 * TILE);
    const own = setTimeout;
    const timer = vi.fn((resolve: () => void, ms: number) => own(resolve, ms));
    vi.stubGlobal("setImmediate", immediate);
    vi.stubGlobal("setTimeout", timer);
    stubClock(6);
    await setting.foreman.run(tasksOf(setting, x, x));
    expect(timer.mock.calls.map(([, ms]) => ms)).toEqual([0, 0, 0]);
    vi.stubGlobal("setTimeout", undefined);
    await setting.foreman.run(tasksOf(setting, x, x));
  });
});
