/** Promise: as onnx-target.ts has it, for models of every structure: graphs in nodes, functions, domains, names. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { callsOf } from "../support/fuzz-budget.js";
import {
  encodeModel,
  ends,
  type GraphJson,
  type ModelJson,
  modelOf,
  type NodeJson,
  valueInfo,
} from "../support/onnx-models.js";
import { howToRepeat, runSeed } from "../support/random.js";
import { done, rewriteModel } from "./onnx-target.js";

const name = fc.constantFrom("x", "y", "a", "b", "sau_alpha_1", "sau_beta_7", "ä", "a/b:0");
const opType = fc.constantFrom("Relu", "Relu", "Relu", "Tanh", "Add", "SAU", "If", "Loop");
const domain = fc.constantFrom(undefined, undefined, "ai.onnx", "com.example");

const { node } = fc.letrec<{ node: NodeJson; graph: GraphJson }>((tie) => ({
  node: fc
    .record({
      op_type: opType,
      name: fc.option(name, { nil: undefined }),
      domain,
      input: fc.array(name, { minLength: 1, maxLength: 3 }),
      output: fc.array(name, { minLength: 1, maxLength: 2 }),
      // The first of them where they lie deep.
      graphs: fc.oneof(
        { maxDepth: 3, depthIdentifier: "graphs" },
        fc.constant([]),
        fc.constant([]),
        fc.array(tie("graph"), { minLength: 1, maxLength: 2 }),
      ),
      float: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    })
    .map(({ graphs, float, ...rest }) => {
      const isControl = rest.op_type === "If" || rest.op_type === "Loop";
      const attribute = [
        ...(isControl ? (graphs as GraphJson[]) : []).map((g, i) => ({
          name: `branch_${i}`,
          type: "GRAPH",
          g,
        })),
        ...(float === undefined ? [] : [{ name: "alpha", type: "FLOAT", f: float }]),
      ];
      const given = Object.entries({ ...rest, ...(attribute.length > 0 ? { attribute } : {}) });
      return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as NodeJson;
    }),
  graph: fc
    .array(tie("node"), { maxLength: 3 })
    .map((nodes) => ({ name: "inner", node: nodes as NodeJson[], output: [valueInfo("r", [1])] })),
}));

const model: fc.Arbitrary<ModelJson> = fc
  .record({
    nodes: fc.array(node, { maxLength: 6 }),
    bodies: fc.array(fc.array(node, { maxLength: 3 }), { maxLength: 2 }),
    weights: fc.array(name, { maxLength: 2 }),
    version: fc.constantFrom(9, 13, 17, 21),
    irVersion: fc.constantFrom(3, 7, 8, 10),
  })
  .map(({ nodes, bodies, weights, version, irVersion }) => {
    const functions = bodies.map((body, i) => ({
      name: `F${i}`,
      domain: "com.example",
      input: ["x"],
      output: ["y"],
      node: body,
      opset_import: [{ version }],
    }));
    const initializer = weights.map((weight) => ({
      name: weight,
      dims: ["1"],
      data_type: 1,
      float_data: [1],
    }));
    return modelOf(
      nodes,
      { ir_version: irVersion, opset_import: [{ version }], ...(functions.length > 0 ? { functions } : {}) },
      { ...ends([2]), ...(initializer.length > 0 ? { initializer } : {}) },
    );
  });

it("the ONNX rewriter, given models of every structure", () => {
  const property = fc.property(model, (given) => rewriteModel(encodeModel(given)));
  fc.assert(property, { seed: runSeed, numRuns: callsOf("onnxChecked") });
  console.log(`${JSON.stringify(done)}; ${howToRepeat}`);
  expect(done.checked).toBeGreaterThan(done.refused);
});
