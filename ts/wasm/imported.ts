/**
 * The modules as imports, which bundlers for hosts that compile nothing at run time have the host compile beforehand
 * ("?module" is what Cloudflare's, Vercel's and unwasm's agree on). They lie beside the built entry.
 */
import relaxed from "./relaxed.wasm?module";
import scalar from "./scalar.wasm?module";
import simd from "./simd.wasm?module";
import type { WasmTier } from "../tier.js";
import type { Modules } from "../tiers.js";

const MODULES: Record<WasmTier, WebAssembly.Module> = { "relaxed-simd": relaxed, simd128: simd, scalar };

export const importedModules: Modules<WebAssembly.Module> = (tier) => MODULES[tier];
