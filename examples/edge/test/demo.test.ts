/** Promise: the demo's command and the README's code do what the README says. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { README } from "./support.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const DEMO = ["--import", "tsx", fileURLToPath(new URL("../main.ts", import.meta.url))];

it("measures, reads digits, stays until it is interrupted; the README's code gets an answer", async () => {
  const demo = spawn(process.execPath, [...DEMO, "--serve"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const lines: string[] = [];
    let url: string | undefined;
    for await (const line of createInterface(demo.stdout)) {
      lines.push(line);
      url = line.match(/^draw a digit at (http\S+)/)?.[1];
      if (url !== undefined) break;
    }
    const output = lines.join("\n");
    expect(output).toMatch(/this Worker +\d+ ms\n +an empty Worker +\d+ ms/);
    expect([...output.matchAll(/^read as (\d)/gm)].map(([, digit]) => digit)).toEqual(["7", "2", "1"]);
    expect(output).toMatch(/median [\d.]+ ms, p99 [\d.]+ ms/);

    const [, code] = README.match(/```js\n([\s\S]*?)```/)!;
    expect(code).toContain("http://127.0.0.1:8787/");
    const program = code.replace("http://127.0.0.1:8787/", url!);
    const asked = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
    });
    expect(asked.stdout).toMatch(/^1 (relaxed-simd|simd128)\n$/);
  } finally {
    const exit = once(demo, "exit");
    demo.kill("SIGINT");
    expect(await exit).toEqual([130, null]); // as a shell says of what was interrupted
  }
});

it("says what an option should have been, and fails", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [...DEMO, ...args], { cwd: ROOT, encoding: "utf8" });
  const port = run("--port", "x");
  expect(port.stderr).toBe('edge example: --port is "x", expected a whole number from 0 to 65535\n');
  expect(port.status).toBe(1);
  expect(run("--nothing").stderr).toMatch(/^edge example: Unknown option '--nothing'/);
});

it("commands of the README exist", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
  expect(named).toContain("example:edge");
  for (const name of named) expect(scripts).toHaveProperty([name]);
});
