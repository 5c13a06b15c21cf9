/**
 * Promises of the pool where its workers are a page's: a worker that is ended in the middle of its work is replaced,
 * and every result is right; an abort rejects once no thread writes any more; dispose leaves no worker.
 */
import type { SauPool } from "../../../../ts/threads/index.js";
import type { Entry, Extras } from "../../body.js";

/** Long enough that the workers are at it for some milliseconds. */
const LENGTH = 4_000_000;
const THREADS = 2;
/** The longest that anything may take. */
const PATIENCE_MS = 15_000;
/** Calls to abort. */
const ABORTS = 6;
const params = { alpha: 0.15, beta: 1.7 };

/** Workers, recorded from here on. */
class Recorded {
  readonly all: Worker[] = [];
  /** Those of them that have said something, and so work. */
  readonly ready = new Set<Worker>();

  constructor() {
    const { all, ready } = this;
    globalThis.Worker = class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        all.push(this);
        this.addEventListener("message", () => ready.add(this), { once: true });
      }
    };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Blocks this thread; timers are too coarse for what lasts milliseconds. */
function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Lets a call that was made go as far as it does without an event. */
async function begin(): Promise<void> {
  for (let k = 0; k < 20; k++) await Promise.resolve();
}

function sameBits(found: Float32Array, expected: Float32Array): boolean {
  const [a, b] = [found, expected].map(
    (array) => new Int32Array(array.buffer, array.byteOffset, array.length),
  );
  for (let i = 0; i < a!.length; i++) if (a![i] !== b![i]) return false;
  return found.length === expected.length;
}

/** Values on both sides of 0, most of which need the smooth part. */
function fill(array: Float32Array, step: number): Float32Array {
  for (let i = 0; i < array.length; i++) array[i] = ((i * step) % 601) / 100 - 3;
  return array;
}

/** Whether it becomes so in time. */
async function becomes(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (await holds()) return true;
    await pause(10);
  }
  return false;
}

/** How many workers live: each holds a lock as long as it does. */
async function livingWorkers(): Promise<number> {
  const { held = [] } = await navigator.locks.query();
  return held.filter(({ name, mode }) => name?.startsWith("sau-simd") && mode === "exclusive").length;
}

/** Called for everything that does not hold. */
type Fail = (what: string) => void;

/** Checks a pool with two workers: its calls' results, and what becomes of its workers. */
export async function checkPool(
  entry: Entry,
  createSauPool: NonNullable<Extras["createSauPool"]>,
  fail: Fail,
): Promise<void> {
  const workers = new Recorded();
  const pool = await createSauPool({ threads: THREADS });
  if (pool.threads !== THREADS || workers.all.length !== THREADS) {
    fail(`the pool has ${pool.threads} threads and ${workers.all.length} workers: ${pool.report}`);
    return;
  }
  const sau = entry.createSauSync({ tier: pool.tier });
  const tensors = [7, 11, 13].map((step) => {
    const tensor = pool.alloc(LENGTH);
    fill(tensor.array, step);
    return tensor;
  });
  const [a, b, c] = tensors.map(({ array }) => array) as [Float32Array, Float32Array, Float32Array];
  const [x, dy] = [a.slice(), b.slice()];
  const y = sau.forward(x, params);
  const gradients = sau.backward(x, dy, params);

  /** Calls whose results, each in its way, a death must not spoil. */
  const calls: Record<string, () => Promise<boolean>> = {
    "forward in place": async () => {
      a.set(x);
      return sameBits(await pool.forward(a, params, { out: a }), y);
    },
    "backward in place": async () => {
      a.set(x);
      b.set(dy);
      const { dx, dAlpha, dBeta } = await pool.backward(a, b, params, { out: { dx: b } });
      return dAlpha === gradients.dAlpha && dBeta === gradients.dBeta && sameBits(dx, gradients.dx);
    },
    "backward of other memory": async () => {
      const { dx, dAlpha, dBeta } = await pool.backward(x, dy, params);
      return dAlpha === gradients.dAlpha && dBeta === gradients.dBeta && sameBits(dx, gradients.dx);
    },
  };
  for (const [what, call] of Object.entries(calls)) {
    if (!(await call())) fail(`${what}: other bits than on one thread`);
  }
  await checkDeaths(calls, workers, fail);
  await checkAbort(pool, c, fail);
  if (!(await calls["forward in place"]!())) fail("after an abort: other bits than on one thread");
  await checkDispose(pool, c, entry.DisposedError, fail);
  sau.dispose();
}

/**
 * Ends workers, one or all at once, in the middle of calls of each kind, which go on until every one of them is
 * replaced: Chromium lets a worker that is told to end go on for two seconds.
 */
async function checkDeaths(
  calls: Record<string, () => Promise<boolean>>,
  { all, ready }: Recorded,
  fail: Fail,
): Promise<void> {
  let inTheMiddle = 0;
  for (const [round, [what, call]] of Object.entries(calls).entries()) {
    const crew = all.slice(-THREADS);
    if (!(await becomes(() => crew.every((worker) => ready.has(worker))))) {
      fail(`${what}: a worker that replaces another one does not begin`);
      return;
    }
    const count = round % 2 === 0 ? THREADS : 1;
    const wanted = all.length + count;
    for (const [k, worker] of crew.slice(0, count).entries()) {
      let isPending = true;
      const result = call().finally(() => {
        isPending = false;
      });
      await begin();
      // Not at its very start, and at another moment for each.
      spin(0.5 + k);
      worker.terminate();
      if (isPending) inTheMiddle++;
      if (!(await result)) fail(`${what}, as a worker ends: other bits than on one thread`);
    }
    const end = performance.now() + PATIENCE_MS;
    while (all.length < wanted && performance.now() < end) {
      if (!(await call())) fail(`${what}, after a worker was ended: other bits than on one thread`);
    }
    if (all.length !== wanted) {
      fail(`${what}: of ${count} workers that ended, ${count - (wanted - all.length)} were replaced`);
      return;
    }
  }
  if (inTheMiddle === 0) fail("no worker was ended in the middle of a call");
}

async function checkAbort(pool: SauPool, c: Float32Array, fail: Fail): Promise<void> {
  const before = fill(c, 17).slice();
  const early = new AbortController();
  const refused = pool.forward(c, params, { out: c, signal: early.signal }).catch((error: unknown) => error);
  early.abort("at once");
  if ((await refused) !== "at once") fail(`a call that was aborted at once gave ${await refused}`);
  if (!sameBits(c, before)) fail("a call that was aborted at once wrote something");
  let aborted = 0;
  for (let round = 0; round < ABORTS; round++) {
    const controller = new AbortController();
    const call = pool.backward(c, c, params, { out: { dx: c }, signal: controller.signal }).then(
      () => "done",
      (error: unknown) => error,
    );
    await begin();
    spin(round / 4);
    controller.abort("enough");
    const outcome = await call;
    if (outcome !== "done" && outcome !== "enough") fail(`an aborted call gave ${outcome}`);
    if (outcome === "enough") aborted++;
    const after = c.slice();
    await pause(5);
    if (!sameBits(c, after)) fail("a call that was aborted and has rejected goes on writing");
  }
  if (aborted === 0) fail(`none of ${ABORTS} calls was aborted`);
}

async function checkDispose(
  pool: SauPool,
  c: Float32Array,
  DisposedError: new (subject: string) => Error,
  fail: Fail,
): Promise<void> {
  if (!(await becomes(async () => (await livingWorkers()) === THREADS))) {
    fail(`${await livingWorkers()} workers live before dispose`);
  }
  const call = pool.forward(c, params, { out: c }).catch((error: unknown) => error);
  await pool.dispose();
  const outcome = await call;
  if (!(outcome instanceof DisposedError)) fail(`dispose ended a call with ${outcome}`);
  const left = await livingWorkers();
  if (left !== 0) fail(`${left} workers live after dispose`);
}
