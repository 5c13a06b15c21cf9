import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // As tsup does: a .wasm file is its bytes.
      name: "wasm-bytes",
      enforce: "pre",
      load(id) {
        if (!id.endsWith(".wasm")) return undefined;
        const base64 = readFileSync(id).toString("base64");
        return `export default Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0));`;
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 240_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
