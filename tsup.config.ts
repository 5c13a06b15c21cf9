import { defineConfig, type Options } from "tsup";
import { licences } from "./scripts/licences.js";
import { bundle, SOURCE, sourceFile } from "./scripts/worker-source.js";

const shared = {
  target: "es2022",
  external: [/^node:/],
  removeNodeProtocol: false,
  treeshake: true,
  minify: true,
  sourcemap: false,
  // The modules travel inside the bundle, as text that is decoded when a tier is tried: no file to find, no
  // path to get wrong.
  loader: { ".wasm": "base64" },
  esbuildPlugins: [
    {
      name: "worker-source",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /\?source$/ }, ({ path, importer }) => ({
          path: sourceFile(path, importer),
          namespace: SOURCE,
        }));
        onLoad({ filter: /.*/, namespace: SOURCE }, async ({ path }) => ({
          contents: await bundle(path),
          loader: "text",
        }));
      },
    },
  ],
} satisfies Options;

export default defineConfig([
  {
    ...shared,
    entry: {
      index: "ts/index.ts",
      threads: "ts/threads/index.ts",
      tfjs: "ts/tfjs/index.ts",
      "tfjs-training": "ts/tfjs/training/index.ts",
    },
    format: ["esm", "cjs"],
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } }, // tsup sets baseUrl, which TypeScript 6 deprecates
    platform: "neutral",
  },
  {
    ...shared,
    entry: { onnx: "ts/onnx/index.ts" },
    format: ["esm", "cjs"],
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
    platform: "neutral",
    esbuildPlugins: [...shared.esbuildPlugins, licences("dist/onnx.licences.txt")],
  },
  {
    ...shared,
    entry: { cli: "ts/cli/main.ts" },
    format: "cjs", // bundled packages call require
    clean: ["cli.*"],
    platform: "node",
    esbuildPlugins: [...shared.esbuildPlugins, licences("dist/cli.licences.txt")],
  },
]);
