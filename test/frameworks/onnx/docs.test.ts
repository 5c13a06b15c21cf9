/** Promise: the code of docs/onnx.md and of docs/frameworks.md on transformers.js runs, and gives SAU. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand, temporaryFolder } from "../../support/command.js";
import { codeBlocks, installInto, runCode } from "../../support/docs.js";
import { decodeModel, encodeModel, ends, modelOf, unary, valueInfo } from "../../support/onnx-models.js";
import { activation } from "../../support/oracle.js";
import { Random, runSeed } from "../../support/random.js";

const PACKAGES = ["onnxruntime-node", "@huggingface/transformers"];

const random = new Random(runSeed);
const tensor = (name: string, dims: number[], values: Float32Array) => ({
  name,
  dims,
  data_type: 1,
  float_data: [...values],
});
const weights = random.array(12, -1, 1);
const convolution = { op_type: "Conv", input: ["x", "w"], output: ["c"] };

/** A folder in which the page's code finds what it names. */
function folderFor(): string {
  const folder = temporaryFolder();
  installInto(folder, import.meta.dirname, PACKAGES);
  return folder;
}

describe("docs/onnx.md", () => {
  const folder = folderFor();
  const model = modelOf(
    [
      convolution,
      unary("Relu", "c", "m", { name: "first" }),
      unary("LeakyRelu", "m", "y", { name: "second" }),
    ],
    {},
    {
      ...ends([1, 3, 8, 8]),
      output: [valueInfo("y", [1, 4, 8, 8])],
      initializer: [tensor("w", [4, 3, 1, 1], weights)],
    },
  );
  writeFileSync(join(folder, "model.onnx"), encodeModel(model));
  const blocks = codeBlocks("docs/onnx.md", "js");

  it("has code", () => expect(blocks).toHaveLength(3));

  it.each(blocks.map((code, i) => ({ code, number: i + 1 })))("block $number", ({ code }) => {
    const printed = runCode(code, folder);
    if (!code.includes("console.log")) return;
    expect(printed).toBe("[ 'first', 'second' ]\n");
    const written = decodeModel(readFileSync(join(folder, "sau.onnx")));
    expect(written.graph.node!.map(({ op_type }) => op_type)).toEqual(["Conv", "SAU", "SAU"]);
  });

  it("its commands", () => {
    const commands = codeBlocks("docs/onnx.md", "console").flatMap((block) => block.trim().split("\n"));
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      const [, , ...args] = command.split(" ");
      expect(runCommand(args, { cwd: folder })).toMatchObject({ status: 0, stderr: "" });
    }
  });
});

it("transformers.js in docs/frameworks.md", () => {
  const folder = folderFor();
  const classes = random.array(8, -1, 1);
  // One convolution, an activation, the mean of each channel, and a linear layer.
  const model = modelOf(
    [
      { ...convolution, input: ["pixel_values", "w"] },
      unary("Relu", "c", "m"),
      unary("GlobalAveragePool", "m", "p"),
      unary("Flatten", "p", "f"),
      { op_type: "MatMul", input: ["f", "v"], output: ["logits"] },
    ],
    {},
    {
      input: [valueInfo("pixel_values", ["n", 3, 8, 8])],
      output: [valueInfo("logits", ["n", 2])],
      initializer: [tensor("w", [4, 3, 1, 1], weights), tensor("v", [4, 2], classes)],
    },
  );
  mkdirSync(join(folder, "models/classifier/onnx"), { recursive: true });
  writeFileSync(join(folder, "models/classifier/onnx/model.onnx"), encodeModel(model));
  const config = { model_type: "resnet", architectures: ["ResNetForImageClassification"] };
  writeFileSync(join(folder, "models/classifier/config.json"), JSON.stringify(config));

  const code = codeBlocks("docs/frameworks.md", "js").find((block) => block.includes("transformers"));
  const [logits] = JSON.parse(runCode(code!, folder)) as number[][];
  // Every pixel is -1, so that each channel is the same all over.
  const channels = [0, 1, 2, 3].map((c) => {
    const sum = weights.subarray(3 * c, 3 * c + 3).reduce((total, weight) => total - weight, 0);
    return activation(sum, 0.15, 2);
  });
  for (const [i, logit] of logits!.entries()) {
    expect(logit).toBeCloseTo(
      channels.reduce((total, value, c) => total + value * classes[2 * c + i]!, 0),
      5,
    );
  }
  expect(logits).toHaveLength(2);
});
