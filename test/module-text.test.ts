/** Promise: any bytes come back from the text that they travel as, and the text stays small and plain. */
import { expect, it } from "vitest";
import { WASM_TIERS } from "../ts/tier.js";
import { decode, encode } from "../ts/wasm/text.js";
import { moduleBytes } from "./support/modules.js";
import { Random, runSeed } from "./support/random.js";

it("every byte comes back, alone and beside every other", () => {
  const bytes = Uint8Array.from({ length: 2 * 65536 }, (_, i) => (i & 1 ? i >> 1 : i >> 9));
  expect(decode(encode(bytes))).toEqual(bytes);
  for (let byte = 0; byte < 256; byte++)
    expect(decode(encode(Uint8Array.of(byte)))).toEqual(Uint8Array.of(byte));
  expect(decode(encode(new Uint8Array()))).toEqual(new Uint8Array());
});

it("arrays of any length come back", () => {
  const random = new Random(runSeed, 70);
  for (let k = 0; k < 200; k++) {
    const bytes = Uint8Array.from({ length: random.below(300) }, () => random.below(256));
    expect(decode(encode(bytes))).toEqual(bytes);
  }
});

it.each(WASM_TIERS)("the module of %s comes back", (tier) => {
  const bytes = moduleBytes(tier);
  const text = encode(bytes);
  expect(decode(text)).toEqual(bytes);
  // One byte a character, in every encoding of a file, and no double quotation mark.
  expect(text).toMatch(/^[ !#-|]*$/);
  expect(text.length).toBeLessThan(1.25 * bytes.length);
});
