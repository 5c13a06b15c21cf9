/**
 * Pools that live briefly and badly: calls are aborted at random moments, workers are ended, the pool is disposed of while
 * calls are under way. Every promise settles with the right bits or a documented error, the next call is right, and
 * nothing is left of the pool.
 */
import { setTimeout as after } from "node:timers/promises";
import { createSauSync, DisposedError } from "sau-simd";
import { createSauPool, type SauPool } from "sau-simd/threads";
import { copyOf, expectSameBits, firstDifference } from "../../support/numbers.js";
import type { Random } from "../../support/random.js";
import { beat, Holdings, part } from "../part.js";
import { workers } from "../workers.js";

/** Pools: all of them, and those that CI has time for. */
const [WHOLE, SOME] = [500, 16];
/** Calls that each has aborted. */
const ABORTS = 8;
/** Elements: from these on pools share calls; and what a pool does at once. */
const [LONG, SHORT] = [1_600_000, 1000];

const params = { alpha: 0.3, beta: 1.7 };

/** What calls are given, and what they give. */
interface Arrays {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly dAlpha: number;
}

function arrays(length: number, random: Random): Arrays {
  const x = random.array(length, -3, 3);
  const sau = createSauSync();
  return { x, y: sau.forward(x, params), dAlpha: sau.backward(x, x, params).dAlpha };
}

/** Asserts that a call's promise is right, or was rejected with that reason. */
async function settled<T>(call: Promise<T>, isReason: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isReason(error)) throw error;
    return undefined;
  }
}

/** A call that is aborted at a random moment; returns whether it came to that. */
async function abortOne(pool: SauPool, { x, y, dAlpha }: Arrays, random: Random): Promise<boolean> {
  const controller = new AbortController();
  const reason = new Error("enough");
  const out = new Float32Array(x.length);
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(reason), random.below(6));
  if (random.below(3) === 0) setTimeout(() => workers.kill(random.unit), random.below(4));
  if (random.below(2) === 0) {
    const options = { want: ["alpha"] as const, signal };
    const found = await settled(pool.backward(x, x, params, options), (error) => error === reason);
    clearTimeout(timer);
    if (found !== undefined && !Object.is(found.dAlpha, dAlpha)) throw new Error("dAlpha differs");
    return found === undefined;
  }
  const found = await settled(pool.forward(x, params, { out, signal }), (error) => error === reason);
  clearTimeout(timer);
  if (found !== undefined) {
    expectSameBits(out, y, () => "y of a call that was not aborted");
    return false;
  }
  // Nobody writes any more, and what was written is right. No y is 0 here.
  const snapshot = copyOf(out);
  await after(2);
  if (firstDifference(out, snapshot) >= 0)
    throw new Error("an aborted call has written after it was settled");
  const written = y.map((value, i) => (snapshot[i] === 0 ? 0 : value));
  expectSameBits(snapshot, written, () => "what an aborted call has written");
  return true;
}

/** A pool's life; returns how many calls were aborted, and how many ended with the pool. */
async function live(
  long: Arrays,
  short: Arrays,
  random: Random,
): Promise<{ aborted: number; ended: number }> {
  const pool = await createSauPool({ threads: 1 + random.below(4) });
  let [aborted, ended] = [0, 0];
  for (let k = 0; k < ABORTS; k++) {
    if (await abortOne(pool, long, random)) aborted++;
    const next = random.below(3) === 0 ? long : short;
    expectSameBits(await pool.forward(next.x, params), next.y, () => "y after an aborted call");
  }
  const isDisposed = (error: unknown): boolean => error instanceof DisposedError;
  const pending = [long, short, long].map(async ({ x, y }) => {
    const found = await settled(pool.forward(x, params), isDisposed);
    if (found === undefined) ended++;
    else expectSameBits(found, y, () => "y of a pool that was disposed of");
  });
  if (random.below(2) === 0) await after(random.below(8));
  await pool.dispose();
  await Promise.all(pending);
  if (workers.alive + workers.ending > 0) throw new Error(`${workers.alive} workers outlive their pool`);
  await settled(pool.forward(short.x, params), isDisposed);
  return { aborted, ended };
}

await part(async (random, { isWhole }) => {
  const [long, short] = [arrays(LONG, random), arrays(SHORT, random)];
  const pools = isWhole ? WHOLE : SOME;
  const totals = { aborted: 0, ended: 0 };
  let holdings: Holdings | undefined;
  for (let k = 0; k < pools; k++) {
    if (k === pools / 2) holdings = await Holdings.now();
    const { aborted, ended } = await live(long, short, random);
    totals.aborted += aborted;
    totals.ended += ended;
    beat(`${k + 1} pools`);
  }
  const growth = await holdings!.growth();
  // Moments that all came too late would have tested nothing.
  if (totals.aborted < pools || totals.ended === 0) throw new Error(`too few: ${JSON.stringify(totals)}`);
  return {
    pools,
    calls: pools * ABORTS,
    ...totals,
    deaths: workers.killed,
    workers: workers.started,
    growth,
  };
});
