/** A pool of threads beside one, on arrays far beyond the caches. */
import { availableParallelism } from "node:os";
import {
  activations,
  DX_TOLERANCE,
  expectedBackward,
  expectedForward,
  expectNear,
  expectSum,
  LARGE,
  upstream,
  WIDE,
} from "../data.js";
import { fasterThan, type Group, type Row, type Suite } from "../rows.js";
import { createSauSync, entry } from "../shipped.js";
import { Halves } from "../subjects/halves.js";
import { backwardRow, forwardRow, NUMBERS, tensor } from "../subjects/verbs.js";

/** What is used of the package's threads. */
interface Threads {
  createSauPool(options: { threads: number }): Pool | Promise<Pool>;
}

interface Pool {
  forward(x: Float32Array, params: object, options: { out: Float32Array }): Promise<Float32Array>;
  backward(
    x: Float32Array,
    dy: Float32Array,
    params: object,
    options: { out: { dx: Float32Array } },
  ): Promise<{ dx: Float32Array; dAlpha: number; dBeta: number }>;
  alloc(length: number): { readonly array: Float32Array };
  dispose(): unknown;
}

export const threads: Suite = {
  description: "pools of 1, 2, ... threads beside one instance, about 4 million elements on pool tensors",
  async *groups() {
    const threads = await load();
    const title = `N = ${LARGE}, beta = ${WIDE}, arena and pool tensors`;
    if (threads === undefined) {
      const reason = "this package has no sau-simd/threads";
      yield { title, unit: "ns an element", rows: [], skipped: [{ name: "pools", reason }] };
      return;
    }
    yield await group(threads, title);
  },
};

async function load(): Promise<Threads | undefined> {
  const url = entry("./threads");
  return url === undefined ? undefined : await import(url.href);
}

/** Two threads on two cores are held to this speed-up. */
const BAR = 1.8;

/** More than elsewhere: the least time of two threads needs a moment in which both cores are left alone. */
const ROUNDS = 100;

const COUNTS = [1, 2, 4, 8, 16].filter((count) => count <= Math.max(2, availableParallelism()));

async function group({ createSauPool }: Threads, title: string): Promise<Group> {
  const [x, dy] = [activations(LARGE), upstream(LARGE)];
  const y = expectedForward(x, WIDE);
  const expected = expectedBackward(x, dy, WIDE);
  const params = NUMBERS(WIDE);
  const sau = createSauSync();
  const own = [tensor(sau, x), tensor(sau, dy), sau.alloc(LARGE)] as const;
  const [forward, backward] = ["forward, one instance", "backward, one instance"];
  const rows: Row[] = [
    forwardRow(sau, own[0], own[2], params, y, { name: forward }),
    backwardRow(sau, own, params, expected, { name: backward }),
  ];
  const pools: Pool[] = [];
  let halves: Halves | undefined;
  if (availableParallelism() >= 2) {
    const limit = await Halves.start(x, dy, params);
    halves = limit;
    const verbs = [
      ["forward", forward, y, undefined],
      ["backward", backward, expected.dx, DX_TOLERANCE],
    ] as const;
    for (const [verb, against, results, tolerance] of verbs) {
      rows.push({
        name: `${verb}, two halves at once, nothing handed over`,
        elements: LARGE,
        against,
        prepare: () => limit.prepare(),
        run: () => limit.run(verb),
        check() {
          limit.run(verb);
          expectNear(limit.results(), results, tolerance);
        },
      });
    }
  }
  for (const count of COUNTS) {
    const pool = await createSauPool({ threads: count });
    pools.push(pool);
    const tensors = [pool.alloc(LARGE), pool.alloc(LARGE), pool.alloc(LARGE)] as const;
    tensors[0].array.set(x);
    tensors[1].array.set(dy);
    const arrays = () => [tensors[0].array, tensors[1].array, tensors[2].array] as const;
    const runForward = () => pool.forward(tensors[0].array, params, { out: tensors[2].array });
    const runBackward = () =>
      pool.backward(tensors[0].array, tensors[1].array, params, { out: { dx: tensors[2].array } });
    const enough = count === 2 && availableParallelism() >= 2;
    rows.push(
      {
        name: `forward, pool of ${count}`,
        elements: LARGE,
        against: forward,
        bars: enough ? [fasterThan(BAR, forward)] : [],
        run: runForward,
        async check() {
          arrays()[2].fill(NaN);
          await runForward();
          expectNear(arrays()[2], y);
          expectNear(arrays()[2], sau.forward(own[0].array, params, { out: own[2].array }), 0);
        },
      },
      {
        name: `backward, pool of ${count}`,
        elements: LARGE,
        against: backward,
        bars: enough ? [fasterThan(BAR, backward)] : [],
        run: runBackward,
        async check() {
          arrays()[2].fill(NaN);
          const { dAlpha, dBeta } = await runBackward();
          expectNear(arrays()[2], expected.dx, DX_TOLERANCE);
          expectSum("dalpha", dAlpha, expected.dAlpha, LARGE);
          // The same bits whatever the threads.
          const out = { dx: own[2].array };
          const alone = sau.backward(own[0].array, own[1].array, params, { out });
          expectNear([dAlpha, dBeta], [alone.dAlpha, alone.dBeta], 0);
        },
      },
    );
  }
  return {
    title,
    unit: "ns an element",
    rows,
    rounds: ROUNDS,
    async release() {
      await halves?.stop();
      for (const pool of pools) await pool.dispose();
    },
  };
}
