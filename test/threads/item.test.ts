/** Promise: an item gives the same bits whoever does it, and however often it was begun before. */
import { expect, it } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { ITEM_BYTES } from "../../ts/threads/foreman.js";
import { cases, inWords, poolResultsOf, resultsOf } from "../support/cases.js";
import { manualForeman } from "../support/foremen.js";
import { expectSameBits } from "../support/numbers.js";
import { withinTime } from "../support/pools.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const sau = createSauSync();

it("items of every kind give the bits of a Sau, done twice, by two, and copied by whom it suits", async () => {
  const setting = manualForeman({ workers: 2, fifoBytes: 3 * ITEM_BYTES });
  const { board, pool, workers } = setting;
  const moments = new Random(runSeed, 35);
  let works = true;
  const work = async (): Promise<void> => {
    while (works) {
      const worker = workers[moments.below(2)]!;
      const index = worker.claim();
      if (index === undefined) {
        board.ring();
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      // Another began, and died over it.
      if (moments.below(2) === 0) workers.find((other) => other !== worker)!.compute(index);
      worker.compute(index);
      if (moments.below(2) === 0) worker.runner.copy(board.addressOf(index), worker.workspace.outTile);
      worker.finish(index);
    }
  };
  const working = work();
  for (const call of cases(new Random(runSeed, 36))) {
    const found = await withinTime(poolResultsOf(pool, call), inWords(call));
    const expected = resultsOf(sau, call);
    expect(found.doubles, `${inWords(call)}; ${howToRepeat}`).toEqual(expected.doubles);
    for (const [name, array] of Object.entries(expected.singles)) {
      expectSameBits(found.singles[name]!, array, () => `${name}, ${inWords(call)}; ${howToRepeat}`);
    }
  }
  works = false;
  await working;
});
