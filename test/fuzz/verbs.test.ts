/**
 * Promise: whatever a verb is called with, it gives what the slow model holds for right, or throws an error that its
 * docs name; and either way no byte changes that is no output. fast-check makes the calls, and shrinks one that fails.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { callsOf } from "../support/fuzz-budget.js";
import { howToRepeat, runSeed } from "../support/random.js";
import { CALLS_A_RUN, callVerbs, MOST_BYTES, summary } from "./verbs-target.js";

it("the verbs, called with anything", () => {
  const numRuns = Math.ceil(callsOf("verbsChecked") / CALLS_A_RUN);
  const bytes = fc.uint8Array({ maxLength: MOST_BYTES, size: "max" });
  fc.assert(fc.property(bytes, callVerbs), { seed: runSeed, numRuns });
  const { text, refusedShare } = summary();
  console.log(`${text}; ${howToRepeat}`);
  // Enough of either kind.
  expect(refusedShare).toBeGreaterThan(0.1);
  expect(refusedShare).toBeLessThan(0.5);
});
