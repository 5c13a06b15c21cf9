/** Promise: a Clip is an activation, and replaced, if it cuts off at 0 as ReLU and ReLU6 do; all others stay as they are. */
import { describe, expect, it } from "vitest";
import { replaceActivations } from "../../ts/onnx/index.js";
import {
  decodeModel,
  encodeModel,
  FLOAT16,
  type GraphJson,
  type ModelJson,
  modelOf,
  type NodeJson,
  type TensorJson,
  unary,
  valueInfo,
} from "../support/onnx-models.js";

const [DOUBLE, BFLOAT16, INT32, INT16] = [11, 16, 6, 5];

/** About 6 in float64, which with its bytes in the other order were below 0. */
const SIX = [0x80, 0, 0, 0, 0, 0, 0x18, 0x40];

/** Whether the Clip of a model is replaced; the model has a Relu too, so that there is always something. */
function isReplaced(model: ModelJson): boolean {
  const { graph, ...rest } = model;
  const node = [...graph!.node!, unary("Relu", "x", "other")];
  const bytes = encodeModel({ ...rest, graph: { ...graph, node } });
  let found: ReturnType<typeof replaceActivations>;
  try {
    found = replaceActivations(bytes, { from: ["Clip", "Relu"] });
  } catch (error) {
    expect((error as Error).message).toMatch(/^from has "Clip", which the model does not contain/);
    const { graph: after } = decodeModel(replaceActivations(bytes, { from: ["Relu"] }).model);
    expect(after.node![0]).toEqual(decodeModel(bytes).graph.node![0]);
    return false;
  }
  expect(found.replaced).toEqual(["y", "other"]);
  return true;
}

function clip(input: string[], more: NodeJson = {}): NodeJson {
  return { op_type: "Clip", input: ["x", ...input], output: ["y"], ...more };
}

const float = (name: string, value: number | string): TensorJson => ({
  name,
  data_type: 1,
  float_data: [value as number],
});

const raw = (name: string, data_type: number, bytes: number[]): TensorJson => ({
  name,
  data_type,
  raw_data: Buffer.from(bytes).toString("base64"),
});

describe("bounds that are initializers", () => {
  it.each<[string, boolean, string[], TensorJson[]]>([
    ["0 and 6", true, ["min", "max"], [float("min", 0), float("max", 6)]],
    ["-0 and infinity", true, ["min", "max"], [float("min", "-0"), float("max", "Infinity")]],
    ["0 alone", true, ["min"], [float("min", 0)]],
    ["0 and nothing", true, ["min", ""], [float("min", 0)]],
    ["0 and 0", false, ["min", "max"], [float("min", 0), float("max", 0)]],
    ["0 and -1", false, ["min", "max"], [float("min", 0), float("max", -1)]],
    ["0 and NaN", false, ["min", "max"], [float("min", 0), float("max", "NaN")]],
    ["-1 and 1, as HardTanh", false, ["min", "max"], [float("min", -1), float("max", 1)]],
    ["nothing and 6", false, ["", "max"], [float("max", 6)]],
    ["nothing at all", false, [], []],
    ["a minimum that is computed", false, ["x", "max"], [float("max", 6)]],
    ["a maximum that is computed", false, ["min", "x"], [float("min", 0)]],
    ["whole numbers", false, ["min"], [{ name: "min", data_type: INT32, int32_data: [0] }]],
    ["two numbers", false, ["min"], [{ name: "min", data_type: 1, dims: [2], float_data: [0, 0] }]],
    ["no numbers", false, ["min"], [{ name: "min", data_type: 1, dims: [0] }]],
    [
      "float32 as bytes",
      true,
      ["min", "max"],
      [raw("min", 1, [0, 0, 0, 0]), raw("max", 1, [0, 0, 0xc0, 0x40])],
    ],
    ["-1 as bytes", false, ["min"], [raw("min", 1, [0, 0, 0x80, 0xbf])]],
    ["more bytes than one number has", false, ["min"], [raw("min", 1, [0, 0, 0, 0, 0, 0, 0, 0])]],
    ["float64", true, ["min"], [{ name: "min", data_type: DOUBLE, double_data: [0] }]],
    ["float64 as bytes", false, ["min"], [raw("min", DOUBLE, [0, 0, 0, 0, 0, 0, 0xf0, 0xbf])]],
    [
      "float16",
      true,
      ["min", "max"],
      [
        { name: "min", data_type: FLOAT16, int32_data: [0] },
        { name: "max", data_type: FLOAT16, int32_data: [0x4600] },
      ],
    ],
    [
      "float16 as bytes",
      true,
      ["min", "max"],
      [raw("min", FLOAT16, [0, 0x80]), raw("max", FLOAT16, [0, 0x46])],
    ],
    ["a float16 below 0", false, ["min"], [{ name: "min", data_type: FLOAT16, int32_data: [0xbc00] }]],
    ["bfloat16", true, ["min", "max"], [raw("min", BFLOAT16, [0, 0]), raw("max", BFLOAT16, [0xc0, 0x40])]],
    ["6 in float64 as bytes", true, ["min", "max"], [float("min", 0), raw("max", DOUBLE, SIX)]],
    ["two float64", false, ["min"], [{ name: "min", data_type: DOUBLE, dims: [2], double_data: [0, 0] }]],
    ["fewer bytes than a float64 has", false, ["min"], [raw("min", DOUBLE, [0, 0, 0, 0])]],
    ["two float16 as bytes", false, ["min"], [raw("min", FLOAT16, [0, 0, 0, 0])]],
    ["two float16", false, ["min"], [{ name: "min", data_type: FLOAT16, dims: [2], int32_data: [0, 0] }]],
    [
      "more bits than float16 has",
      false,
      ["min"],
      [{ name: "min", data_type: FLOAT16, int32_data: [2 ** 22] }],
    ],
    [
      "0 and a float16 below 0",
      false,
      ["min", "max"],
      [float("min", 0), { name: "max", data_type: FLOAT16, int32_data: [0xbc00] }],
    ],
    ["bfloat16 as a whole number", true, ["min"], [{ name: "min", data_type: BFLOAT16, int32_data: [0] }]],
    [
      "more bits than bfloat16 has",
      false,
      ["min"],
      [{ name: "min", data_type: BFLOAT16, int32_data: [2 ** 22] }],
    ],
    // Of float16 these bits would be NaN.
    ["a bfloat16 of 1e37", true, ["min", "max"], [float("min", 0), raw("max", BFLOAT16, [0, 0x7d])]],
    ["16 bits that are no float", false, ["min"], [raw("min", INT16, [0, 0])]],
    [
      "data in another file",
      false,
      ["min"],
      [
        {
          name: "min",
          data_type: 1,
          data_location: "EXTERNAL",
          external_data: [{ key: "location", value: "weights.bin" }],
        },
      ],
    ],
  ])("%s: %s", (_, expected, bounds, initializer) => {
    expect(isReplaced(modelOf([clip(bounds)], {}, { initializer }))).toBe(expected);
  });

  it("that callers can give too are constants before IR version 4 alone", () => {
    const graph = {
      input: [valueInfo("x", ["n"]), valueInfo("min", [])],
      initializer: [float("min", 0)],
    };
    expect(isReplaced(modelOf([clip(["min"])], { ir_version: 3 }, graph))).toBe(true);
    expect(isReplaced(modelOf([clip(["min"])], {}, graph))).toBe(false);
  });
});

describe("bounds that are nodes", () => {
  const constant = (output: string, attribute: object): NodeJson => ({
    op_type: "Constant",
    output: [output],
    attribute: [attribute as never],
  });
  it.each<[string, boolean, object]>([
    ["a tensor", true, { name: "value", type: "TENSOR", t: float("", 0) }],
    ["a float", true, { name: "value_float", type: "FLOAT", f: 0 }],
    ["another tensor", false, { name: "value", type: "TENSOR", t: float("", -1) }],
    ["another float", false, { name: "value_float", type: "FLOAT", f: -1 }],
    ["a whole number", false, { name: "value_int", type: "INT", i: 0 }],
    ["a tensor of another name", false, { name: "other", type: "TENSOR", t: float("", 0) }],
    ["a tensor that is missing", false, { name: "value", type: "TENSOR" }],
    ["a float that is left out, as protobuf does with 0", true, { name: "value_float", type: "FLOAT" }],
  ])("of %s: %s", (_, expected, attribute) => {
    expect(isReplaced(modelOf([clip(["min"]), constant("min", attribute)]))).toBe(expected);
  });

  it("that are not Constant: false", () => {
    const attribute = [{ name: "value", type: "TENSOR", t: float("", 0) }];
    const filled = { op_type: "ConstantOfShape", input: ["shape"], output: ["min"], attribute };
    expect(isReplaced(modelOf([clip(["min"]), filled]))).toBe(false);
  });

  it("in functions", () => {
    const block = (value: number) => ({
      name: "B",
      domain: "b",
      input: ["x"],
      output: ["y"],
      opset_import: [{ version: 17 }],
      node: [constant("min", { name: "value_float", type: "FLOAT", f: value }), clip(["min"])],
    });
    const names = (value: number) => {
      const nodes = [clip(["min"], { name: "outside" }), unary("Relu", "x", "other")];
      const graph = { initializer: [float("min", 0)] };
      const model = encodeModel(modelOf(nodes, { functions: [block(value)] }, graph));
      return replaceActivations(model, { from: ["Clip"] }).replaced;
    };
    expect(names(0)).toEqual(["outside", "y"]);
    expect(names(-1)).toEqual(["outside"]);
  });
});

describe("bounds that are attributes, before opset 11", () => {
  const before = { opset_import: [{ version: 10 }] };
  const attribute = (name: string, f: number | string) => ({ name, type: "FLOAT", f });
  it.each<[string, boolean, object[]]>([
    ["0 and 6", true, [attribute("min", 0), attribute("max", 6)]],
    ["0 alone", true, [attribute("min", 0)]],
    ["0 and -1", false, [attribute("min", 0), attribute("max", -1)]],
    ["6 alone", false, [attribute("max", 6)]],
    ["one that a function's caller gives", false, [{ name: "min", type: "FLOAT", ref_attr_name: "low" }]],
    ["none", false, []],
  ])("%s: %s", (_, expected, attributes) => {
    expect(isReplaced(modelOf([clip([], { attribute: attributes as never })], before))).toBe(expected);
  });
});

it("bounds of graphs in nodes are those of the nearest graph that has the name", () => {
  const inner = (initializer: TensorJson[]): GraphJson => ({ name: "g", node: [clip(["min"])], initializer });
  const names = (outside: TensorJson[], inside: TensorJson[]) => {
    const branch = { name: "then_branch", type: "GRAPH", g: inner(inside) };
    const choice = { op_type: "If", input: ["c"], output: ["o"], attribute: [branch] };
    const always = clip(["zero"], { name: "always" });
    const initializer = [float("zero", 0), ...outside];
    const model = modelOf([always, choice], {}, { initializer });
    return replaceActivations(encodeModel(model), { from: ["Clip"] }).replaced;
  };
  expect(names([float("min", 0)], [])).toEqual(["always", "y"]);
  expect(names([float("min", -1)], [float("min", 0)])).toEqual(["always", "y"]);
  expect(names([float("min", 0)], [float("min", -1)])).toEqual(["always"]);
  expect(names([], [])).toEqual(["always"]);
});
