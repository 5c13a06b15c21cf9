/** The examples with TensorFlow.js in the README and in docs/ run as they stand, on the built package. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../scripts/wasm/tiers.js";
import { codeBlocks, needsTensorFlow, PAGES } from "../../support/docs.js";
import { manifest } from "../../support/package.js";

/** An example whose imports of this package are of its built files: here, its name means nothing. */
function onBuiltFiles(code: string): string {
  return code.replaceAll(/from "sau-simd(\/[\w/]+)?"/g, (_, entry = "") => {
    const { exports } = manifest as unknown as { exports: Record<string, { import: { default: string } }> };
    const file = join(ROOT, exports[`.${entry}`]!.import.default);
    return `from ${JSON.stringify(pathToFileURL(file).href)}`;
  });
}

const found = PAGES.flatMap((page) =>
  codeBlocks(page, "ts")
    .filter(needsTensorFlow)
    .map((code, i) => [`${page}, example ${i + 1}`, code] as const),
);

describe("examples run", () => {
  it("has some on the page and in the README", () => {
    for (const page of ["README.md", join("docs", "tensorflow.md")]) {
      expect(found.some(([name]) => name.startsWith(page))).toBe(true);
    }
  });

  it.each(found)("%s", (_, code) => {
    const args = ["--input-type=module", "--eval", onBuiltFiles(code)];
    const printed = execFileSync(process.execPath, args, {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: "pipe",
    });
    if (code.includes("registerTraining")) expect(printed).toContain("Conv2DBackpropFilter");
  });
});
