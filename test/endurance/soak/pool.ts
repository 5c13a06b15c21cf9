/**
 * An hour of a service on one pool: ten requests a second, one after the other without the pauses between them, which is
 * 36,000 calls. Most are small and done at once; one in twenty is for the workers. The memory drifts by at most 1 MiB in the
 * second half (drift.ts), no handle is kept, and answers stay right to the bit.
 *
 * A pool without calls does nothing and holds what it holds: an hour has the calls, not the time.
 */
import { createSauSync, type SauParams } from "sau-simd";
import { createSauPool, type SauPool } from "sau-simd/threads";
import { expectSameBits } from "../../support/numbers.js";
import type { Random } from "../../support/random.js";
import { beat, Holdings, part } from "../part.js";
import { Drift } from "./drift.js";
import { Latencies } from "./latency.js";

const REQUESTS_A_SECOND = 10;
const CALLS = 3600 * REQUESTS_A_SECOND;
/** Two workers, whatever the machine: they are at least asked for. */
const THREADS = 2;

/** Elements of a request for the workers, and of small ones. */
const LONG = 1_600_000;
const SHORT = [64, 1000, 20_000];

/** Of a hundred requests. */
const LONG_OF_HUNDRED = 5;

const params: SauParams = { alpha: 0.3, beta: 1.7 };

/** A kind of request. */
interface Request {
  readonly kind: string;
  run(pool: SauPool): Promise<Float32Array>;
  readonly expected: Float32Array;
}

function requests(length: number, random: Random): Request[] {
  const [x, dy] = [random.array(length, -3, 3), random.array(length, -1, 1)];
  const sau = createSauSync();
  const out = new Float32Array(length);
  const options = { want: ["dx", "alpha"] as const, out: { dx: out, dAlpha: new Float32Array(1) } };
  const { dx, dAlpha } = sau.backward(x, dy, params, { want: ["dx", "alpha"] });
  const gradients = new Float32Array([...dx.subarray(-99), dAlpha as number]);
  return [
    {
      kind: `forward of ${length}`,
      run: (pool) => pool.forward(x, params, { out }),
      expected: sau.forward(x, params),
    },
    {
      kind: `backward of ${length}`,
      run: async (pool) => {
        await pool.backward(x, dy, params, options);
        return new Float32Array([...out.subarray(-99), options.out.dAlpha[0]!]);
      },
      expected: gradients,
    },
  ];
}

await part(async (random) => {
  const long = requests(LONG, random);
  const short = SHORT.flatMap((length) => requests(length, random));
  const latencies = new Latencies(
    [...long, ...short].map(({ kind }) => kind),
    2 ** 14,
  );
  const pool = await createSauPool({ threads: THREADS });
  const drift = new Drift(CALLS);
  let holdings: Holdings | undefined;
  for (let k = 0; k < CALLS; k++) {
    if (k % 500 === 0) beat(`${k} calls`);
    if (k === CALLS / 2) holdings = await Holdings.now();
    await drift.after(k);
    const request = random.pick(random.below(100) < LONG_OF_HUNDRED ? long : short);
    const start = performance.now();
    const found = await request.run(pool);
    latencies.note(request.kind, performance.now() - start);
    if (k % 20 === 0) expectSameBits(found, request.expected, () => `${request.kind} after ${k} calls`);
  }
  await holdings!.growth();
  // All of them, so that nothing that was there before is garbage when the memory is measured.
  for (const request of [...long, ...short]) {
    expectSameBits(await request.run(pool), request.expected, () => `${request.kind} at the end`);
  }
  await pool.dispose();
  return {
    calls: CALLS,
    hours: CALLS / (3600 * REQUESTS_A_SECOND),
    threads: pool.threads,
    report: pool.report,
    tier: pool.tier,
    drift: drift.result(),
    tails: latencies.tails(),
  };
});
