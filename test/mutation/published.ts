/**
 * The first stage of the core: the bits of every tier and the words of every error are those that are published, as
 * every runtime finds them, and calls with anything give what the slow model of the API holds for right. Ends the
 * process with 1 where something is not so.
 */
import fc from "fast-check";
import * as entry from "../../ts/index.js";
import { callVerbs, MOST_BYTES } from "../fuzz/verbs-target.js";
import golden from "../golden/bits.json" with { type: "json" };
import { run } from "../runtimes/body.js";

/** Runs of calls: the same in every mutant. */
const RUNS = { seed: 2109, numRuns: 100 };

const bytes = fc.uint8Array({ maxLength: MOST_BYTES, size: "max" });
fc.assert(fc.property(bytes, callVerbs), { ...RUNS, endOnFailure: true });

const { failures, errors, hashes } = await run(entry);
const { "relaxed-simd": relaxed, ...exact } = hashes;
const isPublished = errors === golden.errors && Object.values(exact).every((hash) => hash === golden.exact);
if (!isPublished || failures.length > 0) {
  console.error(failures, errors, exact);
  process.exit(1);
}
