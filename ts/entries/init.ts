/**
 * sau-simd/init: with a module that you bring, for hosts that compile none at run time and bundlers of your own way.
 *
 * The module is one of sau-simd/relaxed.wasm, sau-simd/simd.wasm and sau-simd/scalar.wasm, compiled. The functions
 * are those of sau-simd; before {@link init}, and for another tier than the module's, there is plain JavaScript.
 *
 * @packageDocumentation
 */
import type { WasmTier } from "../tier.js";
import { tierOf } from "../tiers.js";
import { type Entry, entryOn } from "./entry.js";

export * from "./common.js";

/** The module that was brought, and its tier. */
let brought: { readonly tier: WasmTier; readonly module: WebAssembly.Module } | undefined;

const entry = /* @__PURE__ */ entryOn((tier) => {
  if (brought === undefined) throw new Error("sau-simd/init has no module before init()");
  if (brought.tier !== tier) throw new Error("the module that was given to init() is for another tier");
  return brought.module;
});

/**
 * Brings a module. {@link forward} and {@link backward} run on it from now on, and {@link createSau} and
 * {@link createSauSync} where their options have no module of their own. A later call brings another one.
 *
 * @throws {TypeError} for anything but a WebAssembly.Module of one of this package's .wasm files
 * @throws {TierUnavailableError} where the host refuses to run it, with the host's error as its cause. Nothing has
 * changed then.
 */
export function init(module: WebAssembly.Module): void {
  const tier = tierOf(module);
  entry.setDefault(entry.createSauSync({ tier, module }));
  brought = { tier, module };
}

/**
 * A SAU of its own memory, on the tier of the module that was given here or to {@link init}, or "js".
 *
 * Default options: `{ tier: "auto", deterministic: false }`. With "auto" it never rejects for want of a tier.
 *
 * @throws {TierUnavailableError} when the tier asked for by name cannot run here, with the host's error as its cause
 * @throws {TypeError} {RangeError} for options that are none
 */
export const createSau: Entry["createSau"] = entry.createSau;

/** As {@link createSau}, at once. */
export const createSauSync: Entry["createSauSync"] = entry.createSauSync;

/** {@link Sau.forward} of a default instance, that of {@link init}. */
export const forward: Entry["forward"] = entry.forward;

/** {@link Sau.backward} of a default instance, that of {@link init}. */
export const backward: Entry["backward"] = entry.backward;
