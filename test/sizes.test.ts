/**
 * Promise: what a user loads stays small. gzip's best, as servers send it.
 *
 * Everything that a verb promises, checks and says is in it, and three modules; the sizes of sau-simd/js and of the ES
 * module as it lies in chunks are not promised yet.
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
import { built } from "./support/process.js";

/** Bytes of the main entry with its three modules, in one file. */
const INDEX_BYTES = 25 * 1024;

function gzipped(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}

it(`the CommonJS module, its modules inside, has at most ${INDEX_BYTES} bytes`, () => {
  expect(gzipped(readFileSync(built("index.cjs")))).toBeLessThanOrEqual(INDEX_BYTES);
});

it("forward alone, bundled, has no more", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: 'import { forward } from "sau-simd"; console.log(forward(new Float32Array(1)));',
      resolveDir: ROOT,
    },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  expect(gzipped(outputFiles[0]!.contents)).toBeLessThanOrEqual(INDEX_BYTES);
});
