/** test/golden/bits.json: the published hashes, that every tier, engine and way must find. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";

const FILE = join(ROOT, "test", "golden", "bits.json");

/** Hashes of the battery (battery.ts), and of the errors' words (test/runtimes/body.ts). */
export interface Published {
  /** Of the tiers that give the same bits on every engine. */
  readonly exact: string;
  /** Of relaxed-simd, by engine, on processors with fused multiply-add. Without it the hash is the exact one. */
  readonly "relaxed-simd": Readonly<Record<string, string>>;
  readonly errors: string;
}

export function published(): Published {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

export function writePublished(hashes: Published): void {
  writeFileSync(FILE, `${JSON.stringify(hashes, undefined, 2)}\n`);
}
