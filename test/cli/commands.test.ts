/**
 * Promise: what a command prints, and where, is what it computes. In one process, on small arrays: results.test.ts runs the
 * built command on large ones, failures.test.ts where it fails.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { backward } from "../../ts/cli/backward.js";
import { FileError, UsageError } from "../../ts/cli/errors.js";
import { forward } from "../../ts/cli/forward.js";
import { info } from "../../ts/cli/info.js";
import { onnx } from "../../ts/cli/onnx.js";
import { type Command, parseCommand } from "../../ts/cli/options.js";
import { createSauSync } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import { replaceActivations } from "../../ts/onnx/index.js";
import { Pool } from "../../ts/threads/pool.js";
import { TIERS, type Tier } from "../../ts/tier.js";
import {
  dtype,
  header,
  isNodesWarning,
  onTerminal,
  parseArray,
  readArray,
  temporaryFolder,
  writeArray,
} from "../support/command.js";
import { expectSameBits } from "../support/numbers.js";
import { encodeModel, ends, modelOf, unary, valueInfo } from "../support/onnx-models.js";
import { withBuiltin } from "../support/process.js";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const sau = createSauSync();

const x = Float32Array.of(-2, -0.5, 0, 0.25, 1, 3);
const dy = Float32Array.of(1, -1, 2, 0.5, -0.25, 1);
writeArray(path("x.npy"), x, [2, 3]);
writeArray(path("dy.npy"), dy, [2, 3]);
writeArray(path("x-fortran.npy"), x, [2, 3], { fortranOrder: true });
writeArray(path("flat.npy"), dy, [6]);
writeArray(path("empty.npy"), new Float32Array(0), [0, 3]);

/** Runs a command as the program does, and returns what it writes. */
async function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      if (!isNodesWarning(text)) said[name] += text;
      return true;
    });
  }
  try {
    const command: Command = parseCommand(args);
    if (command.name === "forward") await forward(command);
    if (command.name === "backward") await backward(command);
    if (command.name === "onnx") await onnx(command);
    if (command.name === "info") await info(command.json);
  } finally {
    vi.restoreAllMocks();
  }
  return said;
}

async function failureOf(...args: string[]): Promise<string> {
  const before = readdirSync(folder).sort();
  const error = await run(...args).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(FileError);
  expect(readdirSync(folder).sort()).toEqual(before);
  return error.message.replaceAll(folder, "");
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("forward", () => {
  it.each(["1", "2", "3"])("on %s threads says nothing, and writes y", async (threads) => {
    expect(await run("forward", path("x.npy"), path("y.npy"), "--beta", "2", "--threads", threads)).toEqual({
      stdout: "",
      stderr: "",
    });
    expectSameBits(await readArray(path("y.npy")), sau.forward(x, { beta: 2 }), () => "y");
    expect(readFileSync(path("y.npy")).subarray(0, -24)).toEqual(Buffer.from(header([2, 3])));
  });

  it("says what of the parameters is at fault", async () => {
    const error = await run(
      "forward",
      path("x.npy"),
      path("new.npy"),
      "--alpha",
      "1,2",
      "--channel-axis",
      "1",
    )
      .then(String)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/^alpha has 2 values/);
  });

  it("says why it has one thread where it was to have more", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const { stderr } = await run("forward", path("x.npy"), path("y.npy"), "--threads", "2");
    vi.unstubAllGlobals();
    expect(stderr).toBe("sau-simd: 1 thread, the calling one: this host has no SharedArrayBuffer\n");
  });

  it("takes memory for what there is, up to a piece", async () => {
    const own = Pool.prototype.alloc;
    const lengths: number[] = [];
    vi.spyOn(Pool.prototype, "alloc").mockImplementation(function (this: Pool, length) {
      lengths.push(length);
      return own.call(this, length);
    });
    await run("forward", path("x.npy"), path("y.npy"));
    expect(lengths).toHaveLength(3);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(TILE);
  });

  it("leaves no bar on a terminal", async () => {
    const { stderr } = await onTerminal(process.stderr, () => run("forward", path("x.npy"), path("y.npy")));
    expect(stderr).toMatch(/left/);
    expect(stderr.endsWith("\u001b[1G\u001b[2K")).toBe(true);
  });

  it("of no elements writes none", async () => {
    await run("forward", path("empty.npy"), path("y.npy"));
    expect(readFileSync(path("y.npy"))).toEqual(readFileSync(path("empty.npy")));
  });

  it.each([
    ["1 finite value", [1e300, 2, Infinity]],
    ["2 finite values", [1e300, -1e39, 2]],
    ["3 finite values", [1e300, -1e39, 1e200]],
  ])("says that %s became infinite", async (what, values) => {
    const data = new Uint8Array(Float64Array.from(values).buffer);
    writeFileSync(path("large.npy"), Buffer.concat([header([3], { dtype: dtype("<f8") }), data]));
    const { stderr } = await run("forward", path("large.npy"), path("y.npy"), "--alpha", "1");
    expect(stderr).toBe(
      `sau-simd: ${what} became infinite: float32, or the file's dtype, has none so large\n`,
    );
    const { data: found } = await parseArray(readFileSync(path("y.npy")));
    expect([...new Float64Array(found.buffer)]).toEqual([
      ...sau.forward(Float32Array.from(values), { alpha: 1 }),
    ]);
  });

  it.each([
    [
      "ends too early",
      -3,
      "/bad.npy: the file ends too early: its header promises 24 bytes of data up to byte 152 (byte 149)",
    ],
    ["goes on", 4, "/bad.npy: the file goes on after its data, expected one array alone (byte 152)"],
  ])("refuses a file that %s before it writes", async (_, more, message) => {
    const whole = Buffer.concat([readFileSync(path("x.npy")), Buffer.alloc(4)]);
    writeFileSync(path("bad.npy"), whole.subarray(0, whole.length - 4 + more));
    expect(await failureOf("forward", path("bad.npy"), path("new.npy"))).toBe(message);
  });
});

describe("backward", () => {
  const { dx, dAlpha, dBeta } = sau.backward(x, dy, { alpha: 0.3, beta: 2 });
  const parameters = ["--alpha", "0.3", "--beta", "2"];

  it("prints gradients in words, or as JSON", async () => {
    const args = ["backward", path("x.npy"), path("dy.npy"), ...parameters];
    expect(await run(...args)).toEqual({ stdout: `dAlpha ${dAlpha}\ndBeta ${dBeta}\n`, stderr: "" });
    const { stdout } = await run(...args, "--json", "--dx", path("dx.npy"));
    expect(stdout).toBe(`${JSON.stringify({ dAlpha, dBeta })}\n`);
    expectSameBits(await readArray(path("dx.npy")), dx, () => "dx");
  });

  it("prints one gradient a channel, and that of bias where it is given", async () => {
    const found = sau.backward(
      x,
      dy,
      { alpha: Float32Array.of(0.3, 0.1, 0.2), beta: 2, bias: 0.5, shape: [2, 3], channelAxis: 1 },
      { want: ["alpha", "beta", "bias"] },
    );
    const args = ["--alpha", "0.3,0.1,0.2", "--beta", "2", "--bias", "0.5", "--channel-axis", "1"];
    const { stdout } = await run("backward", path("x.npy"), path("dy.npy"), ...args);
    const lines = [...found.dAlpha].map((value, i) => `dAlpha[${i}] ${value}`);
    expect(stdout).toBe(`${[...lines, `dBeta ${found.dBeta}`, `dBias ${found.dBias}`].join("\n")}\n`);
    const { stdout: json } = await run("backward", path("x.npy"), path("dy.npy"), ...args, "--json");
    expect(JSON.parse(json)).toEqual({ ...found, dAlpha: [...found.dAlpha] });
  });

  it("prints what JSON has no number for as a string", async () => {
    writeArray(path("inf.npy"), Float32Array.of(-Infinity, -1), [1, 2]);
    writeArray(path("ones.npy"), Float32Array.of(1, 1), [1, 2]);
    const args = ["backward", path("inf.npy"), path("ones.npy"), "--json"];
    expect(JSON.parse((await run(...args)).stdout)).toMatchObject({ dAlpha: "-Infinity" });
    const { stdout } = await run(...args, "--alpha", "0.5,0.5", "--channel-axis", "1");
    expect(JSON.parse(stdout).dAlpha).toEqual(["-Infinity", expect.any(Number)]);
  });

  it.each([
    ["flat.npy", "/flat.npy: its shape is (6,), expected (2, 3) as of "],
    ["x-fortran.npy", "/x-fortran.npy: it is in Fortran order, expected C order as of "],
  ])("refuses %s for dy", async (name, message) => {
    const found = await failureOf("backward", path("x.npy"), path(name), "--dx", path("new.npy"));
    expect(found.startsWith(`${message}/x.npy`)).toBe(true);
  });

  it("says how the order is changed", async () => {
    expect(await failureOf("backward", path("x.npy"), path("x-fortran.npy"))).toMatch(
      /: numpy\.ascontiguousarray changes it$/,
    );
    expect(await failureOf("backward", path("x-fortran.npy"), path("x.npy"))).toMatch(
      /it is in C order, expected Fortran order as of \/x-fortran\.npy: numpy\.asfortranarray changes it$/,
    );
  });

  it.each([[[1, 6]], [[6, 1, 1]], [[0, 3]], [[2, 0, 5]]])("takes shape %j in both orders", async (shape) => {
    const values = x.subarray(
      0,
      shape.reduce((product, size) => product * size, 1),
    );
    writeArray(path("c.npy"), values, shape);
    writeArray(path("fortran.npy"), values, shape, { fortranOrder: true });
    await run("backward", path("c.npy"), path("fortran.npy"));
  });
});

describe("onnx", () => {
  const bytes = encodeModel(
    modelOf(
      [unary("Relu", "x", "m", { name: "first" }), unary("LeakyRelu", "m", "n"), unary("Relu", "n", "y")],
      {},
      { ...ends(["n", 3, 4, 4]), value_info: [valueInfo("m", ["n", 3, 4, 4])] },
    ),
  );
  writeFileSync(path("model.onnx"), bytes);
  writeFileSync(path("text.onnx"), "# a text\n");
  writeArray(path("alpha.npy"), Float32Array.of(0.1, 0.2, 0.3));
  const args = ["onnx", path("model.onnx"), path("sau.onnx"), "--from", "Relu,LeakyRelu"];
  const from = ["Relu", "LeakyRelu"];

  it.each([
    [[], {}],
    [["--alpha", "0.5"], { alpha: 0.5 }],
    [["--beta", "3"], { beta: 3 }],
    [["--node", "first", "--node", "y"], { nodes: ["first", "y"] }],
    [["--alpha", path("alpha.npy")], { alpha: Float32Array.of(0.1, 0.2, 0.3) }],
    [["--beta", "1,2,3,4", "--channel-axis", "-1"], { beta: Float32Array.of(1, 2, 3, 4), channelAxis: -1 }],
  ])("with %j writes the model, and prints the nodes", async (more, options) => {
    const expected = replaceActivations(bytes, { from, ...options });
    expect(await run(...args, ...more)).toEqual({ stdout: `${expected.replaced.join("\n")}\n`, stderr: "" });
    expect(Uint8Array.from(readFileSync(path("sau.onnx")))).toEqual(expected.model);
    const { stdout } = await run(...args, ...more, "--json");
    expect(stdout).toBe(`${JSON.stringify(expected.replaced)}\n`);
    for (const quiet of [["--quiet"], ["-q", "--json"]]) {
      expect(await run(...args, ...more, ...quiet)).toEqual({ stdout: "", stderr: "" });
    }
  });

  it("names the file that is at fault", async () => {
    expect(await failureOf("onnx", path("text.onnx"), path("new.onnx"), "--from", "Relu")).toMatch(
      /^\/text\.onnx: /,
    );
    expect(await failureOf("onnx", path("none.onnx"), path("new.onnx"), "--from", "Relu")).toBe(
      "/none.onnx: no such file or directory",
    );
    expect(await failureOf("onnx", path("alpha.npy/"), path("new.onnx"), "--from", "Relu")).toMatch(
      /^\/alpha/,
    );
    const four = ["--alpha", path("alpha.npy"), "--channel-axis", "2"];
    expect(await failureOf(args[0]!, args[1]!, path("new.onnx"), ...args.slice(3), ...four)).toMatch(
      /^\/alpha\.npy: alpha has 3 values/,
    );
  });

  it("says that a folder is no model", async () => {
    expect(await failureOf("onnx", folder, path("new.onnx"), "--from", "Relu")).toBe(
      ": is a directory, expected a model of ONNX",
    );
  });

  it("says what of the command line is at fault", async () => {
    const error = await run(...args, "--beta", "-1").catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/^beta is -1, expected [^.]+$/);
    for (const name of ["--alpha", "--beta"]) {
      const text = await run(...args, name, "wide").catch((thrown) => thrown);
      expect(text.message).toMatch(new RegExp(`^${name} is "wide", expected a number`));
    }
    const node = await run(...args, "--node", "third").catch((thrown) => thrown);
    expect(node).toBeInstanceOf(UsageError);
  });
});

describe("info", () => {
  function runs(tier: Tier): boolean {
    try {
      return createSauSync({ tier }).tier === tier;
    } catch {
      return false;
    }
  }

  it("says what runs here, in words and as JSON", async () => {
    const facts = JSON.parse((await run("info", "--json")).stdout);
    const { node, v8 } = process.versions;
    expect(facts).toMatchObject({
      runtime: `Node.js ${node}`,
      engine: `V8 ${v8}`,
      system: `${process.platform} ${process.arch}`,
      tier: sau.tier,
    });
    expect(facts.tiers.map(({ tier }: { tier: string }) => tier)).toEqual([...TIERS]);
    const { stdout } = await run("info");
    const lines = stdout.split("\n");
    expect(lines.slice(0, 2)).toEqual([
      `sau-simd        ${facts.version}`,
      `runtime         Node.js ${node} (V8 ${v8}), ${facts.system}`,
    ]);
    expect(lines[2]).toMatch(
      new RegExp(`^processor       .+, ${facts.parallelism} threads at once, [\\d.]+ [GM]iB$`),
    );
    expect(lines[3]).toBe(`tier            ${sau.tier}`);
    for (const [k, { tier, available, reason }] of facts.tiers.entries()) {
      expect(available).toBe(runs(tier));
      expect(reason).toMatch(available ? /^works here$/ : /cannot run here/);
      expect(lines[4 + k]).toBe(`${`  ${tier} `.padEnd(16)}${available ? "yes" : "no"}: ${reason}`);
    }
    expect(lines.slice(-2)).toEqual([`threads         ${facts.threadsReport}`, ""]);
  });

  it.each([
    [{ bun: "1.2.3" }, "Bun 1.2.3"],
    [{ deno: "2.0.1" }, "Deno 2.0.1"],
  ])("names the program that runs it: %j", async (versions, expected) => {
    const pretend = (): void => {
      vi.spyOn(process, "versions", "get").mockReturnValue({ node: "22.0.0", ...versions } as never);
    };
    pretend();
    const facts = JSON.parse((await run("info", "--json")).stdout);
    expect(facts.runtime).toBe(expected);
    expect(facts.engine).toBeUndefined();
    pretend();
    expect((await run("info")).stdout.split("\n")[1]).toBe(`runtime         ${expected}`);
  });

  it.each([
    [[{ model: "  A processor " }, { model: "another" }], "A processor"],
    [[], "unknown"],
  ])("names the processor of %j", async (processors, expected) => {
    const { stdout } = await withBuiltin(
      os,
      "cpus",
      () => processors,
      () => run("info", "--json"),
    );
    expect(JSON.parse(stdout).processor).toBe(expected);
  });
});
