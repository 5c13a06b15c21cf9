/** Promise: what a user loads stays small. gzip's best, as servers send it. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
import { built } from "./support/process.js";

/** Most bytes of an entry in one file: three modules are in the first, none in the others. */
const MOST_BYTES = { index: 25 * 1024, js: 14 * 1024, init: 14.5 * 1024 };

const entries = Object.entries(MOST_BYTES);

function gzipped(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}

it.each(entries)("%s as a CommonJS module has at most %i bytes", (entry, most) => {
  expect(gzipped(readFileSync(built(`${entry}.cjs`)))).toBeLessThanOrEqual(most);
});

// Not much less than the whole: a verb brings its tiers and its checks.
it.each(entries)("forward alone of %s, bundled, has at most %i", async (entry, most) => {
  const name = entry === "index" ? "sau-simd" : `sau-simd/${entry}`;
  const { outputFiles } = await build({
    stdin: {
      contents: `import { forward } from "${name}"; console.log(forward(new Float32Array(1)));`,
      resolveDir: ROOT,
    },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  expect(gzipped(outputFiles[0]!.contents)).toBeLessThanOrEqual(most);
});
