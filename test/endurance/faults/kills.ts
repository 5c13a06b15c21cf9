/**
 * Workers of pools are ended at random moments while calls are under way: 10,000 as a whole, some in CI. Each shard's
 * result counts exactly once: sums, and what is added to, have the bits of a single thread. Every worker is replaced, and
 * nothing leaks.
 */
import { createSauSync, type SauParams } from "sau-simd";
import { createSauPool, type SauPool } from "sau-simd/threads";
import { expectSameBits } from "../../support/numbers.js";
import type { Random } from "../../support/random.js";
import { beat, Holdings, part } from "../part.js";
import { workers } from "../workers.js";

/** Deaths: all of them, and those that CI has time for. */
const [WHOLE, SOME] = [10_000, 200];

/** Threads of the pools, one after the other: as many as cores, and far more. */
const THREADS = [2, 1, 8];

/** Elements: from these on pools share calls, and an uneven rest. */
const LENGTH = 1_600_100;
const CHANNELS = 100;

/** A call on a pool; rejects unless every bit is right. */
type Use = (pool: SauPool) => Promise<void>;

/** Calls of every kind of item: results where they belong at once, over their inputs, added, copied out; sums. */
function usesOf(random: Random): Use[] {
  const [x, dy, start] = [0, 1, 2].map(() => random.array(LENGTH, -3, 3)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const all: readonly SauParams[] = [
    { alpha: 0.3, beta: 1.7 },
    { alpha: random.array(CHANNELS, 0, 1), beta: 1.7, shape: [LENGTH / CHANNELS, CHANNELS], channelAxis: -1 },
  ];
  const sau = createSauSync();
  return all.flatMap((params) => {
    const want = ["dx", "alpha", "beta"] as const;
    const y = sau.forward(x, params);
    const { dx, dAlpha, dBeta } = sau.backward(x, dy, params, { want });
    const added = Float32Array.from(start);
    sau.backward(x, dy, params, { want: ["dx"], out: { dx: added }, accumulate: true });
    const single = (value: unknown): Float32Array =>
      value instanceof Float32Array ? value : Float32Array.of(value as number);
    const same = (found: Float32Array, expected: Float32Array, what: string): void =>
      expectSameBits(found, expected, () => `${what} after ${workers.killed} deaths`);
    const onTensors = (use: (pool: SauPool, a: Float32Array, b: Float32Array) => Promise<void>): Use => {
      return async (pool) => {
        const tensors = [pool.alloc(LENGTH), pool.alloc(LENGTH)] as const;
        const [a, b] = [tensors[0].array, tensors[1].array];
        a.set(x);
        await use(pool, a, b);
        for (const tensor of tensors) tensor.dispose();
      };
    };
    const sums: Use = async (pool) => {
      const found = await pool.backward(x, dy, params, { want });
      same(found.dx, dx, "dx");
      // In double precision, too, where it is a number: no sum is rounded before it is compared.
      if (typeof dAlpha === "number" && !Object.is(found.dAlpha, dAlpha)) throw new Error("dAlpha differs");
      if (!Object.is(found.dBeta, dBeta)) throw new Error("dBeta differs");
      same(single(found.dAlpha), single(dAlpha), "dAlpha");
    };
    return [
      sums,
      onTensors(async (pool, a, b) => same(await pool.forward(a, params, { out: b }), y, "y")),
      onTensors(async (pool, a) => same(await pool.forward(a, params, { out: a }), y, "y in place")),
      onTensors(async (pool, a, b) => {
        b.set(dy);
        const found = await pool.backward(a, b, params, { want, out: { dx: b } });
        same(b, dx, "dx over dy");
        same(single(found.dAlpha), single(dAlpha), "dAlpha");
      }),
      onTensors(async (pool, a, b) => {
        b.set(start);
        await pool.backward(a, dy, params, { want: ["dx"], out: { dx: b }, accumulate: true });
        same(b, added, "dx added to");
      }),
      async (pool) => {
        const own = Float32Array.from(x);
        same(await pool.forward(own, params, { out: own }), y, "y over x");
      },
    ];
  });
}

/** Ends workers at random moments until `until` have been ended in all, while the pool is used. */
async function killWhileUsed(
  pool: SauPool,
  until: number,
  uses: readonly Use[],
  random: Random,
): Promise<number> {
  let calls = 0;
  let timer: NodeJS.Timeout | undefined;
  const killLater = (): void => {
    timer = setTimeout(() => {
      if (workers.killed < until) workers.kill(random.unit);
      killLater();
    }, random.below(4));
  };
  killLater();
  while (workers.killed < until) {
    await random.pick(uses)(pool);
    if (++calls % 10 === 0) beat(`${workers.killed} deaths`);
  }
  clearTimeout(timer);
  for (const use of uses) await use(pool);
  return calls + uses.length;
}

await part(async (random, { isWhole }) => {
  const uses = usesOf(random);
  const deaths = isWhole ? WHOLE : SOME;
  let calls = 0;
  let holdings: Holdings | undefined;
  for (let round = 1; round <= 2 * THREADS.length; round++) {
    const threads = THREADS[round % THREADS.length]!;
    const pool = await createSauPool({ threads });
    calls += await killWhileUsed(pool, Math.ceil((deaths * round) / (2 * THREADS.length)), uses, random);
    await pool.dispose();
    if (workers.alive + workers.ending > 0) throw new Error(`${workers.alive} workers outlive their pool`);
    if (isWhole) console.log(`  ${workers.killed} deaths, ${calls} calls`);
    // With no pool: what live workers have in memory varies by more than what may leak.
    if (round === THREADS.length) holdings = await Holdings.now();
  }
  const growth = await holdings!.growth();
  return { deaths: workers.killed, workers: workers.started, threads: THREADS, calls, growth };
});
