/** Promise: docs/trust.md names tests that exist, and the figures that are recorded. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
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
  const matrix = read("docs/runtimes.md").match(/^\| .*`[0-9a-f]{16}`.*$/gm)!;

  it.each([
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
});
