/** Promise: what a user loads stays small. */
import { expect, it } from "vitest";
import { commonJsBytes, forwardBytes, MOST_BYTES, SIZED_ENTRIES } from "./support/sizes.js";

const entries = SIZED_ENTRIES.map((entry) => [entry, MOST_BYTES[entry]] as const);

it.each(entries)("%s as a CommonJS module has at most %i bytes", (entry, most) => {
  expect(commonJsBytes(entry)).toBeLessThanOrEqual(most);
});

// Not much less than the whole: a verb brings its tiers and its checks.
it.each(entries)("forward alone of %s, bundled, has at most %i", async (entry, most) => {
  expect(await forwardBytes(entry)).toBeLessThanOrEqual(most);
});
