/** What the pages say of TensorFlow.js: examples run as they stand, on the built package; figures are those kept. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type { Run } from "../../../bench/results.js";
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

describe("figures of docs/tensorflow.md", () => {
  const read = (file: string) => readFileSync(join(ROOT, "docs", file), "utf8");
  const page = read("tensorflow.md");
  const runs: Run[] = JSON.parse(read("performance/results.json"));

  /** What was measured of a bar, under each version of Node. */
  function measured(title: string, row: string, bar: string): number[] {
    return runs.map(({ suites }) => {
      const groups = suites.find(({ suite }) => suite === "tfjs")!.groups;
      const rows = groups.filter((group) => group.title.startsWith(title)).flatMap((group) => group.rows);
      const found = rows.find(({ name }) => name === row);
      if (found === undefined || !("bars" in found)) throw new Error(`${title} has no row ${row}`);
      return found.bars!.find((judged) => judged.bar.includes(bar))!.value!;
    });
  }

  it.each([
    ["wasm, forward \\| at least (.+?) times", "forward on the wasm backend", "sau, wasm", "faster"],
    [
      "at most (.+?) times the time of `sau.forward`",
      "forward on the wasm backend",
      "sau, wasm",
      "sau.forward",
    ],
    [
      "wasm, forward and all gradients \\| at least (.+?) times",
      "forward and all gradients on the wasm",
      "sau, wasm",
      "faster",
    ],
    ["cpu, forward \\| at least (.+?) times", "forward on the cpu backend", "sau, cpu", "faster"],
    [
      "cpu, forward and all gradients \\| at least (.+?) times",
      "forward and all gradients on the cpu",
      "sau, cpu",
      "faster",
    ],
    [
      "composed \\| at least (.+?) times",
      "forward and all gradients on the cpu",
      "sau without kernels, cpu",
      "faster",
    ],
    ["takes at most (.+?) times as long with the layer", "a step of training", "the layer Sau", "ReLU"],
  ])("%s", (pattern, title, row, bar) => {
    const promised = Number(page.match(pattern)![1]);
    const values = measured(title, row, bar);
    expect(values).toHaveLength(4);
    if (pattern.includes("at least")) expect(Math.min(...values)).toBeGreaterThanOrEqual(promised);
    else expect(Math.max(...values)).toBeLessThanOrEqual(promised);
  });
});
