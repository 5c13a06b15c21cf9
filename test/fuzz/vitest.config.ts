/** `npm run test:fuzz`: the same tests as `npm test` has, with a million calls unless SAU_FUZZ_CALLS says otherwise. */
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.js";

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/fuzz/**/*.test.ts", "test/bounds/**/*.test.ts"],
    env: { SAU_FUZZ_CALLS: process.env.SAU_FUZZ_CALLS ?? "1000000" },
    testTimeout: 1_200_000,
  },
});
