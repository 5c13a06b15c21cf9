/** Promise: a pool of the calling thread works where the host has no Atomics, as Hermes. */
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { built, runModule } from "../support/process.js";

it("does without Atomics where a host has none", () => {
  const [threads, core] = ["threads.js", "index.js"].map((file) =>
    JSON.stringify(pathToFileURL(built(file)).href),
  );
  const found = runModule(
    `delete globalThis.Atomics;
    const { createSauPool } = await import(${threads});
    const { createSauSync } = await import(${core});
    const [pool, sau] = [await createSauPool({ tier: "js" }), createSauSync({ tier: "js" })];
    const x = new Float32Array(1_600_000).fill(-0.5);
    const params = { alpha: 0.3, beta: 2 };
    const resultsOf = async (of) => {
      const { dx, dAlpha } = await of.backward(x, x, params);
      return [...(await of.forward(x, params)).subarray(-2), dx[0], dAlpha];
    };
    console.log(JSON.stringify([pool.threads, await resultsOf(pool), await resultsOf(sau)]));`,
  ) as [number, number[], number[]];
  const [count, results, expected] = found;
  expect(count).toBe(1);
  expect(results).toEqual(expected);
});
