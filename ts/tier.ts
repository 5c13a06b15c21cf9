/** The tiers by name: every list of them is made from these. */

/** The tiers, fastest first. */
export const TIERS = ["relaxed-simd", "simd128", "scalar", "js"] as const;

/** A way of running the kernels: WebAssembly with relaxed SIMD (fused multiply-add), with SIMD, without, or none. */
export type Tier = (typeof TIERS)[number];

/** A tier of WebAssembly. */
export type WasmTier = Exclude<Tier, "js">;

/** The tiers that are modules, fastest first. */
export const WASM_TIERS: readonly WasmTier[] = TIERS.filter((tier) => tier !== "js");
