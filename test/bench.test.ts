/** Promise: the bench times nothing that is wrong, holds rows to their bars, and says what it was given. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { judge } from "../bench/judge.js";
import { parse, UsageError } from "../bench/options.js";
import { MissingPeer } from "../bench/peers/peer.js";
import { Progress } from "../bench/progress.js";
import { spreadLabels } from "../bench/report/labels.js";
import type { Group, Row } from "../bench/rows.js";
import { atMost, fasterThan } from "../bench/rows.js";
import { runSuite } from "../bench/run.js";
import { SUITE_NAMES, SUITES } from "../bench/suites/index.js";
import { fill } from "../scripts/markers.js";

/** What stands for the peers of the suite of ONNX, where a test needs that. */
const onnx = vi.hoisted(() => ({ openRuntime: vi.fn(), modelMaker: vi.fn() }));
vi.mock("../bench/peers/onnx.js", async (load) => ({
  ...(await load<object>()),
  openRuntime: onnx.openRuntime,
}));
vi.mock("../bench/peers/onnx-model.js", () => ({ modelMaker: onnx.modelMaker }));

const context = { reference: undefined, node: 24 };

/** Runs a suite that has `groups` alone. */
async function results(...groups: Group[]) {
  vi.spyOn(SUITES.call, "groups").mockReturnValue(groups);
  const { groups: found } = await runSuite("call", context, 2, new Progress(), () => {});
  return found.flatMap(({ rows }) => rows);
}

function row(name: string, more: Partial<Row> = {}): Row {
  return { name, elements: 1, check() {}, run() {}, ...more };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("rows", () => {
  it("that are wrong are reported and never timed", async () => {
    const run = vi.fn();
    const check = () => {
      throw new Error("Element 3 is 1, expected 2.");
    };
    const group = { title: "", unit: "ns", rows: [row("wrong", { run, check }), row("right")] };
    const [wrong, right] = await results(group);
    expect(wrong).toEqual({ name: "wrong", wrong: "Element 3 is 1, expected 2." });
    expect(run).not.toHaveBeenCalled();
    expect(right).toHaveProperty("least");
  });

  it("are checked and not timed on request", async () => {
    vi.spyOn(SUITES.call, "groups").mockReturnValue([{ title: "", unit: "ns", rows: [row("right")] }]);
    const { groups } = await runSuite("call", context, 0, new Progress(), () => {});
    expect(groups[0]!.rows).toEqual([{ name: "right", right: true }]);
  });

  it("that cannot run here are listed with the reason", async () => {
    const skipped = [{ name: "relaxed", reason: "this engine has no relaxed SIMD" }];
    const found = await results({ title: "", unit: "ns", rows: [], skipped });
    expect(found).toEqual([{ name: "relaxed", skipped: "this engine has no relaxed SIMD" }]);
  });

  it("that return promises are waited for, and give back what they hold when all are done", async () => {
    let running = 0;
    const run = async () => {
      running++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
    };
    const release = vi.fn(() => expect(running).toBe(0));
    const [slow] = await results({ title: "", unit: "ns", rows: [row("slow", { run })], release });
    expect(slow).toMatchObject({ name: "slow", rounds: 2 });
    expect("least" in slow! && slow.least).toBeGreaterThan(15e6);
    expect(release).toHaveBeenCalledOnce();
  });
});

describe("the suite of ONNX", () => {
  const run = () => runSuite("onnx", context, 0, new Progress(), () => {});

  it("skips what cannot be opened here", async () => {
    onnx.openRuntime.mockRejectedValue(new MissingPeer("onnxruntime-node"));
    const { groups } = await run();
    expect(groups).toHaveLength(2);
    for (const { rows } of groups) {
      expect(rows.map(({ name }) => name)).toEqual(["ONNX Runtime, node", "ONNX Runtime, web"]);
      for (const row of rows) expect(row).toHaveProperty("skipped", expect.stringMatching(/not installed/));
    }
  });

  it("ends with a fault of this package", async () => {
    onnx.openRuntime.mockResolvedValue({ name: "a runtime" });
    // No model: what rewrites it says so.
    onnx.modelMaker.mockResolvedValue({ reluBetween: () => new Uint8Array() });
    await expect(run()).rejects.toThrow("there are no bytes, expected an ONNX model");
  });
});

describe("bars", () => {
  const leasts = (name: string) => ({ copy: 1, relu: 2, slow: 30 })[name];

  it.each([
    ["within a ratio", atMost(1.5, "relu"), 3, true, 1.5],
    ["above it", atMost(1.5, "relu"), 3.1, false, 1.55],
    ["beside the faster of two", atMost(2, "relu", "copy"), 3, false, 3],
    ["faster", fasterThan(10, "slow"), 3, true, 10],
    ["not fast enough", fasterThan(10, "slow"), 4, false, 7.5],
    ["within a time", { time: 5 }, 5, true, 5],
    ["within a time above a row", { time: 5, above: "slow" }, 36, false, 6],
    ["within one of two", { anyOf: [atMost(1.5, "copy"), atMost(1.5, "relu")] }, 3, true, 1.5],
    ["within none of two", { anyOf: [atMost(1.5, "copy"), atMost(1.4, "relu")] }, 3, false, 3],
    ["beside a row that is missing", atMost(1, "relu", "nothing"), 3, undefined, undefined],
  ] as const)("%s", (_, bar, least, within, value) => {
    expect(judge(bar, least, leasts)).toMatchObject({ within, value });
  });
});

describe("the command line", () => {
  it("runs every suite by default, and the named ones in their own order", () => {
    expect(parse([])).toMatchObject({ suites: SUITE_NAMES, nodes: [], json: undefined });
    expect(parse(["peers", "forward"])).toMatchObject({ suites: ["forward", "peers"] });
  });

  it("takes JSON to a file or to standard output", () => {
    expect(parse(["--json", "results.json"])).toMatchObject({ json: "results.json" });
    expect(parse(["--json"])).toMatchObject({ json: "-" });
    expect(parse(["--json", "forward"])).toMatchObject({ json: "-", suites: ["forward"] });
  });

  it.each([
    [["frobnicate"], /"frobnicate".*forward/],
    [["--rounds", "0.5"], /--rounds is "0.5"/],
    [["--node", "latest"], /--node is "latest"/],
    [["--reference", "nowhere"], /--reference is "nowhere".*fin_/],
    [["--frobnicate"], /--frobnicate/],
  ])("names what it was given: %s", (args, message) => {
    expect(() => parse(args)).toThrow(UsageError);
    expect(() => parse(args)).toThrow(message);
  });
});

describe("the report", () => {
  it("fills the places of a document and leaves the rest", () => {
    const document = "before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nafter";
    expect(fill("docs/a.md", "bench", document, { a: "new" })).toBe(
      "before\n<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->\nafter",
    );
    expect(() => fill("docs/a.md", "bench", document, { b: "" })).toThrow(
      "docs/a.md has no <!-- bench:b -->",
    );
  });

  it("moves labels apart, keeps their order, and leaves those alone that have room", () => {
    const ends = [100, 105, 110, 300].map((y) => ({ label: `${y}`, y }));
    const labels = spreadLabels(ends, 400, (y) => y);
    expect(labels.map(({ label }) => label)).toEqual(["100", "105", "110", "300"]);
    expect(labels[3]!.at).toBe(300);
    for (const i of [1, 2, 3]) expect(labels[i]!.at - labels[i - 1]!.at).toBeGreaterThanOrEqual(17);
    expect(labels[1]!.at).toBe(105);
  });
});
