/** As imported.ts, without relaxed SIMD: a host that does not know it would refuse the whole program. */
import type { Modules } from "../tiers.js";
import scalar from "./scalar.wasm?module";
import simd from "./simd.wasm?module";

export const importedWithoutRelaxed: Modules<WebAssembly.Module> = (tier) => {
  if (tier !== "relaxed-simd") return tier === "simd128" ? simd : scalar;
  throw new Error("left out where every module is compiled beforehand, since this host may refuse it");
};
