import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WasmTier } from "../../ts/tier.js";
import { kernelDeclarations } from "./declarations.js";
import { impurities, readModule, withMemoryImport } from "./sections.js";
import { CARGO_BIN, capture } from "./shell.js";
import { STATIC_DATA_BASE, tierFlags } from "./tiers.js";
import { binaryen, type Toolchain } from "./toolchain.js";

/** The base name of the files that wasm-pack makes. */
const PACKAGE = "kernels";

/** How far above STATIC_DATA_BASE an address still betrays static data. */
const STATIC_DATA_SPAN = 0x10000;

export interface BuildPlace {
  /** The folder of Cargo.toml and crate/. */
  root: string;
  /** The folder with what is being built, a folder a tier. */
  target: string;
}

export interface BuiltTier {
  bytes: Uint8Array;
  /** TypeScript source of the exports' types. */
  declarations: string;
}

/**
 * Builds one tier: wasm-pack compiles and binds, wasm-metadce keeps only what the kernels reach,
 * wasm-opt optimises and strips the rest.
 *
 * @throws {Error} when a step fails or the result is not pure code.
 */
export function buildTier(tier: WasmTier, place: BuildPlace, toolchain: Toolchain): BuiltTier {
  const folder = join(place.target, tier);
  mkdirSync(folder, { recursive: true });
  runWasmPack(tier, folder, place, toolchain);

  const bound = join(folder, "pkg", `${PACKAGE}_bg.wasm`);
  const reachable = join(folder, "reachable.wasm");
  const optimised = join(folder, "optimised.wasm");
  // With the tier's features alone, each step fails on an instruction that the tier does not promise.
  const { binaryenFeatures, wasmOpt } = tierFlags(tier);
  keepKernels(bound, reachable, folder, binaryenFeatures);
  keepPseudoMinimum(reachable, folder, binaryenFeatures);
  binaryen("wasm-opt", [reachable, "-o", optimised, ...binaryenFeatures, ...wasmOpt]);
  const bytes = withMemoryImport(readFileSync(optimised), tier);

  const reasons = [...impurities(bytes, tier), ...impureCode(optimised, binaryenFeatures)];
  if (reasons.length > 0) {
    throw new Error(`The module of tier ${tier} is not pure code:\n  - ${reasons.join("\n  - ")}`);
  }
  const declarations = kernelDeclarations(
    readFileSync(join(folder, "pkg", `${PACKAGE}.d.ts`), "utf8"),
    readFileSync(`${bound}.d.ts`, "utf8"),
  );
  return { bytes, declarations };
}

function runWasmPack(tier: WasmTier, folder: string, place: BuildPlace, toolchain: Toolchain): void {
  const flags = [...tierFlags(tier).rustc, ...pathRemapping(place)];
  const env = {
    ...toolchain.env,
    // Not shared by the tiers: with remapped paths cargo tells no flags apart, and would rebuild each time.
    CARGO_TARGET_DIR: folder,
    // Unlike RUSTFLAGS, this holds paths with spaces. It also overrides RUSTFLAGS and any configuration.
    CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f"),
  };
  const crate = join(place.root, "crate");
  const options = ["--release", "--target", "web", "--out-name", PACKAGE, "--out-dir", join(folder, "pkg")];
  // force: wasm-pack's own check does not know of libraries built with the crate; requireToolchain has checked.
  const steps = ["--mode", "force", "--no-pack", "--no-opt", "--no-gitignore"];
  capture("wasm-pack", ["build", crate, ...options, ...steps, "--", "--locked", ...toolchain.cargoArgs], {
    env,
  });
}

/** Folder names in panic messages and the like must not reach the bytes. */
function pathRemapping(place: BuildPlace): string[] {
  const names: [string, string][] = [
    [place.root, "/sau-simd"],
    [join(CARGO_BIN, ".."), "/cargo"],
  ];
  return names.map(([path, name]) => `--remap-path-prefix=${path}=${name}`);
}

/** Writes the part of `bound` that its kernels reach: wasm-bindgen's own exports and what only they use go. */
function keepKernels(bound: string, reachable: string, folder: string, features: string[]): void {
  const { imports, exports } = readModule(readFileSync(bound));
  const memory = imports.find(({ kind }) => kind === "memory");
  if (memory === undefined) throw new Error(`${bound} imports no memory: was --import-memory lost?`);
  const kernels = exports.filter(({ name, kind }) => kind === "function" && !name.startsWith("__"));
  const roots = [
    { name: "memory", root: true, import: [memory.module, memory.name] },
    ...kernels.map(({ name }) => ({ name: `kernel ${name}`, root: true, export: name })),
  ];
  const graph = join(folder, "roots.json");
  writeFileSync(graph, JSON.stringify(roots));
  binaryen("wasm-metadce", [bound, ...features, "--graph-file", graph, "-o", reachable]);
}

/**
 * Undoes what LLVM does to f32x4.pmin and pmax where relaxed SIMD is on: it emits relaxed_min and relaxed_max,
 * which may lose a NaN that the kernels rely on (with V8 on x64 they do).
 */
function keepPseudoMinimum(file: string, folder: string, features: string[]): void {
  const text = binaryen("wasm-dis", [file, ...features]);
  const exact = text
    .replaceAll("f32x4.relaxed_min", "f32x4.pmin")
    .replaceAll("f32x4.relaxed_max", "f32x4.pmax");
  if (exact === text) return;
  const source = join(folder, "exact.wat");
  writeFileSync(source, exact);
  binaryen("wasm-as", [source, ...features, "-o", file]);
}

/** What the sections cannot show: panics, allocation, and static data that stripping would silently drop. */
function impureCode(file: string, features: string[]): string[] {
  const text = binaryen("wasm-dis", [file, ...features]);
  const reasons: string[] = [];
  if (text.includes("(unreachable)"))
    reasons.push("its code has an unreachable instruction: a panic path is left");
  if (/relaxed_(min|max)/.test(text))
    reasons.push("its code has a relaxed minimum or maximum, which may lose a NaN");
  if (text.includes("memory.grow")) reasons.push("its code grows the memory: an allocator is left");
  const address = [...text.matchAll(/\b\d+\b/g)].map(Number).find(isStaticData);
  if (address !== undefined) {
    reasons.push(
      `its code uses static data (${address - STATIC_DATA_BASE} bytes into the crate's): constants must come from the caller's memory`,
    );
  }
  return reasons;
}

function isStaticData(number: number): boolean {
  return number >= STATIC_DATA_BASE && number < STATIC_DATA_BASE + STATIC_DATA_SPAN;
}
