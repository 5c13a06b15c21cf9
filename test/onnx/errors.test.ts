/** Promise: what cannot be done is refused with an error of a fitting class that says what was given and expected. */
import { describe, expect, it } from "vitest";
import { addSauFunction, OnnxError, replaceActivations } from "../../ts/onnx/index.js";
import {
  encodeModel,
  ends,
  FLOAT16,
  type GraphJson,
  type ModelJson,
  modelOf,
  type NodeJson,
  unary,
  valueInfo,
} from "../support/onnx-models.js";

const relu = modelOf([unary("Relu", "x", "y", { name: "act" })], {}, ends(["n", 4, 8, 8]));
const bytes = encodeModel(relu);

function refusal(act: () => unknown): { kind: unknown; message: string } {
  try {
    act();
  } catch (error) {
    return { kind: (error as Error).constructor, message: (error as Error).message };
  }
  throw new Error("nothing was thrown");
}

function without(field: keyof ModelJson): Uint8Array {
  const { [field]: _, ...rest } = relu;
  return encodeModel(rest);
}

describe("bytes that are no model", () => {
  it.each([
    ["none", new Uint8Array(0), OnnxError, "there are no bytes, expected an ONNX model"],
    [
      "an array",
      [1, 2, 3],
      TypeError,
      "bytes is an array of length 3, expected the bytes of an ONNX model as a Uint8Array.",
    ],
    [
      "a buffer",
      bytes.buffer,
      TypeError,
      "bytes is an ArrayBuffer, expected the bytes of an ONNX model as a Uint8Array.",
    ],
    [
      "a name",
      "model.onnx",
      TypeError,
      'bytes is "model.onnx", expected the bytes of an ONNX model as a Uint8Array.',
    ],
    [
      "undefined",
      undefined,
      TypeError,
      "bytes is undefined, expected the bytes of an ONNX model as a Uint8Array.",
    ],
    ["text", Buffer.from("# sau-simd\n"), OnnxError, "these bytes are no ModelProto of an ONNX model"],
    [
      "a field that ends too early",
      Uint8Array.of(0x3a, 5, 1),
      OnnxError,
      "a field ends beyond the ModelProto that it is of",
    ],
    [
      "a PNG file",
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa),
      OnnxError,
      "these bytes are no ModelProto of an ONNX model",
    ],
    ["no graph", without("graph"), OnnxError, /^these \d+ bytes have no graph, which every ONNX model has$/],
    [
      "no version",
      without("ir_version"),
      OnnxError,
      /^these \d+ bytes have no ir_version, which every ONNX model has$/,
    ],
    [
      "no imports",
      without("opset_import"),
      OnnxError,
      /^these \d+ bytes have no opset_import, which every ONNX model has$/,
    ],
    [
      "a graph that is a number",
      Uint8Array.of(8, 8, 0x38, 1, 0x42, 2, 0x10, 17),
      OnnxError,
      "field 7 of ModelProto has wire type 0, expected 2 as in an ONNX model",
    ],
  ])("%s", (_, given, kind, message) => {
    for (const act of [
      () => addSauFunction(given as never),
      () => replaceActivations(given as never, { from: ["Relu"] }),
    ]) {
      const found = refusal(act);
      expect(found.kind, found.message).toBe(kind);
      expect(found.message).toMatch(message);
    }
  });

  it("says at which byte", () => {
    const damaged = bytes.slice(0, -1);
    let thrown: unknown;
    try {
      addSauFunction(damaged);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OnnxError);
    // The field that lacks a byte is the last one, the import of the operator set.
    expect((thrown as OnnxError).offset).toBe(bytes.length - 4);
  });

  it("has a name of its own, and what was caught as its cause, where something was", () => {
    const errors = [Buffer.from("# sau-simd\n"), without("graph")].map((given) => {
      try {
        addSauFunction(given);
      } catch (error) {
        return error as OnnxError;
      }
      throw new Error("nothing was thrown");
    });
    expect(errors.map(({ name }) => name)).toEqual(["OnnxError", "OnnxError"]);
    expect(errors[0]!.cause).toBeInstanceOf(Error);
    expect(errors[1]).not.toHaveProperty("cause");
  });

  it("a number that has more bytes than any", () => {
    const irVersion = Uint8Array.of(8, ...new Array<number>(10).fill(0x80), 1);
    const given = Uint8Array.from(Buffer.concat([bytes, irVersion]));
    expect(refusal(() => addSauFunction(given))).toEqual({
      kind: OnnxError,
      message: "field 1 of ModelProto cannot be read",
    });
  });
});

describe("a model that lacks what SAU needs", () => {
  it.each([
    [
      "opset 8",
      { opset_import: [{ version: 8 }] },
      "the model is of opset 8, expected 9 or later, which have what SAU needs",
    ],
    [
      "other operators alone",
      { opset_import: [{ domain: "ai.onnx.ml", version: 3 }] },
      "the model imports no opset of ai.onnx, expected 9 or later, which have what SAU needs",
    ],
  ])("%s", (_, more, message) => {
    const given = encodeModel({ ...relu, ...more });
    expect(refusal(() => addSauFunction(given))).toEqual({ kind: OnnxError, message });
    expect(refusal(() => replaceActivations(given, { from: ["Relu"] }))).toEqual({
      kind: OnnxError,
      message,
    });
  });

  it.each([
    ["fewer inputs", ["x"], ["y"], '("y") of ("x")'],
    ["other names", ["x", "a", "b"], ["Y"], '("Y") of ("x", "a", "b")'],
    ["the names in another order", ["alpha", "beta", "X"], ["Y"], '("Y") of ("alpha", "beta", "X")'],
    ["another output", ["X", "alpha", "beta"], ["y"], '("y") of ("X", "alpha", "beta")'],
    ["a comma in a name", ['X", "alpha', "beta"], ["Y"], '("Y") of ("X\\", \\"alpha", "beta")'],
    ["two outputs", ["X"], ["Y", "Z"], '("Y", "Z") of ("X")'],
    ["many", ["1", "2", "3", "4", "5", "6"], ["Y"], '("Y") of ("1", "2", "3", "4", ...)'],
  ])("another SAU: %s", (_, input, output, found) => {
    const given = encodeModel({ ...relu, functions: [{ name: "SAU", domain: "ai.sau", input, output }] });
    const expected = {
      kind: OnnxError,
      message: `the model has another function ai.sau::SAU, which makes ${found}, expected none or ("Y") of ("X", "alpha", "beta")`,
    };
    expect(refusal(() => addSauFunction(given))).toEqual(expected);
    expect(refusal(() => replaceActivations(given, { from: ["Relu"] }))).toEqual(expected);
  });

  describe("opset 15, where it has floating-point values that are not float32:", () => {
    const of = (graph: GraphJson, more: ModelJson = {}, version = 14): Uint8Array => {
      const node = [unary("Relu", "x", "y"), ...(graph.node ?? [])];
      return encodeModel(modelOf([], { opset_import: [{ version }], ...more }, { ...graph, node }));
    };
    const cast = (to: number): NodeJson =>
      unary("Cast", "x", "c", { attribute: [{ name: "to", type: "INT", i: to }] });
    const constant = (data_type: number): NodeJson => ({
      op_type: "Constant",
      output: ["c"],
      attribute: [{ name: "value", type: "TENSOR", t: { data_type } }],
    });
    const withinIf = (g: GraphJson): NodeJson => ({
      op_type: "If",
      attribute: [{ name: "then_branch", type: "GRAPH", g: { name: "g", ...g } }],
    });
    const casting = (to: number) => ({
      functions: [{ name: "B", domain: "b", input: ["x"], output: ["c"], node: [cast(to)] }],
    });
    const typed = (elemType: number): [string, GraphJson, ModelJson?][] => [
      ["an input", ends(["n"], elemType)],
      ["an output", { output: [valueInfo("z", [], elemType)] }],
      ["a value", { value_info: [valueInfo("z", [], elemType)] }],
      ["an initializer", { initializer: [{ name: "w", data_type: elemType }] }],
      ["a sparse initializer", { sparse_initializer: [{ values: { name: "w", data_type: elemType } }] }],
      ["a constant", { node: [constant(elemType)] }],
      ["what Cast gives", { node: [cast(elemType)] }],
      [
        "what a node makes by itself",
        {
          node: [
            {
              op_type: "RandomNormal",
              output: ["c"],
              attribute: [{ name: "dtype", type: "INT", i: elemType }],
            },
          ],
        },
      ],
      ["what Cast gives in a branch", { node: [withinIf({ node: [cast(elemType)] })] }],
      [
        "an initializer of a branch",
        { node: [withinIf({ initializer: [{ name: "w", data_type: elemType }] })] },
      ],
      ["what Cast gives in a function", {}, casting(elemType)],
    ];
    const types = [
      ["float16", FLOAT16],
      ["float64", 11],
      ["bfloat16", 16],
    ] as const;

    describe.each(types)("%s as", (type, elemType) => {
      it.each(typed(elemType))("%s", (_, graph, more) => {
        const message = `the model is of opset 14 and has values of ${type}, for which SAU needs opset 15 or later`;
        const given = of(graph, more);
        expect(refusal(() => addSauFunction(given))).toEqual({ kind: OnnxError, message });
        expect(refusal(() => replaceActivations(given, { from: ["Relu"] }))).toEqual({
          kind: OnnxError,
          message,
        });
        expect(() => addSauFunction(of(graph, more, 15))).not.toThrow();
      });
    });

    it.each<[string, NodeJson]>([
      ["a node of another domain", { ...constant(FLOAT16), domain: "com.example" }],
      [
        "a number that is no type",
        unary("Softmax", "x", "c", { attribute: [{ name: "axis", type: "INT", i: 10 }] }),
      ],
    ])("not for %s", (_, node) => {
      expect(() => addSauFunction(of({ node: [node] }))).not.toThrow();
    });

    it("not for a sparse initializer without values", () => {
      expect(() => addSauFunction(of({ sparse_initializer: [{ dims: ["3"] }] }))).not.toThrow();
    });

    describe.each([1, 6, 7, 9])("not for the type %i as", (elemType) => {
      it.each(typed(elemType))("%s", (_, graph, more) => {
        expect(() => addSauFunction(of(graph, more))).not.toThrow();
      });
    });
  });

  it("a LeakyRelu of a function that takes its slope as an attribute", () => {
    const attribute = [{ name: "alpha", type: "FLOAT", ref_attr_name: "slope" }];
    const block = {
      name: "B",
      domain: "local",
      input: ["i"],
      output: ["o"],
      attribute: ["slope"],
      node: [unary("LeakyRelu", "i", "o", { attribute })],
    };
    const given = encodeModel({ ...relu, functions: [block] });
    expect(refusal(() => replaceActivations(given, { from: ["LeakyRelu"] }))).toEqual({
      kind: OnnxError,
      message: '"o" takes its alpha from an attribute of the function that it lies in: alpha has to be given',
    });
    expect(replaceActivations(given, { from: ["LeakyRelu"], alpha: 0.1 }).replaced).toEqual(["o"]);
  });

  it.each([Infinity, -Infinity, Number.NaN])("a LeakyRelu of slope %d", (f) => {
    const attribute = [{ name: "alpha", type: "FLOAT", f: String(f) }];
    const given = encodeModel(modelOf([unary("LeakyRelu", "x", "y", { name: "leak", attribute })]));
    expect(refusal(() => replaceActivations(given, { from: ["LeakyRelu"] }))).toEqual({
      kind: OnnxError,
      message: `"leak" is a LeakyRelu with an alpha of ${f}, expected a finite number`,
    });
    expect(replaceActivations(given, { from: ["LeakyRelu"], alpha: 0.1 }).replaced).toEqual(["leak"]);
  });

  it.each([[["x"]], [["x", ""]]])("a PRelu of the inputs %j", (input) => {
    const given = encodeModel(modelOf([{ op_type: "PRelu", input, output: ["y"] }]));
    expect(refusal(() => replaceActivations(given, { from: ["PRelu"] }))).toEqual({
      kind: OnnxError,
      message: '"y" is a PRelu without slopes, expected them as its second input',
    });
    expect(replaceActivations(given, { from: ["PRelu"], alpha: 0.1 }).replaced).toEqual(["y"]);
  });

  it.each([
    ["input", { output: ["y"] }],
    ["output", { input: ["x"] }],
  ])("a node without an %s", (what, ends) => {
    const given = encodeModel(modelOf([{ op_type: "Relu", ...ends }]));
    expect(refusal(() => replaceActivations(given, { from: ["Relu"] }))).toEqual({
      kind: OnnxError,
      message: `a Relu has no ${what}`,
    });
  });

  it("a node of more inputs and attributes than any activation has", () => {
    const attributes = (count: number) => {
      const attribute = Array.from({ length: count }, (_, i) => ({ name: `a${i}`, type: "INT" }));
      return encodeModel(modelOf([unary("Relu", "x", "y", { attribute })]));
    };
    // Its operator's name is the first of 32 fields that go.
    expect(replaceActivations(attributes(31), { from: ["Relu"] }).replaced).toEqual(["y"]);
    expect(refusal(() => replaceActivations(attributes(32), { from: ["Relu"] }))).toEqual({
      kind: OnnxError,
      message: "a Relu has more than 32 inputs and attributes",
    });
  });

  it("more activations than any model has", () => {
    const nodes = (count: number) => Array.from({ length: count }, () => unary("Relu", "x", "y"));
    const most = encodeModel(modelOf(nodes(2 ** 15)));
    expect(replaceActivations(most, { from: ["Relu"] }).replaced).toHaveLength(2 ** 15);
    const more = encodeModel(modelOf(nodes(2 ** 15 + 1)));
    expect(refusal(() => replaceActivations(more, { from: ["Relu"] }))).toEqual({
      kind: OnnxError,
      message: "the model has more than 32768 activations to replace",
    });
  });

  it("a value of more dimensions than any has", () => {
    const given = (rank: number) =>
      encodeModel(modelOf([unary("Relu", "x", "y")], {}, ends(new Array<number>(rank).fill(1))));
    const options = { from: ["Relu"], alpha: Float32Array.of(0.5), channelAxis: -1 };
    expect(replaceActivations(given(64), options).replaced).toEqual(["y"]);
    expect(refusal(() => replaceActivations(given(65), options))).toEqual({
      kind: OnnxError,
      message: "a value has more than 64 dimensions",
    });
  });
});

describe("options", () => {
  const four = new Float32Array(4);
  it.each([
    [
      "undefined",
      undefined,
      TypeError,
      /^options is undefined, expected an object such as \{ from: \["Relu"\] \}\.$/,
    ],
    ["a string", "Relu", TypeError, /^options is "Relu", expected an object/],
    ["no from", {}, TypeError, /^from is undefined, expected an array of names such as \["Relu"\]\.$/],
    ["one name", { from: "Relu" }, TypeError, /^from is "Relu", expected an array of names/],
    ["no name", { from: [] }, TypeError, /^from is an array of length 0, expected an array of names/],
    [
      "names and no name",
      { from: ["Relu", 1] },
      TypeError,
      /^from is an array of length 2, expected an array/,
    ],
    ["no string", { from: [1] }, TypeError, /^from is an array of length 1, expected an array of names/],
    [
      "no activation",
      { from: ["Relu", "Conv"] },
      RangeError,
      /^from\[1\] is "Conv", expected one of Celu, Clip, Elu, Gelu, HardSigmoid, HardSwish, LeakyRelu, Mish, PRelu, Relu, Selu, Sigmoid, Softplus, Softsign, Swish, Tanh, ThresholdedRelu\.$/,
    ],
    ["another case", { from: ["relu"] }, RangeError, /^from\[0\] is "relu", expected one of/],
    [
      "an activation that is not there",
      { from: ["Relu", "Tanh"] },
      RangeError,
      /^from has "Tanh", which the model does not contain; it has only Relu\.$/,
    ],
    [
      "a node that is not there",
      { from: ["Relu"], nodes: ["act", "other"] },
      RangeError,
      /^nodes has "other", expected names of nodes that are Relu\.$/,
    ],
    [
      "nodes that are none",
      { from: ["Relu"], nodes: "act" },
      TypeError,
      /^nodes is "act", expected an array of names such as \["\/features\/1\/Relu"\]\.$/,
    ],
    [
      "alpha of another kind",
      { from: ["Relu"], alpha: "0.1" },
      TypeError,
      /^alpha is "0.1", expected a number or a Float32Array with one value a channel\.$/,
    ],
    [
      "alpha in double precision",
      { from: ["Relu"], alpha: new Float64Array(4) },
      TypeError,
      /^alpha is a Float64Array, expected/,
    ],
    [
      "alpha that is no number",
      { from: ["Relu"], alpha: Number.NaN },
      RangeError,
      /^alpha is NaN, expected a number that is finite in float32\.$/,
    ],
    ["alpha beyond float32", { from: ["Relu"], alpha: 1e39 }, RangeError, /^alpha is 1e\+39, expected/],
    [
      "one alpha that is infinite",
      { from: ["Relu"], alpha: Float32Array.of(0, 0, Infinity, 0) },
      RangeError,
      /^alpha\[2\] is Infinity, expected/,
    ],
    [
      "no alpha",
      { from: ["Relu"], alpha: new Float32Array(0) },
      TypeError,
      /^alpha has no values, expected one for each channel\.$/,
    ],
    [
      "beta 0",
      { from: ["Relu"], beta: 0 },
      RangeError,
      /^beta is 0, expected a number that is finite and above 0 in float32\.$/,
    ],
    ["beta that rounds to 0", { from: ["Relu"], beta: 1e-50 }, RangeError, /^beta is 1e-50, expected/],
    [
      "one beta that is negative",
      { from: ["Relu"], beta: Float32Array.of(1, -1, 1, 1) },
      RangeError,
      /^beta\[1\] is -1, expected/,
    ],
    [
      "other counts",
      { from: ["Relu"], alpha: four, beta: new Float32Array(3).fill(1) },
      TypeError,
      /^beta has 3 values and alpha 4, expected as many of both\.$/,
    ],
    [
      "other channels than the model",
      { from: ["Relu"], alpha: new Float32Array(3) },
      TypeError,
      /^alpha has 3 values, expected one for each of the 4 channels of the input of node "act": shape \[\?, 4, 8, 8\]\.$/,
    ],
    [
      "other channels on another axis",
      { from: ["Relu"], beta: four.fill(1), channelAxis: -1 },
      TypeError,
      /^beta has 4 values, expected one for each of the 8 channels/,
    ],
    [
      "an axis that is not there",
      { from: ["Relu"], alpha: four, channelAxis: 4 },
      TypeError,
      /^channelAxis is 4, expected an axis of the input of node "act": shape \[\?, 4, 8, 8\]\.$/,
    ],
    [
      "half an axis",
      { from: ["Relu"], channelAxis: 0.5 },
      TypeError,
      /^channelAxis is 0\.5, expected a whole number from -64 to 63\.$/,
    ],
    [
      "an axis that is not there, from the end",
      { from: ["Relu"], alpha: four, channelAxis: -5 },
      TypeError,
      /^channelAxis is -5, expected an axis of the input of node "act": shape \[\?, 4, 8, 8\]\.$/,
    ],
    [
      "an axis before all",
      { from: ["Relu"], channelAxis: -65 },
      TypeError,
      /^channelAxis is -65, expected a whole number from -64 to 63\.$/,
    ],
    [
      "an axis beyond all",
      { from: ["Relu"], channelAxis: 64 },
      TypeError,
      /^channelAxis is 64, expected a whole number/,
    ],
  ])("%s", (_, options, kind, message) => {
    const before = bytes.slice();
    const found = refusal(() => replaceActivations(bytes, options as never));
    expect(found.kind, found.message).toBe(kind);
    expect(found.message).toMatch(message);
    expect(bytes).toEqual(before);
  });

  it.each([-64, 63])("any axis that an array can have: %i", (channelAxis) => {
    expect(replaceActivations(bytes, { from: ["Relu"], channelAxis }).replaced).toEqual(["act"]);
  });

  it("no channel at all", () => {
    const none = encodeModel(modelOf([unary("Relu", "x", "y")], {}, ends(["n", 0, 8, 8])));
    expect(refusal(() => replaceActivations(none, { from: ["Relu"], alpha: four }))).toEqual({
      kind: TypeError,
      message:
        'alpha has 4 values, expected one for each of the 0 channels of the input of node "y": shape [?, 0, 8, 8].',
    });
  });

  it("names the activations that there are, and those that were asked for", () => {
    const two = encodeModel(modelOf([unary("Tanh", "x", "y"), unary("Relu", "y", "z")]));
    expect(refusal(() => replaceActivations(two, { from: ["Elu"] })).message).toBe(
      'from has "Elu", which the model does not contain; it has only Relu, Tanh.',
    );
    expect(refusal(() => replaceActivations(two, { from: ["Relu", "Tanh"], nodes: ["a"] })).message).toBe(
      'nodes has "a", expected names of nodes that are Relu or Tanh.',
    );
  });

  it.each([
    ["no axis", {}, "was not given"],
    ["the first axis", { channelAxis: 0 }, "is 0"],
    ["an axis from the start", { channelAxis: 1 }, "is 1"],
  ])("%s, where the model does not say how many there are", (_, axis, shown) => {
    // A layer of a perceptron: [4, 1, 1] would broadcast its two dimensions to three.
    const weights = { name: "w", dims: [8, 4], data_type: 1, float_data: new Array<number>(32).fill(1) };
    const given = encodeModel(
      modelOf(
        [
          { op_type: "MatMul", input: ["x", "w"], output: ["a"] },
          unary("Relu", "a", "b", { name: "act" }),
          { op_type: "MatMul", input: ["b", "v"], output: ["y"] },
        ],
        {},
        { ...ends(["n", 8]), initializer: [weights] },
      ),
    );
    const options = { from: ["Relu"], alpha: four, ...axis };
    expect(refusal(() => replaceActivations(given, options))).toEqual({
      kind: TypeError,
      message: `channelAxis ${shown}, expected one that counts from the end, such as -3 for NCHW: the model does not say how many dimensions the input of node "act" has.`,
    });
  });

  it("says which Clips count, where those asked for do not", () => {
    const clip = { op_type: "Clip", input: ["x", "low"], output: ["y"] };
    const low = { name: "low", data_type: 1, float_data: [-1] };
    const given = encodeModel(modelOf([clip, unary("Relu", "y", "z")], {}, { initializer: [low] }));
    const which =
      "A Clip counts if its minimum is a constant 0 and its maximum a constant above 0 or absent.";
    expect(refusal(() => replaceActivations(given, { from: ["Clip"] }))).toEqual({
      kind: RangeError,
      message: `from has "Clip", which the model does not contain; it has only Relu. ${which}`,
    });
    const both = encodeModel(
      modelOf(
        [clip, { ...clip, input: ["y", "zero"], output: ["z"] }],
        {},
        {
          initializer: [low, { ...low, name: "zero", float_data: [0] }],
        },
      ),
    );
    expect(refusal(() => replaceActivations(both, { from: ["Clip"], nodes: ["y"] }))).toEqual({
      kind: RangeError,
      message: `nodes has "y", expected names of nodes that are Clip. ${which}`,
    });
  });

  it("says when the model has no activation at all", () => {
    const given = encodeModel(modelOf([unary("Identity", "x", "y")]));
    expect(refusal(() => replaceActivations(given, { from: ["Relu"] }))).toEqual({
      kind: RangeError,
      message: 'from has "Relu", which the model does not contain; it has no activation.',
    });
  });
});
