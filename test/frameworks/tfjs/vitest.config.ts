import { createRequire } from "node:module";
import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../../vitest.config.js";

const oldest = createRequire(join(import.meta.dirname, "oldest", "package.json"));

/** The tests of a version of TensorFlow.js; `alias` leads to it where it is not the one installed here. */
function project(version: string, include: string[], alias: Record<string, string> = {}) {
  return mergeConfig(
    base,
    defineConfig({
      root: import.meta.dirname,
      resolve: { alias },
      test: {
        name: `TensorFlow.js ${version}`,
        include,
        exclude: ["**/node_modules/**"],
        env: { TFJS_VERSION: version },
      },
    }),
  );
}

export default defineConfig({
  test: {
    projects: [
      project("4.22", ["**/*.test.ts"]),
      project(
        "4.0",
        ["gradients", "op", "layer", "errors", "training", "zero-copy", "saved-models", "copies"].map(
          (name) => `${name}.test.ts`,
        ),
        Object.fromEntries(
          ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"].map((name) => [name, oldest.resolve(name)]),
        ),
      ),
    ],
  },
});
