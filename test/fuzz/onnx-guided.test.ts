/** Promise: as onnx-target.ts has it, for models that a coverage-guided fuzzer makes. */
import { expect, it } from "vitest";
import { callsOf } from "../support/fuzz-budget.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { fuzz } from "./guided.js";

const WORDS = ["Relu", "If", "SAU", "ai.sau", "ai.onnx", "sau_alpha_1", "alpha"].map((word) =>
  Buffer.from(word),
);
/** Tags of fields and lengths, whole fields, numbers without an end. */
const BYTES = [
  [0x0a, 0],
  [0x3a, 2],
  [0xca, 1, 0],
  [0x2a, 4],
  [0x08, 8],
  [0x0b],
  [0x0c],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
];

it("the ONNX rewriter, given what coverage leads to", async () => {
  const report = await fuzz({
    load: async () => {
      const { rewriteModel } = await import("./onnx-target.js");
      const { encodeModel, ends, modelOf, unary, valueInfo } = await import("../support/onnx-models.js");
      const { addSauFunction } = await import("../../ts/onnx/index.js");
      const plain = encodeModel(modelOf([unary("Relu", "x", "y")]));
      const inner = { name: "i", node: [unary("Relu", "x", "r")], output: [valueInfo("r", [1])] };
      const branch = {
        op_type: "If",
        input: ["c"],
        output: ["b"],
        attribute: [{ name: "t", type: "GRAPH", g: inner }],
      };
      const weights = { name: "w", dims: [2], data_type: 1, float_data: [1, 2] };
      const body = { name: "B", domain: "b", input: ["i"], output: ["o"], opset_import: [{ version: 9 }] };
      const rich = encodeModel(
        modelOf(
          [unary("Relu", "x", "a", { name: "n" }), branch, unary("Relu", "b", "y")],
          {
            functions: [{ ...body, node: [unary("Relu", "i", "o")] }],
            ir_version: 3,
            opset_import: [{ version: 14 }],
          },
          { ...ends([1, 2]), initializer: [weights] },
        ),
      );
      return {
        target: rewriteModel,
        inputs: callsOf("onnxGuided"),
        corpus: [plain, rich, addSauFunction(plain)],
        dictionary: [...WORDS, ...BYTES.map((bytes) => Uint8Array.from(bytes))],
      };
    },
    random: new Random(runSeed, 3),
    counts: (url) => /\/ts\/onnx\//.test(url),
  });
  const { done } = await import("./onnx-target.js");
  console.log(`${JSON.stringify({ ...report, ...done })}; ${howToRepeat}`);
  expect(report.kept).toBeGreaterThan(10);
  expect(done.checked).toBeGreaterThan(report.inputs / 100);
  expect(done.refused).toBeGreaterThan(report.inputs / 4);
});
