/**
 * Promise: a worker that dies, at whatever moment, is replaced, and its item is done once more: every result is
 * right to the bit, in place and accumulating too, and nothing hangs.
 */
import { describe, expect, it } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import type { SauPool } from "../../ts/threads/index.js";
import { startPool } from "../../ts/threads/start.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";
import { expectSameBits } from "../support/numbers.js";
import { SHARE_ALL, Victims, withinTime } from "../support/pools.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const LENGTH = 12 * TILE + 100;
/** Deaths that each number of threads must live through. */
const LEAST_KILLS = 10;
/** Of killing, for each number of threads. */
const SECONDS = Number(process.env.SAU_TEST_KILL_SECONDS ?? 4);
const params = { alpha: 0.3, beta: 1.7 };

const random = new Random(runSeed, 30);
const [x, dy, start] = [0, 1, 2].map(() => random.array(LENGTH, -3, 3)) as [
  Float32Array,
  Float32Array,
  Float32Array,
];
const sau = createSauSync();
const y = sau.forward(x, params);
const gradients = sau.backward(x, dy, params);
const added = new Float32Array(start);
sau.backward(x, dy, params, { out: { dx: added }, accumulate: true });

/** Calls of every kind of item, each checked to the bit. */
async function useOnce(pool: SauPool, step: number): Promise<void> {
  const tensors = [0, 1].map(() => pool.alloc(LENGTH));
  const [a, b] = tensors.map(({ array }) => array) as [Float32Array, Float32Array];
  a.set(x);
  const what = (): string => `step ${step}; ${howToRepeat}`;
  const expectGradients = (found: { dx: Float32Array; dAlpha: number; dBeta: number }): void => {
    expectSameBits(found.dx, gradients.dx, what);
    expect([found.dAlpha, found.dBeta]).toEqual([gradients.dAlpha, gradients.dBeta]);
  };
  switch (step % 6) {
    case 0:
      expectSameBits(await pool.forward(a, params, { out: b }), y, what);
      break;
    case 1:
      expectSameBits(await pool.forward(a, params, { out: a }), y, what);
      break;
    case 2:
      b.set(dy);
      expectGradients(await pool.backward(a, b, params, { out: { dx: b } }));
      break;
    case 3:
      b.set(start);
      await pool.backward(a, dy, params, { out: { dx: b }, accumulate: true });
      expectSameBits(b, added, what);
      break;
    case 4:
      expectGradients(await pool.backward(x, dy, params));
      break;
    default: {
      const own = new Float32Array(x);
      expectSameBits(await pool.forward(own, params, { out: own }), y, what);
    }
  }
  for (const tensor of tensors) tensor.dispose();
}

describe.each([1, 2, 8])("with %i threads", (threads) => {
  it("workers that are killed at random moments change no result", async () => {
    const victims = new Victims();
    const pool = await startPool({ threads }, inlinedModules, {
      host: victims.host,
      worthSharing: SHARE_ALL,
    });
    const moments = new Random(runSeed, 31, threads);
    let timer: NodeJS.Timeout | undefined;
    const killLater = (): void => {
      timer = setTimeout(() => {
        victims.kill(moments.unit);
        killLater();
      }, moments.below(8));
    };
    killLater();
    const end = performance.now() + SECONDS * 1000;
    let step = 0;
    // On a busy machine for longer, until enough of them have died.
    for (; performance.now() < end || victims.kills < LEAST_KILLS; step++) {
      await withinTime(useOnce(pool, step), `step ${step}`);
    }
    clearTimeout(timer);
    await withinTime(pool.dispose(), "dispose");
    expect(victims.starts).toBeGreaterThanOrEqual(victims.kills);
    expect(victims.alive.size).toBe(0);
  });
});

it("a worker that dies in the middle of an item is noticed at once, though others sleep", async () => {
  const victims = new Victims();
  const pool = await startPool({ threads: 1 }, inlinedModules, {
    host: victims.host,
    worthSharing: SHARE_ALL,
  });
  for (let step = 0; step < 12; step++) {
    const call = useOnce(pool, step);
    // The call is on its way: after this turn of the event loop its items are on the board.
    await new Promise((resolve) => setImmediate(resolve));
    victims.kill(() => 0);
    await withinTime(call, `step ${step}`);
  }
  await pool.dispose();
});

it("where no worker starts any more, the calling thread does the work", async () => {
  const victims = new Victims();
  let isBroken = false;
  const host = () => {
    const real = victims.host();
    return {
      ...real,
      startWorker: (...args: Parameters<typeof real.startWorker>) => {
        if (isBroken) throw new Error("the host has no more threads");
        return real.startWorker(...args);
      },
    };
  };
  const pool = await startPool({ threads: 2 }, inlinedModules, { host, worthSharing: SHARE_ALL });
  isBroken = true;
  for (let k = 0; k < 2; k++) victims.kill(() => 0);
  for (let step = 0; step < 6; step++) await withinTime(useOnce(pool, step), `step ${step}`);
  expect(victims.alive.size).toBe(0);
  isBroken = false;
  for (let step = 0; step < 6; step++) await withinTime(useOnce(pool, step), `step ${step}`);
  expect(victims.alive.size).toBe(2);
  await pool.dispose();
});
