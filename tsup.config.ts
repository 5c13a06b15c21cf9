import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "ts/index.ts" },
  format: ["esm", "cjs"],
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } }, // tsup sets baseUrl, which TypeScript 6 deprecates
  clean: true,
  target: "es2022",
  platform: "neutral",
  treeshake: true,
  minify: true,
  sourcemap: false,
  // The modules travel inside the bundle: no file to find, no path to get wrong.
  loader: { ".wasm": "binary" },
});
