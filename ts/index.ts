/**
 * sau-simd: the Smooth Activation Unit (arXiv 2109.13210) as a WebAssembly SIMD kernel.
 *
 * `forward` and `backward` work on a default instance, made at the first call; `createSau` makes others.
 *
 * @packageDocumentation
 */
import { type Entry, entryOn } from "./entries/entry.js";
import { inlinedModules } from "./wasm/inlined.js";

export * from "./entries/common.js";

const entry = /* @__PURE__ */ entryOn(inlinedModules);

/**
 * A SAU of its own memory, on the fastest tier that works here, compiled without blocking where the host can.
 *
 * Default options: `{ tier: "auto", deterministic: false }`. With "auto" it never rejects for want of a tier.
 *
 * @throws {TierUnavailableError} when the tier asked for by name cannot run here, with the host's error as its cause
 * @throws {TypeError} {RangeError} for options that are none
 */
export const createSau: Entry["createSau"] = entry.createSau;

/** As {@link createSau}, at once. */
export const createSauSync: Entry["createSauSync"] = entry.createSauSync;

/** {@link Sau.forward} of a default instance, made at the first call. */
export const forward: Entry["forward"] = entry.forward;

/** {@link Sau.backward} of a default instance, made at the first call. */
export const backward: Entry["backward"] = entry.backward;
