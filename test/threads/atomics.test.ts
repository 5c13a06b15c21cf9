/** Promise: a pool of the calling thread works where the host has no Atomics, as Hermes. */
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { built, runModule } from "../support/process.js";

it("does without Atomics where a host has none", () => {
  const url = JSON.stringify(pathToFileURL(built("threads.js")).href);
  const found = runModule(
    `const { Atomics } = globalThis;
    delete globalThis.Atomics;
    const { createSauPool } = await import(${url});
    const pool = await createSauPool({ tier: "js" });
    const x = new Float32Array(2_000_000).fill(-0.5);
    const [y, { dAlpha }] = [await pool.forward(x), await pool.backward(x, x, { beta: 2 })];
    globalThis.Atomics = Atomics;
    const same = await createSauPool({ tier: "js" });
    const [z, { dAlpha: again }] = [await same.forward(x), await same.backward(x, x, { beta: 2 })];
    console.log(JSON.stringify([pool.threads, y[0], y[1_999_999], dAlpha, z[0], again]));`,
  ) as number[];
  const [threads, first, last, dAlpha, expected, again] = found;
  expect([threads, first, last, dAlpha]).toEqual([1, expected, expected, again]);
});
