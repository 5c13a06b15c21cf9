/** Promise: the command does what its help says, goes on where it stopped, and fails with the reason. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { HELP } from "../options.js";
import { readResults } from "../results.js";

const folder = mkdtempSync(join(tmpdir(), "sau-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs a program of this folder. */
const runner = (program: string) => {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  return (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", path, ...args], { cwd: ROOT, encoding: "utf8" });
};
const run = runner("main.ts");
const report = runner("report/main.ts");

/** A step of one run. */
const SHORT = ["--data", "digits", "--activations", "sau", "--seeds", "1"].concat(
  ...["images", "batch"].map((name) => [`--${name}`, "16"]),
  ...["epochs", "checks"].map((name) => [`--${name}`, "1"]),
);

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

describe("results", () => {
  it("of another backend are refused, and left as they are", () => {
    const results = join(folder, "backends.jsonl");
    expect(run(...SHORT, "--results", results).status).toBe(0);
    const text = readFileSync(results, "utf8");
    const other = run(...SHORT, "--results", results, "--backend", "cpu");
    expect(other.stderr).toContain("backends.jsonl has results of the wasm backend, expected cpu");
    expect(other.status).toBe(1);
    expect(readFileSync(results, "utf8")).toBe(text);
  });

  it("that cannot be written are found before anything is trained", () => {
    const { stdout, stderr, status } = run(...SHORT, "--results", join(folder, "nowhere", "a.jsonl"));
    expect(stderr).toMatch(/^training: .*a\.jsonl cannot be written \(ENOENT\)/);
    expect([stdout, status]).toEqual(["", 1]);
  });
});

describe("--save", () => {
  it("writes the network in every format, and its result", () => {
    const [results, save] = [join(folder, "saved.jsonl"), join(folder, "new", "model")];
    expect(run(...SHORT, "--results", results, "--save", save).stderr).toBe("");
    expect(readdirSync(save).sort()).toEqual(["model.json", "model.onnx", "predictions.json", "weights.bin"]);
    expect(readResults(results)).toHaveLength(1);
  });

  it("to a folder that cannot be made is refused before anything is trained", () => {
    const [results, file] = [join(folder, "none-saved.jsonl"), join(folder, "file")];
    writeFileSync(file, "");
    const { stderr, status } = run(...SHORT, "--results", results, "--save", join(file, "model"));
    expect(stderr).toMatch(/^training: the folder .*file\/model cannot be made \(ENOTDIR\)/);
    expect(status).toBe(1);
    expect(readResults(results)).toEqual([]);
  });

  it("keeps the result where the network cannot be written", () => {
    const [results, save] = [join(folder, "half.jsonl"), join(folder, "half")];
    mkdirSync(join(save, "model.onnx"), { recursive: true });
    const { stderr, status } = run(...SHORT, "--results", results, "--save", save);
    expect(stderr).toContain("EISDIR");
    expect(status).not.toBe(0);
    expect(readResults(results)).toHaveLength(1);
  });
});

describe("the report", () => {
  const kept = () => readFileSync(new URL("../../../docs/training/results.jsonl", import.meta.url), "utf8");

  it("says what it cannot use, and leaves the results that are kept", () => {
    const before = kept();
    const missing = report(join(folder, "missing.jsonl"));
    expect(missing.stderr).toMatch(/^training report: .*missing\.jsonl cannot be read \(ENOENT\)/);
    expect(missing.status).toBe(1);
    const option = report("--result", "x.jsonl");
    expect(option.stderr).toMatch(/^training report: Unknown option '--result'; --help lists the options/);
    expect(option.status).toBe(2);
    expect(kept()).toBe(before);
  });
});
