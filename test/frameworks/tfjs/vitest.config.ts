import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../../vitest.config.js";

export default mergeConfig(
  base,
  defineConfig({ root: import.meta.dirname, test: { include: ["**/*.test.ts"], exclude: ["node_modules"] } }),
);
