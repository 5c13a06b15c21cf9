/** Promise: what is done is kept, whatever stops the program; and what is reported follows from it. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { OptionError } from "../command-line.js";
import { ACTIVATION_NAMES, type ActivationName } from "../nets/activations.js";
import { readOptions } from "../options.js";
import { compare, pointsMore } from "../report/comparison.js";
import { compareAll, parts } from "../report/parts.js";
import { deviation, difference, mean } from "../report/statistics.js";
import {
  appendResult,
  checkBackend,
  openResults,
  type Recorded,
  ResultsError,
  readResults,
} from "../results.js";
import { defaultSchedule, keyOf } from "../settings.js";

const folder = mkdtempSync(join(tmpdir(), "sau-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

function result(activation: ActivationName, seed: number, testAccuracy: number): Recorded {
  return {
    data: "fashion-mnist",
    net: "cnn",
    schedule: defaultSchedule("fashion-mnist", "cnn"),
    activation,
    seed,
    parameters: 1,
    checks: [{ step: 1, trainLoss: 1, testLoss: 1, testAccuracy }],
    stepMilliseconds: 1,
    alphas: [],
    on: { node: "v20", tfjs: "4", backend: "wasm", processor: "one" },
  };
}

const onCpu = (one: Recorded): Recorded => ({ ...one, on: { ...one.on, backend: "cpu" } });

describe("a file of results", () => {
  it("has no results when it is made, then those appended; of a run that is there twice the last", () => {
    const file = join(folder, "a.jsonl");
    openResults(file);
    expect(readResults(file)).toEqual([]);
    appendResult(file, result("relu", 1, 0.5));
    appendResult(file, result("sau", 1, 0.6));
    appendResult(file, result("relu", 1, 0.7));
    const expected = [result("relu", 1, 0.7), result("sau", 1, 0.6)];
    expect(readResults(file)).toEqual(expected);
    openResults(file);
    expect(readResults(file)).toEqual(expected);
  });

  it("is not there, or cannot be written: says which", () => {
    const missing = join(folder, "missing.jsonl");
    expect(() => readResults(missing)).toThrow(ResultsError);
    expect(() => readResults(missing)).toThrow(`${missing} cannot be read (ENOENT)`);
    const nowhere = join(folder, "nowhere", "a.jsonl");
    expect(() => openResults(nowhere)).toThrow(ResultsError);
    expect(() => openResults(nowhere)).toThrow(`${nowhere} cannot be written (ENOENT)`);
  });

  it("is of one backend", () => {
    const results = [result("relu", 1, 0.5), onCpu(result("sau", 1, 0.5))];
    expect(() => checkBackend(results, "wasm", "a.jsonl")).toThrow(ResultsError);
    expect(() => checkBackend(results, "wasm", "a.jsonl")).toThrow(
      "a.jsonl has results of the cpu backend, expected wasm",
    );
    expect(() => checkBackend(results.slice(1), "cpu", "a.jsonl")).not.toThrow();
  });

  it("is read without a line that was cut off, and goes on in its place", () => {
    const file = join(folder, "b.jsonl");
    appendResult(file, result("relu", 1, 0.5));
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, whole.slice(0, 40));
    expect(readResults(file)).toEqual([result("relu", 1, 0.5)]);
    appendResult(file, result("relu", 2, 0.5));
    expect(readResults(file)).toEqual([result("relu", 1, 0.5), result("relu", 2, 0.5)]);
  });

  it.each(["{", "null", "[]", '{"data":"digits"}', JSON.stringify({ ...result("sau", 1, 0.5), on: {} })])(
    "with the line %s is refused, naming it",
    (line) => {
      const file = join(folder, "c.jsonl");
      writeFileSync(file, `${JSON.stringify(result("relu", 1, 0.5))}\n${line}\n`);
      expect(() => readResults(file)).toThrow(ResultsError);
      expect(() => readResults(file)).toThrow("c.jsonl:2 ");
    },
  );
});

describe("options", () => {
  it("ask for every activation with five seeds, seed by seed", () => {
    const { runs } = readOptions([]);
    expect(runs.map(({ activation }) => activation).slice(0, 8)).toEqual(ACTIVATION_NAMES);
    expect(new Set(runs.map(keyOf)).size).toBe(40);
  });

  it("take ranges of seeds, once each", () => {
    const { runs } = readOptions(["--seeds", "2-4,3,9", "--activations", "sau"]);
    expect(runs.map(({ seed }) => seed)).toEqual([2, 3, 4, 9]);
  });

  it("take an activation once, however often it is named", () => {
    const { runs } = readOptions(["--seeds", "1", "--activations", "sau,relu,sau"]);
    expect(runs.map(({ activation }) => activation)).toEqual(["sau", "relu"]);
  });

  it.each(["sau", "sau-beta-1"])("save the cnn with %s", (activation) => {
    const args = ["--seeds", "1", "--activations", activation, "--save", "x"];
    expect(readOptions(args).save).toBe("x");
  });

  it.each([
    [["--net", "vgg"], '--net has "vgg", expected one of cnn'],
    [["--data", "mnist"], '--data has "mnist"'],
    [["--activations", "sau,tanh"], '--activations has "tanh"'],
    [["--seeds", "3-1"], '--seeds is "3-1"'],
    [["--seeds", ""], '--seeds is ""'],
    [["--batch", "1.5"], '--batch is "1.5", expected a whole number above 0'],
    [["--rate", "0"], '--rate is "0"'],
    [["--images", "10", "--batch", "20"], "--batch is 20, expected at most the 10 images"],
    [["--images", "64", "--epochs", "0.1"], "are 0 steps, expected at least the 6 of --checks"],
    [["--save", "x"], "--save was given with 40 runs, expected one"],
    [
      ["--save", "x", "--seeds", "1", "--activations", "relu"],
      "--save was given with cnn and relu, expected cnn with sau or sau-beta-1",
    ],
    [
      ["--save", "x", "--seeds", "1", "--activations", "sau", "--net", "shufflenet-narrow"],
      "--save was given with shufflenet-narrow and sau, expected cnn",
    ],
    [["--nothing"], "--help lists the options"],
  ])("%j are refused", (args, message) => {
    expect(() => readOptions(args)).toThrow(OptionError);
    expect(() => readOptions(args)).toThrow(message);
  });
});

describe("statistics", () => {
  it("are those of a textbook's table", () => {
    expect(mean([1, 2, 3, 6])).toBe(3);
    expect(deviation([1, 2, 3, 6])).toBeCloseTo(Math.sqrt(14 / 3), 12);
    // t(0.975) with 4 degrees of freedom is 2.776.
    const { pairs, mean: middle, low, high } = difference([1, 2, 3, 4, 5]);
    expect([pairs, middle]).toEqual([5, 3]);
    expect(high - 3).toBeCloseTo((2.776445 * Math.sqrt(2.5)) / Math.sqrt(5), 5);
    expect(3 - low).toBeCloseTo(high - 3, 12);
    expect(difference([1]).low).toBeNaN();
  });

  it("of differences pair the runs of the same seed", () => {
    const results = [
      result("relu", 1, 0.5),
      result("relu", 2, 0.7),
      result("sau", 2, 0.71),
      result("sau", 1, 0.52),
      result("sau", 3, 0.9),
    ];
    const found = pointsMore(compare(results, "fashion-mnist", "cnn")!, "sau", "relu")!;
    expect(found.pairs).toBe(2);
    expect(found.mean).toBeCloseTo(1.5, 9);
  });

  it("are not made of runs that were trained in different ways", () => {
    const other = { ...result("sau", 1, 0.5), schedule: { ...result("sau", 1, 0.5).schedule, rate: 0.5 } };
    for (const second of [other, onCpu(result("sau", 1, 0.5))])
      expect(() => compare([result("relu", 1, 0.5), second], "fashion-mnist", "cnn")).toThrow(ResultsError);
  });
});

describe("docs/training.md", () => {
  const docs = new URL("../../../docs/", import.meta.url);
  const results = readResults(new URL("training/results.jsonl", docs).pathname);

  it("has five seeds of every activation on the CNN", () => {
    const cnn = compareAll(results)[0];
    expect([...cnn.runs.keys()]).toEqual(ACTIVATION_NAMES);
    for (const list of cnn.runs.values()) expect(list.length).toBeGreaterThanOrEqual(5);
  });

  const trials = readResults(new URL("training/trials.jsonl", docs).pathname);

  it("has the learning rate of each network, and others, tried with a seed that is not compared", () => {
    for (const { net, schedule, runs } of compareAll(results)) {
      const tried = trials.filter((trial) => trial.net === net);
      expect(tried.map((trial) => trial.schedule.rate)).toContain(schedule.rate);
      expect(tried.length).toBeGreaterThanOrEqual(3);
      const compared = [...runs.values()].flat().map(({ seed }) => seed);
      for (const { seed } of tried) expect(compared).not.toContain(seed);
    }
  });

  it("is what npm run training:report makes of the results", () => {
    const text = readFileSync(new URL("training.md", docs), "utf8");
    for (const [name, part] of Object.entries(parts(compareAll(results), trials))) {
      expect(text).toContain(`<!-- training:${name} -->\n\n${part}\n\n<!-- /training:${name} -->`);
    }
  });
});
