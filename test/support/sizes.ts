/** What of the package travels to users, and how much it may be: in bytes by gzip's best, as servers send it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { built } from "./process.js";

/** Bytes of a KiB, the unit of every size here and in the docs. */
export const KIB = 1024;

/** Most bytes of an entry as a CommonJS module, and of a program that calls its `forward`: three modules are in the first. */
export const MOST_BYTES = { index: 25 * KIB, js: 14.5 * KIB, init: 14.5 * KIB } as const;

/** Most bytes of a program that calls `forward` and `backward`, whatever bundler made it. */
export const MOST_BUNDLED_BYTES = { index: 25.5 * KIB, js: 14.5 * KIB } as const;

export type SizedEntry = keyof typeof MOST_BYTES;

export const SIZED_ENTRIES = Object.keys(MOST_BYTES) as readonly SizedEntry[];

/** The name by which programs import an entry. */
export function importedName(entry: SizedEntry): string {
  return entry === "index" ? "sau-simd" : `sau-simd/${entry}`;
}

export function gzipped(contents: Uint8Array | string): number {
  return gzipSync(contents, { level: 9 }).length;
}

/** An entry as a CommonJS module: one file. */
export function commonJsBytes(entry: SizedEntry): number {
  return gzipped(readFileSync(built(`${entry}.cjs`)));
}

/** An entry as an ES module: its file and those that it imports, each gzipped. */
export async function moduleBytes(entry: SizedEntry): Promise<number> {
  const { metafile } = await build({
    entryPoints: [built(`${entry}.js`)],
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    // A file may be imported for its effects alone, as browsers load it: `sideEffects` would leave that out.
    ignoreAnnotations: true,
    metafile: true,
    write: false,
  });
  const files = Object.keys(metafile.inputs);
  return files.reduce((sum, file) => sum + gzipped(readFileSync(join(ROOT, file))), 0);
}

/** A program that calls `forward` of an entry and nothing else, by esbuild. */
export async function forwardBytes(entry: SizedEntry): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { forward } from "${importedName(entry)}"; console.log(forward(new Float32Array(1)));`,
      resolveDir: ROOT,
    },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return gzipped(outputFiles[0]!.contents);
}
