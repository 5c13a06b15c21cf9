/**
 * The examples in the README and in docs/ run as they stand, on the built package; and what the README says
 * of commands and bounds is what package.json and the contract say.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
import { codeBlocks, needsTensorFlow, PAGES, runCode } from "./support/docs.js";

describe("examples in the docs run", () => {
  it("has some in the README", () => expect(codeBlocks("README.md", "ts").length).toBeGreaterThan(2));

  for (const page of PAGES) {
    for (const [index, code] of codeBlocks(page, "ts").entries()) {
      if (needsTensorFlow(code)) continue; // run by test/frameworks/tfjs/docs.test.ts
      it(`${page}, example ${index + 1}`, () => {
        // From the project's folder, so that "sau-simd" is the project's own build. The examples need no types.
        runCode(code, ROOT);
      });
    }
  }
});

describe("the README's commands", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

  it("exist", () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    for (const name of named) expect(scripts, `npm run ${name}`).toHaveProperty(name!);
  });
});
