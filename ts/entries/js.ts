/**
 * sau-simd/js: plain JavaScript alone, with the bits of the simd128 and scalar tiers.
 *
 * The same functions as those of sau-simd; of the tiers there is "js", and that of a `module` that is given.
 *
 * @packageDocumentation
 */
import { type Entry, entryOn } from "./entry.js";

export * from "./common.js";

const entry = /* @__PURE__ */ entryOn(() => {
  throw new Error("sau-simd/js is plain JavaScript alone");
});

/**
 * A SAU of its own memory, in plain JavaScript.
 *
 * Default options: `{ tier: "auto", deterministic: false }`. With "auto" it never rejects for want of a tier.
 *
 * @throws {TierUnavailableError} when another tier than "js" is asked for by name
 * @throws {TypeError} {RangeError} for options that are none
 */
export const createSau: Entry["createSau"] = entry.createSau;

/** As {@link createSau}, at once. */
export const createSauSync: Entry["createSauSync"] = entry.createSauSync;

/** {@link Sau.forward} of a default instance, made at the first call. */
export const forward: Entry["forward"] = entry.forward;

/** {@link Sau.backward} of a default instance, made at the first call. */
export const backward: Entry["backward"] = entry.backward;
