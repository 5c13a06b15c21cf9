/** Promise: docs/trust.md names tests that exist, and the figures that are recorded. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
import { PLAUSIBLE_ERRORS } from "./mutants/plausible-errors.js";
import { PUBLIC_ERRORS } from "./mutants/public-errors.js";
import { KIB } from "./support/sizes.js";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const json = (file: string) => JSON.parse(read(file));

const page = read("docs/trust.md");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .slice(1) // the head
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, promise, heldBy, figure]) => ({ promise: promise!, heldBy: heldBy!, figure: figure! }));

const figureOf = (start: string): string => rows.find(({ promise }) => promise.startsWith(start))!.figure;
const count = (number: number): string => number.toLocaleString("en");

describe("every promise is held by something that is there", () => {
  const { scripts } = json("package.json");

  it.each(rows)("$promise", ({ heldBy }) => {
    const names = [...heldBy.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    expect(names).not.toHaveLength(0);
    for (const name of names) {
      const [, script] = name.match(/^npm run ([\w:]+)/) ?? [];
      if (script === undefined) expect(existsSync(join(ROOT, name)), name).toBe(true);
      else expect(scripts, name).toHaveProperty(script);
    }
  });
});

describe("figures are those of the records", () => {
  const { kills, traps, refusals, aborts, commands } = json("docs/trust/faults.json").parts;
  const soak = json("docs/trust/soak.json").parts;
  const fit = read("scripts/fit/README.md");
  const [, m2, m2Relaxed] = fit.match(/^\| M2, pairs .*, all inputs \| ([\d.]+) \| ([\d.]+) \|/m)!;
  const [, slope, slopeRelaxed] = fit.match(/^\| slope, pairs, all inputs \| ([\d.]+) \| ([\d.]+) \|/m)!;
  const faults = PLAUSIBLE_ERRORS.length + PUBLIC_ERRORS.length;
  const matrix = read("docs/runtimes.md").match(/^\| .*`[0-9a-f]{16}`.*$/gm)!;

  it.each([
    ["y within M2", `${m2} at worst (\`relaxed-simd\` ${m2Relaxed})`],
    ["dy/dx within", `${slope} of the bound (\`relaxed-simd\` ${slopeRelaxed})`],
    ["known faults", `${faults} of ${faults}`],
    ["the same in every runtime", `${matrix.length} rows`],
    ["`simd128`, `scalar` and `js`", json("test/golden/bits.json").exact],
    ["after a trap", count(traps.figures.ended)],
    ["a module or a memory", count(refusals.figures.instantiations.refused)],
    ["a module or a memory", count(refusals.figures.growths.refused)],
    ["workers that die", `${count(kills.figures.deaths)} deaths, ${count(kills.figures.calls)} calls`],
    ["calls that are aborted", `${aborts.figures.aborted} aborted of ${aborts.figures.calls}`],
    [
      "the command leaves",
      `${commands.figures.withoutFiles.runs + commands.figures.withoutRoom.limited + commands.figures.withoutRoom.disks} runs`,
    ],
    ["no memory is lost", `${soak.calls.figures.drift / KIB} KiB and ${soak.pool.figures.drift / KIB} KiB`],
  ])("%s: %s", (start, figure) => {
    expect(figureOf(start)).toContain(figure);
  });

  it("no input that was walked has a larger error than the page and the README say", () => {
    for (const { tiers } of json("docs/accuracy/exhaustive.json")) {
      for (const [tier, worstY, worstSlope] of [
        ["simd128", m2, slope],
        ["relaxed-simd", m2Relaxed, slopeRelaxed],
      ] as const) {
        const { y, "dy/dx": dx } = tiers[tier].measures;
        expect(Number(y.worst.toFixed(2))).toBeLessThanOrEqual(Number(worstY));
        expect(Number(dx.worst.toFixed(3))).toBeLessThanOrEqual(Number(worstSlope));
      }
    }
    expect(read("README.md").replaceAll(/\s+/g, " ")).toContain(
      `at most ${m2} and ${m2Relaxed} (\`relaxed-simd\`), and slopes of ${slope} and ${slopeRelaxed} of their bound`,
    );
  });
});
