import config from "../../vitest.config.js";

/** The tests that are fast, of what the core promises: a mutant runs those of them that reach it. */
export default {
  ...config,
  test: {
    ...config.test,
    include: [
      "test/batch.test.ts",
      "test/channels.test.ts",
      "test/clamp.test.ts",
      "test/errors.test.ts",
      "test/gradients.test.ts",
      "test/hazards.test.ts",
      "test/options.test.ts",
      "test/special-values.test.ts",
    ],
  },
};
