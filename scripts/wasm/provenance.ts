import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { WASM_TIERS, type WasmTier } from "../../ts/tier.js";
import { MEND, moduleFile, OUTPUT, ROOT, type TierFlags, tierFlags } from "./tiers.js";
import type { Compiler } from "./toolchain.js";

const FILE = "provenance.json";

/** What the committed modules were made of and with. */
export interface Provenance {
  compiler: Compiler;
  wasmPack: string;
  wasmBindgen: string;
  binaryen: string;
  flags: Record<WasmTier, TierFlags>;
  sourcesSha256: string;
  modules: Record<WasmTier, ModuleRecord>;
}

export interface ModuleRecord {
  bytes: number;
  sha256: string;
}

/**
 * What is wrong with the modules in `output` as the build of the sources under `root`, one sentence
 * a fault; empty when all is well. Needs no Rust, so that every test run can ask.
 */
export function provenanceFaults(root: string = ROOT, output: string = OUTPUT): string[] {
  const provenance = readProvenance(output);
  if (provenance === undefined) return [`${FILE} is missing. Run: ${MEND}`];
  const faults: string[] = [];
  if (hashSources(root) !== provenance.sourcesSha256) {
    faults.push(`Cargo.toml, Cargo.lock or crate/src changed since the modules were built. Run: ${MEND}`);
  }
  for (const tier of WASM_TIERS) {
    const file = join(output, moduleFile(tier));
    if (!existsSync(file)) {
      faults.push(`${moduleFile(tier)} is missing. Run: ${MEND}`);
    } else if (sha256(readFileSync(file)) !== provenance.modules[tier].sha256) {
      faults.push(`${moduleFile(tier)} is not the module that ${FILE} describes. Run: ${MEND}`);
    }
    if (JSON.stringify(provenance.flags[tier]) !== JSON.stringify(tierFlags(tier))) {
      faults.push(`The flags of tier ${tier} changed since its module was built. Run: ${MEND}`);
    }
  }
  return faults;
}

/** The provenance of the modules in `output`, or undefined when there is none. */
export function readProvenance(output: string = OUTPUT): Provenance | undefined {
  const file = join(output, FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** What the provenance says of a module. */
export function describeModule(bytes: Uint8Array): ModuleRecord {
  return { bytes: bytes.length, sha256: sha256(bytes) };
}

/** The name and text of the file that holds `provenance`. */
export function provenanceFile(provenance: Provenance): [name: string, text: string] {
  return [FILE, `${JSON.stringify(provenance, null, 2)}\n`];
}

/** The files that decide what is built, relative to `root`, sorted. */
export function sourceFiles(root: string = ROOT): string[] {
  const sources = filesUnder(join(root, "crate", "src")).map((file) =>
    relative(root, file).split(sep).join("/"),
  );
  return ["Cargo.lock", "Cargo.toml", "crate/Cargo.toml", ...sources].sort();
}

/** One hash over the paths and contents of {@link sourceFiles}. */
export function hashSources(root: string = ROOT): string {
  const hash = createHash("sha256");
  for (const file of sourceFiles(root)) {
    // A checkout with Windows' line ends has the same sources.
    const contents = readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n");
    hash.update(`${file}\0${contents.length}\0${contents}`);
  }
  return hash.digest("hex");
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
