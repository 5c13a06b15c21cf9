/** Promise: as verbs.test.ts has it, for calls that a coverage-guided fuzzer makes. */
import { expect, it } from "vitest";
import { callsOf } from "../support/fuzz-budget.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { fuzz } from "./guided.js";

it("the verbs, called with what coverage leads to", async () => {
  const random = new Random(runSeed, 1);
  const report = await fuzz({
    load: async () => {
      const { CALLS_A_RUN, callVerbs } = await import("./verbs-target.js");
      const inputs = Math.ceil(callsOf("verbsGuided") / CALLS_A_RUN);
      return { target: callVerbs, inputs, corpus: [new Uint8Array(40)] };
    },
    random,
    counts: (url) => /\/ts\/(?!onnx|npy|cli|tfjs|threads)/.test(url),
  });
  const { summary } = await import("./verbs-target.js");
  console.log(`${summary().text}; ${JSON.stringify(report)}; ${howToRepeat}`);
  expect(report.kept).toBeGreaterThan(10);
});
