import { defineConfig } from "tsup";
import { bundle, SOURCE, sourceFile } from "./scripts/worker-source.js";

export default defineConfig({
  entry: { index: "ts/index.ts", threads: "ts/threads/index.ts" },
  format: ["esm", "cjs"],
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } }, // tsup sets baseUrl, which TypeScript 6 deprecates
  clean: true,
  target: "es2022",
  platform: "neutral",
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
});
