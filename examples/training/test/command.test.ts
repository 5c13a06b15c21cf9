/** Promise: the command does what its help says, goes on where it stopped, and fails with the reason. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { HELP } from "../options.js";
import { readResults } from "../results.js";

const folder = mkdtempSync(join(tmpdir(), "sau-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

const run = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args], { cwd: ROOT, encoding: "utf8" });

it("--quick trains both small networks with each activation; what is done is not done again", () => {
  const results = join(folder, "quick.jsonl");
  const quick = ["--quick", "--data", "digits", "--results", results];
  const first = run(...quick);
  expect(first.stderr).toBe("");
  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(
    /^1\/16 cnn, sau, seed 1: [\d.]+ % of the test images, [\d.]+ ms a step, \d+ (s|min) left$/m,
  );
  const found = readResults(results);
  expect(found).toHaveLength(16);
  expect(new Set(found.map(({ net }) => net))).toEqual(new Set(["cnn", "shufflenet-narrow"]));

  // As if it had been stopped while it wrote the last line.
  const text = readFileSync(results, "utf8");
  writeFileSync(results, text.slice(0, -20));
  const second = run(...quick);
  expect(second.stdout).toContain(`${results} has 15 of 16 runs`);
  expect(second.stdout.match(/ % of the test images/g)).toHaveLength(1);
  expect(readResults(results).map(({ checks }) => checks)).toEqual(found.map(({ checks }) => checks));

  expect(run(...quick).stdout).toBe(`${results} has 16 of 16 runs\n`);
});

it("says what is wrong, and ends with 2 for options and 1 for data and results", () => {
  expect(run("--help").stdout).toBe(`${HELP}\n`);
  const option = run("--net", "vgg");
  expect(option.stderr).toMatch(/^training: --net has "vgg", expected one of cnn, /);
  expect(option.status).toBe(2);
  const data = run("--path", folder, "--results", join(folder, "none.jsonl"));
  expect(data.stderr).toMatch(/^training: .*apt-get install dataset-fashion-mnist/);
  expect(data.status).toBe(1);
  writeFileSync(join(folder, "broken.jsonl"), "x\n");
  const results = run("--results", join(folder, "broken.jsonl"));
  expect(results.stderr).toMatch(/^training: .*broken\.jsonl:1 is no JSON/);
  expect(results.status).toBe(1);
});
