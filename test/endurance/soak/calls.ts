/**
 * A million calls of mixed sizes, of all verbs on all tiers: the memory drifts by at most 1 MiB in the second half
 * (drift.ts), no handle is kept, and answers stay right to the bit. Calls that kept five bytes each would be found.
 */
import { createSauSync } from "sau-simd";
import { beat, Holdings, part } from "../part.js";
import { type Call, callsOf, check, tiersHere } from "../verbs.js";
import { Drift } from "./drift.js";
import { Latencies } from "./latency.js";

const CALLS = 1_000_000;

/** Elements, and how often of a hundred thousand calls: one longer than a tile is among them. */
const SIZES = [
  { length: 16, often: 70_000 },
  { length: 256, often: 27_900 },
  { length: 4096, often: 2_060 },
  { length: 120_000, often: 40 },
] as const;

/** Calls of which one is compared with what it gave at first, and calls between two words to the runner. */
const [CHECKED, STEP] = [200, 500];

await part(async (random) => {
  const subjects = tiersHere().map((tier) => {
    const sau = createSauSync({ tier });
    return { sau, sizes: SIZES.map(({ length }) => callsOf(length, sau, random)) };
  });
  const latencies = new Latencies(
    SIZES.map(({ length }) => `${length} elements`),
    2 ** 18,
  );
  const kinds = SIZES.map(({ length }) => `${length} elements`);
  let compared = 0;
  const pickSize = (): number => {
    let rest = random.below(100_000);
    for (const [k, { often }] of SIZES.entries()) {
      rest -= often;
      if (rest < 0) return k;
    }
    return 0;
  };
  const drift = new Drift(CALLS);
  let holdings: Holdings | undefined;
  for (let k = 0; k < CALLS; k++) {
    if (k % STEP === 0) beat(`${k} calls`);
    if (k === CALLS / 2) holdings = await Holdings.now();
    if (k % STEP === 0) await drift.after(k);
    const { sau, sizes } = random.pick(subjects);
    const size = pickSize();
    const call: Call = random.pick(sizes[size]!);
    if (k % CHECKED === 0) {
      check(call, sau, () => `after ${k} calls`);
      compared++;
      continue;
    }
    const start = performance.now();
    call.run(sau);
    latencies.note(kinds[size]!, performance.now() - start);
  }
  await holdings!.growth();
  for (const { sau, sizes } of subjects) {
    for (const call of sizes.flat()) check(call, sau, () => "at the end");
    sau.dispose();
  }
  return {
    calls: CALLS,
    compared,
    tiers: subjects.map(({ sau }) => sau.tier),
    drift: drift.result(),
    tails: latencies.tails(),
  };
});
