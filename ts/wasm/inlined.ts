/** The modules as text in this package's code: no file to find, no path to get wrong. */
import type { WasmTier } from "../tier.js";
import type { Modules } from "../tiers.js";
import relaxed from "./relaxed-simd.wasm";
import scalar from "./scalar.wasm";
import simd from "./simd128.wasm";
import { decode } from "./text.js";

const TEXTS: Record<WasmTier, string> = { "relaxed-simd": relaxed, simd128: simd, scalar };

/** A tier's module; decoded here and not when the package is loaded, since most programs need one of three. */
export const inlinedModules: Modules<Uint8Array<ArrayBuffer>> = (tier) => decode(TEXTS[tier]);
