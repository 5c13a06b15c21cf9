import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { bundle, SOURCE, sourceFile } from "./scripts/worker-source.js";

export default defineConfig({
  plugins: [
    {
      // As tsup does: a .wasm file is its bytes in base64.
      name: "wasm-base64",
      enforce: "pre",
      load(id) {
        if (!id.endsWith(".wasm")) return undefined;
        return `export default ${JSON.stringify(readFileSync(id).toString("base64"))};`;
      },
    },
    {
      // As tsup does: a worker is its program.
      name: "worker-source",
      enforce: "pre",
      resolveId(specifier, importer) {
        if (!specifier.endsWith(SOURCE) || importer === undefined) return undefined;
        return `\0${sourceFile(specifier, importer)}${SOURCE}`;
      },
      async load(id) {
        if (!id.endsWith(SOURCE)) return undefined;
        return `export default ${JSON.stringify(await bundle(id.slice(1, -SOURCE.length)))};`;
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/frameworks/**"], // with packages and configurations of their own
    testTimeout: 240_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
