/** Promise: `sau-simd onnx` writes what replaceActivations gives, and fails in one line that leaves all as it was. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceActivations } from "../../ts/onnx/index.js";
import { runCommand, temporaryFolder, writeArray } from "../support/command.js";
import { encodeModel, ends, modelOf, unary, valueInfo } from "../support/onnx-models.js";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);

const bytes = encodeModel(
  modelOf(
    [unary("Relu", "x", "m", { name: "first" }), unary("LeakyRelu", "m", "n"), unary("Relu", "n", "y")],
    {},
    { ...ends(["n", 3, 4, 4]), value_info: [valueInfo("m", ["n", 3, 4, 4])] },
  ),
);
writeFileSync(path("model.onnx"), bytes);
writeFileSync(
  path("no-shapes.onnx"),
  encodeModel(modelOf([unary("Relu", "x", "y")], {}, { input: [], output: [] })),
);
writeFileSync(path("old.onnx"), "old");
writeFileSync(path("text.onnx"), "# a text\n");
writeArray(path("alpha.npy"), Float32Array.of(0.1, 0.2, 0.3));

/** Runs the command, which must succeed. */
function run(args: readonly string[], input?: Uint8Array): { stdout: Buffer; stderr: string } {
  const { status, stdout, stderr } = runCommand(["onnx", ...args], input && { input });
  expect(status, stderr).toBe(0);
  return { stdout, stderr };
}

const both = { from: ["Relu", "LeakyRelu"] };

it("writes the model, and prints the names of the nodes", () => {
  const { stdout, stderr } = run([path("model.onnx"), path("y.onnx"), "--from", "Relu,LeakyRelu"]);
  expect(stdout.toString()).toBe("first\nn\ny\n");
  expect(stderr).toBe("");
  expect(Uint8Array.from(readFileSync(path("y.onnx")))).toEqual(replaceActivations(bytes, both).model);
});

it.each([
  ["numbers", ["--alpha", "-0.5", "--beta", "2"], { ...both, alpha: -0.5, beta: 2 }],
  ["a file", ["--alpha", path("alpha.npy")], { ...both, alpha: Float32Array.of(0.1, 0.2, 0.3) }],
  [
    "a list on another axis",
    ["--beta", "1,2,3,4", "--channel-axis", "-1"],
    { ...both, beta: Float32Array.of(1, 2, 3, 4), channelAxis: -1 },
  ],
  ["nodes", ["--node", "first", "--node", "n"], { ...both, nodes: ["first", "n"] }],
])("takes %s", (_, args, options) => {
  const { stdout } = run([
    path("model.onnx"),
    path("y.onnx"),
    "--from",
    "Relu",
    "--from",
    "LeakyRelu",
    "--json",
    ...args,
  ]);
  const expected = replaceActivations(bytes, options);
  expect(JSON.parse(stdout.toString())).toEqual(expected.replaced);
  expect(Uint8Array.from(readFileSync(path("y.onnx")))).toEqual(expected.model);
});

it("reads and writes pipes, and prints the names beside them", () => {
  // More than a pipe holds, and more than is read at once.
  const big = encodeModel(modelOf([unary("Relu", "x", "y", { doc_string: "d".repeat(3_000_000) })]));
  const { stdout, stderr } = run(["-", "-", "--from", "Relu"], big);
  expect(Uint8Array.from(stdout)).toEqual(replaceActivations(big, { from: ["Relu"] }).model);
  expect(stderr).toBe("y\n");
});

it("takes names of operators with spaces behind the commas", () => {
  const { stdout } = run([path("model.onnx"), path("y.onnx"), "--from", "Relu, LeakyRelu"]);
  expect(stdout.toString()).toBe("first\nn\ny\n");
});

it("takes the same file for both", () => {
  writeFileSync(path("same.onnx"), bytes);
  expect(run([path("same.onnx"), path("same.onnx"), "--from", "Relu", "--quiet"]).stdout.toString()).toBe("");
  const expected = replaceActivations(bytes, { from: ["Relu"] }).model;
  expect(Uint8Array.from(readFileSync(path("same.onnx")))).toEqual(expected);
});

describe("fails in one line and writes nothing:", () => {
  const model = path("model.onnx");
  const old = path("old.onnx");
  it.each([
    [
      "no model",
      1,
      [path("text.onnx"), old, "--from", "Relu"],
      `${path("text.onnx")}: these bytes are no ModelProto of an ONNX model (byte 0)`,
    ],
    [
      "an empty pipe",
      1,
      ["-", old, "--from", "Relu"],
      "standard input: there are no bytes, expected an ONNX model (byte 0)",
    ],
    [
      "no file",
      1,
      [path("none.onnx"), old, "--from", "Relu"],
      `${path("none.onnx")}: no such file or directory`,
    ],
    ["a folder", 1, [folder, old, "--from", "Relu"], `${folder}: is a directory, expected a model of ONNX`],
    [
      "an activation that is not there",
      2,
      [model, old, "--from", "Tanh"],
      'from has "Tanh", which the model does not contain; it has only LeakyRelu, Relu',
    ],
    ["no activation", 2, [model, old], "--from is missing, expected what to replace, such as Relu"],
    ["no output", 2, [model, "--from", "Relu"], "OUT.onnx is missing: sau-simd onnx IN.onnx OUT.onnx"],
    [
      "a beta of 0",
      2,
      [model, old, "--from", "Relu", "--beta", "0"],
      "beta is 0, expected a number that is finite and above 0 in float32",
    ],
    [
      "values a channel where there are no shapes, and no axis",
      2,
      [path("no-shapes.onnx"), old, "--from", "Relu", "--alpha", "1,2"],
      '--channel-axis was not given, expected one that counts from the end, such as -3 for NCHW: the model does not say how many dimensions the input of node "y" has',
    ],
    [
      "words for a number",
      2,
      [model, old, "--from", "Relu", "--alpha", "some"],
      '--alpha is "some", expected a number, numbers with commas between them, or a .npy file',
    ],
  ])("%s", (_, status, args, message) => {
    const before = readdirSync(folder).sort();
    const found = runCommand(["onnx", ...args], { input: "" });
    expect({ status: found.status, stdout: found.stdout.toString(), stderr: found.stderr }).toEqual({
      status,
      stdout: "",
      stderr: `sau-simd: ${message}\n`,
    });
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readFileSync(old, "utf8")).toBe("old");
  });
});
