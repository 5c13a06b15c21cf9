/**
 * Builds the WebAssembly modules of crate/ and commits them to ts/wasm/, or checks those that are there.
 *
 * Of each tier's module wasm-pack makes, only the kernels are kept (scripts/wasm/build.ts). With them go
 * provenance.json, which says what they were made of and with, and kernels.ts, the types of their exports
 * with the names and docs that the Rust sources give them.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { WASM_TIERS, type WasmTier } from "../ts/tier.js";
import { type BuildPlace, buildTier } from "./wasm/build.js";
import {
  describeModule,
  hashSources,
  type ModuleRecord,
  provenanceFaults,
  provenanceFile,
  readProvenance,
  sourceFiles,
} from "./wasm/provenance.js";
import { MEND, moduleFile, OUTPUT, ROOT, type TierFlags, tierFlags } from "./wasm/tiers.js";
import {
  binaryenVersion,
  installedVersion,
  lockedWasmBindgen,
  requireToolchain,
  type Toolchain,
} from "./wasm/toolchain.js";

const HELP = `Usage: npm run build:wasm [-- --check | --help]

Builds ts/wasm/{${WASM_TIERS.join(",")}}.wasm from crate/, with their types and provenance.

  --check  builds in a temporary folder instead and compares with what is in ts/wasm/;
           with another compiler than the recorded one, compares only the recorded hashes
  --help   prints this

What the build needs is installed by: npm run setup:rust`;

/** Name and contents of every file that the build puts into ts/wasm/. */
type Files = Map<string, Uint8Array>;

function main(): void {
  const { values } = parseArgs({
    options: { check: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.check) {
    check();
    return;
  }
  const files = buildAll({ root: ROOT, target: join(ROOT, "target", "wasm") }, announced(requireToolchain()));
  mkdirSync(OUTPUT, { recursive: true });
  for (const [name, contents] of files) writeFileSync(join(OUTPUT, name), contents);
  console.log(`Wrote ${[...files.keys()].join(", ")} to ts/wasm/.`);
}

function check(): void {
  failIfAny(provenanceFaults()); // a rebuild would only say it again, later
  const recorded = readProvenance()?.compiler;
  const toolchain = announced(requireToolchain());
  if (JSON.stringify(toolchain.compiler) === JSON.stringify(recorded)) {
    failIfAny(differences(buildElsewhere(toolchain)));
    console.log("The modules are, byte for byte, what their sources build.");
  } else {
    console.log(`The modules were built with ${recorded?.rustc}, ${recorded?.linker}, ${recorded?.host};`);
    console.log(
      "another compiler's bytes may differ, so only the hashes of sources and modules were compared. They match.",
    );
  }
}

function failIfAny(faults: string[]): void {
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

function announced(toolchain: Toolchain): Toolchain {
  console.log(`Building with ${toolchain.name}: ${toolchain.compiler.rustc}`);
  return toolchain;
}

function buildAll(place: BuildPlace, toolchain: Toolchain): Files {
  const files: Files = new Map();
  const flags = {} as Record<WasmTier, TierFlags>;
  const modules = {} as Record<WasmTier, ModuleRecord>;
  for (const tier of WASM_TIERS) {
    const start = performance.now();
    const { bytes, declarations } = buildTier(tier, place, toolchain);
    console.log(
      `${moduleFile(tier)}: ${bytes.length} bytes (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
    files.set(moduleFile(tier), bytes);
    addDeclarations(files, declarations, tier);
    flags[tier] = tierFlags(tier);
    modules[tier] = describeModule(bytes);
  }
  const [name, text] = provenanceFile({
    compiler: toolchain.compiler,
    wasmPack: installedVersion("wasm-pack") ?? "unknown",
    wasmBindgen: lockedWasmBindgen(place.root),
    binaryen: binaryenVersion(),
    flags,
    sourcesSha256: hashSources(place.root),
    modules,
  });
  return files.set(name, Buffer.from(text));
}

/** All tiers share one file of types, so all must export the same kernels. */
function addDeclarations(files: Files, declarations: string, tier: WasmTier): void {
  const before = files.get("kernels.ts");
  if (before !== undefined && Buffer.from(before).toString() !== declarations) {
    throw new Error(`The tier ${tier} does not export the same kernels as ${WASM_TIERS[0]}.`);
  }
  files.set("kernels.ts", Buffer.from(declarations));
}

/** Builds from a copy of the sources, with nothing built before, under a path that differs each time. */
function buildElsewhere(toolchain: Toolchain): Files {
  const root = mkdtempSync(join(tmpdir(), "sau-simd-check-"));
  try {
    for (const file of sourceFiles()) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      cpSync(join(ROOT, file), join(root, file));
    }
    return buildAll({ root, target: join(root, "target") }, toolchain);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** How the files in ts/wasm/ differ from those just built. */
function differences(built: Files): string[] {
  return [...built]
    .filter(([name, contents]) => {
      const committed = join(OUTPUT, name);
      return !existsSync(committed) || Buffer.compare(readFileSync(committed), contents) !== 0;
    })
    .map(([name]) => `ts/wasm/${name} differs from what its sources build. Run: ${MEND}`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
