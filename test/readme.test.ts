/**
 * The examples in the README and in docs/ run as they stand, on the built package; and what the README says
 * of commands and bounds is what package.json and the contract say.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
import { examples, needsTensorFlow, PAGES } from "./support/examples.js";

describe("examples in the docs run", () => {
  it("has some in the README", () => expect(examples("README.md").length).toBeGreaterThan(2));

  for (const page of PAGES) {
    for (const [index, code] of examples(page).entries()) {
      if (needsTensorFlow(code)) continue; // run by test/frameworks/tfjs/docs.test.ts
      it(`${page}, example ${index + 1}`, () => {
        // From the project's folder, so that "sau-simd" is the project's own build. The examples need no types.
        execFileSync(process.execPath, ["--input-type=module", "--eval", code], { cwd: ROOT, stdio: "pipe" });
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
