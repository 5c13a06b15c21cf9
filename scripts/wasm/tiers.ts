import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WasmTier } from "../../ts/tier.js";

/** The top of the project. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Where the built modules, their types and their provenance are committed. */
export const OUTPUT = join(ROOT, "ts", "wasm");

/** The command that mends whatever the checks of this folder find. */
export const MEND = "npm run build:wasm";

/** The name by which each module is published, without .wasm. */
export const PUBLISHED: Record<WasmTier, string> = {
  "relaxed-simd": "relaxed",
  simd128: "simd",
  scalar: "scalar",
};

/** No module may be larger: it is inlined into the package. */
export const MAX_MODULE_BYTES = 12 * 1024;

/**
 * The one thing a module imports: `memory`, from a module of its tier's name, so that a compiled module
 * tells which tier it is (ts/tiers.ts asks).
 */
export function memoryImport(tier: WasmTier): { module: string; name: string } {
  return { module: tier, name: "memory" };
}

/**
 * The linker puts the crate's static data at this address. A shipped module has no static data,
 * so an address this odd in its code betrays a kernel that reads (or writes) some.
 */
export const STATIC_DATA_BASE = 0x2aab0000;

const FEATURES: Record<WasmTier, { rust: string[]; binaryen: string[] }> = {
  "relaxed-simd": {
    rust: ["+simd128", "+relaxed-simd"],
    binaryen: ["--enable-simd", "--enable-relaxed-simd"],
  },
  simd128: { rust: ["+simd128"], binaryen: ["--enable-simd"] },
  scalar: { rust: [], binaryen: [] },
};

/**
 * Binaryen's optimisations of the finished module. -O3 may reorder and inline, but never changes
 * what a float operation returns: no fast-math here, or the tiers would no longer agree.
 */
const OPTIMISATIONS = ["-O3"];

/** Removes what a module of pure code has no use for: wasm-bindgen's four bytes of data, and custom sections. */
const STRIPPING = ["--remove-memory-init", "--strip-debug", "--strip-producers", "--strip-target-features"];

/** The loops whose trip count the optimiser cannot see are the copies of short tails; unrolled, they add 2,000 bytes. */
const NO_RUNTIME_UNROLLING = "-Cllvm-args=-unroll-runtime=false";

/** The flags that decide a tier's bytes, in a form that is the same on every machine. */
export interface TierFlags {
  rustc: string[];
  binaryenFeatures: string[];
  wasmOpt: string[];
}

/**
 * MVP plus what the tier is named after: a module must not need more of an engine than its tier
 * promises, and without reference types wasm-bindgen adds neither a table nor start-up code.
 */
export function tierFlags(tier: WasmTier): TierFlags {
  const { rust, binaryen } = FEATURES[tier];
  const features = rust.length > 0 ? [`-Ctarget-feature=${rust.join(",")}`] : [];
  const link = ["--import-memory", "--stack-first", "-zstack-size=0", `--global-base=${STATIC_DATA_BASE}`];
  return {
    rustc: [
      "-Ctarget-cpu=mvp",
      NO_RUNTIME_UNROLLING,
      ...features,
      ...link.map((flag) => `-Clink-arg=${flag}`),
    ],
    binaryenFeatures: ["--mvp-features", ...binaryen],
    wasmOpt: [...OPTIMISATIONS, ...STRIPPING],
  };
}

export function moduleFile(tier: WasmTier): string {
  return `${tier}.wasm`;
}
