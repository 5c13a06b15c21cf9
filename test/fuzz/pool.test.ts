/** Promise: as verbs.test.ts has it, of a pool whose workers do every call, however small. */
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { callsOf } from "../support/fuzz-budget.js";
import { startSharingPool, withinTime } from "../support/pools.js";
import { howToRepeat, runSeed } from "../support/random.js";
import { Choices } from "./choices.js";
import { type Callee, expectSameResults, planCall, type Results, startCall } from "./verbs.js";
import { World } from "./world.js";

const pool = await startSharingPool({ threads: 2, deterministic: true });
const other = createSauSync({ tier: "js" });
const sau = createSauSync({ deterministic: true });
/** The pool's own memory is that of its tensors. */
const shared = new World(pool, other);
const single = new World(sau, other);
afterAll(async () => {
  sau.dispose();
  other.dispose();
  await pool.dispose();
});

let calls = 0;

/** Makes a call on the pool and on a Sau; their results have the same bits. */
async function call(bytes: Uint8Array): Promise<void> {
  const plan = planCall(new Choices(bytes));
  calls++;
  const started = startCall(shared, pool as unknown as Callee, plan);
  const outcome = await withinTime(
    Promise.resolve(started.result).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    "a call of the pool",
  );
  const found = started.check(outcome);
  const alone = startCall(single, sau, plan);
  const expected: Results | undefined = alone.check({ value: alone.result });
  // Views of the shared memory outlive its growth, so that one of the two may rightly be refused.
  if (found !== undefined && expected !== undefined) {
    expectSameResults(found, expected, () => "the pool differs");
  }
}

it("a pool, called with anything", async () => {
  expect(pool.threads).toBe(2);
  const numRuns = callsOf("pool");
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 60, size: "max" }), call), {
    seed: runSeed,
    numRuns,
  });
  console.log(`${calls} calls of a pool; ${howToRepeat}`);
});
