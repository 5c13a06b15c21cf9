/**
 * Promise: what docs/command-line.md shows is what happens. Its console blocks run in a shell, one after the other in
 * one folder, and print what stands there; its Python makes the files that they begin with.
 *
 * UPDATE_DOCS=1 npx vitest run test/cli/docs.test.ts writes what they print into the page.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { temporaryFolder, writeArray } from "../support/command.js";
import { built } from "../support/process.js";

const PAGE = join(ROOT, "docs", "command-line.md");
const page = readFileSync(PAGE, "utf8");
const PROMPT = "$ ";
const shape = [2, 3, 16];
const x = Float32Array.from({ length: 96 }, (_, i) => (i - 48) / 12);
const dy = new Float32Array(96).fill(1);

/** A folder with the arrays of the page, and one for the command itself. */
function folders(): { folder: string; path: string } {
  const folder = temporaryFolder();
  const bin = temporaryFolder();
  const command = join(bin, "sau-simd");
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${built("cli.cjs")}' "$@"\n`);
  chmodSync(command, 0o755);
  writeArray(join(folder, "x.npy"), x, shape);
  writeArray(join(folder, "dy.npy"), dy, shape);
  writeFileSync(join(folder, "docs.md"), page);
  return { folder, path: `${bin}${delimiter}${process.env.PATH}` };
}

/** A console block with what its commands print, errors too, and a status that is not 0. */
function run(block: string, cwd: string, path: string): string {
  const lines: string[] = [];
  for (const line of block.split("\n")) {
    if (!line.startsWith(PROMPT)) continue;
    const command = `${line.slice(PROMPT.length)}`;
    const { stdout } = spawnSync("sh", ["-c", `{ ${command}; } 2>&1`], {
      cwd,
      env: { ...process.env, PATH: path },
      encoding: "utf8",
    });
    lines.push(line, ...(stdout === "" ? [] : stdout.trimEnd().split("\n")));
  }
  return `${lines.join("\n")}\n`;
}

it.runIf(process.platform !== "win32")("the commands of the page print what it says", () => {
  const { folder, path } = folders();
  const blocks = /```console\n([\s\S]*?)```/g;
  const found = page.replace(
    blocks,
    (_, block: string) => `\`\`\`console\n${run(block, folder, path)}\`\`\``,
  );
  if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, found);
  else expect(found).toBe(page);
});

const named = process.env.SAU_TEST_PYTHON;
/** Its path does not depend on the folder in which it runs. */
const python = named === undefined ? "python3" : resolve(ROOT, named);
const hasNumpy = spawnSync(python, ["-c", "import numpy"]).status === 0;

it.runIf(hasNumpy || named !== undefined)("its Python makes the same arrays", () => {
  const folder = temporaryFolder();
  const [, program] = page.match(/```python\n([\s\S]*?)```/)!;
  execFileSync(python, ["-c", program!], { cwd: folder });
  const { folder: own } = folders();
  const data = (path: string, name: string) => readFileSync(join(path, name)).subarray(-4 * x.length);
  for (const name of ["x.npy", "dy.npy"]) expect(data(folder, name).equals(data(own, name))).toBe(true);
});
