/**
 * Promise: activations become SAU wherever nodes are, with the parameters that were asked for, and nothing else of the
 * model changes. What the function computes, test/frameworks/onnx holds in ONNX's runtimes.
 */
import { describe, expect, it } from "vitest";
import { ACTIVATIONS } from "../../ts/onnx/activations.js";
import { addSauFunction, replaceActivations } from "../../ts/onnx/index.js";
import { DEFAULTS } from "../../ts/params.js";
import {
  decodeModel,
  encodeModel,
  ends,
  FLOAT16,
  type GraphJson,
  type ModelJson,
  modelOf,
  type NodeJson,
  type TensorJson,
  unary,
  valueInfo,
} from "../support/onnx-models.js";

const { fround } = Math;
const IMPORT = { domain: "ai.sau", version: "1" };

/** Replaces and reads the result. */
function replaced(model: ModelJson, options: Parameters<typeof replaceActivations>[1]) {
  const found = replaceActivations(encodeModel(model), options);
  return { model: decodeModel(found.model), names: found.replaced };
}

/** The node that SAU is of `input`. */
function sauNode(input: string, output: string, alpha: string, beta: string, more: NodeJson = {}): NodeJson {
  return { ...more, op_type: "SAU", domain: "ai.sau", input: [input, alpha, beta], output: [output] };
}

function number(name: string, value: number): TensorJson {
  return { name, data_type: 1, float_data: [fround(value)] };
}

describe("addSauFunction", () => {
  const bytes = encodeModel(modelOf([unary("Relu", "x", "y")]));

  it("adds the function and its import, and nothing else", () => {
    const { functions, opset_import: imports, ...others } = decodeModel(addSauFunction(bytes));
    const { opset_import: _, ...before } = decodeModel(bytes);
    expect(others).toEqual(before);
    expect(imports).toEqual([{ version: "17" }, IMPORT]);
    expect(functions).toHaveLength(1);
    expect(functions![0]).toMatchObject({
      name: "SAU",
      domain: "ai.sau",
      input: ["X", "alpha", "beta"],
      output: ["Y"],
      opset_import: [{ domain: "", version: "17" }],
    });
  });

  it("is harmless twice, and after another tool has written the model", () => {
    const once = addSauFunction(bytes);
    expect(addSauFunction(once)).toEqual(once);
    expect(addSauFunction(once)).not.toBe(once);
    const rewritten = encodeModel(decodeModel(once));
    expect(decodeModel(addSauFunction(rewritten))).toEqual(decodeModel(once));
  });

  it("renews the function that an earlier version added", () => {
    const model = decodeModel(addSauFunction(bytes));
    const expected = structuredClone(model);
    model.functions![0]!.node!.length = 3;
    expect(decodeModel(addSauFunction(encodeModel(model)))).toEqual(expected);
  });

  it("renews one that differs in a single byte", () => {
    const once = addSauFunction(bytes);
    const model = decodeModel(once);
    model.functions![0]!.doc_string = String(model.functions![0]!.doc_string).replace("S", "s");
    const other = encodeModel(model);
    expect(other).toHaveLength(once.length);
    expect(decodeModel(addSauFunction(other))).toEqual(decodeModel(once));
  });

  it("leaves functions of the same name in other domains, and others in its own", () => {
    const named = (name: string, domain: string) => ({
      name,
      domain,
      input: ["i"],
      output: ["o"],
      opset_import: [{ version: "17" }],
      node: [unary("Relu", "i", "o", { name: `${domain}::${name}` })],
    });
    const functions = [named("SAU", "other"), named("Other", "ai.sau")];
    const model = modelOf([unary("Relu", "x", "y")], { functions });
    const { functions: found } = decodeModel(addSauFunction(encodeModel(model)));
    expect(found).toHaveLength(3);
    expect(found!.slice(0, 2)).toEqual(functions);
    expect(replaced(model, { from: ["Relu"] }).names).toEqual(["y", "other::SAU", "ai.sau::Other"]);
  });

  it("defines each value of the function before it is used, and only once", () => {
    for (const version of [9, 10, 11, 14, 15, 17, 24]) {
      const model = modelOf([unary("Relu", "x", "y")], { opset_import: [{ version }] });
      const [sau] = decodeModel(addSauFunction(encodeModel(model))).functions!;
      const defined = new Set(sau!.input);
      for (const { input = [], output = [] } of sau!.node!) {
        for (const name of input) expect(defined, `opset ${version}`).toContain(name);
        for (const name of output) expect(defined, `opset ${version}`).not.toContain(name);
        for (const name of output) defined.add(name);
      }
      expect(defined).toContain("Y");
    }
  });

  it("raises the IR version to the first with functions, and leaves later ones", () => {
    for (const [before, after] of [
      [3, "8"],
      [7, "8"],
      [8, "8"],
      [10, "10"],
    ]) {
      const model = modelOf([unary("Relu", "x", "y")], { ir_version: before! });
      expect(decodeModel(addSauFunction(encodeModel(model))).ir_version).toBe(after);
    }
  });
});

it("initializers are no inputs of a model that was of IR version 3, and then they had to be", () => {
  const weights = { name: "w", dims: ["1"], data_type: 1, float_data: [1] };
  const inputs = [valueInfo("x", ["n"]), valueInfo("w", [1])];
  const graph = { ...ends(["n"]), input: inputs, initializer: [weights] };
  for (const [ir_version, count] of [
    [3, 1],
    [4, 2],
  ] as const) {
    const model = modelOf([unary("Relu", "x", "y")], { ir_version }, graph);
    for (const found of [
      decodeModel(addSauFunction(encodeModel(model))),
      replaced(model, { from: ["Relu"] }).model,
    ]) {
      expect(found.graph.input).toEqual(decodeModel(encodeModel(model)).graph.input!.slice(0, count));
      expect(found.graph.initializer![0]).toEqual(weights);
      expect(found.functions).toHaveLength(1);
    }
  }
});

describe("replaceActivations", () => {
  it("replaces the operators asked for, with the paper's parameters, and nothing else", () => {
    const model = modelOf([
      unary("Relu", "x", "a", { name: "first", doc_string: "kept" }),
      unary("Sigmoid", "a", "b", { name: "other" }),
      unary("Relu", "b", "y"),
    ]);
    const before = decodeModel(encodeModel(model));
    const { model: after, names } = replaced(model, { from: ["Relu"] });
    expect(names).toEqual(["first", "y"]);
    expect(after.graph).toEqual({
      ...before.graph,
      node: [
        sauNode("x", "a", "sau_alpha_1", "sau_beta_2", { name: "first", doc_string: "kept" }),
        before.graph.node![1],
        sauNode("b", "y", "sau_alpha_1", "sau_beta_2"),
      ],
      initializer: [number("sau_alpha_1", DEFAULTS.alpha), number("sau_beta_2", DEFAULTS.beta)],
    });
    expect(after.opset_import).toEqual([{ version: "17" }, IMPORT]);
    expect(after.functions).toHaveLength(1);
  });

  it.each(ACTIVATIONS)("replaces %s with all its attributes and inputs", (opType) => {
    const attribute = [
      { name: "alpha", type: "FLOAT", f: 0.5 },
      { name: "axis", type: "INT", i: 3 },
    ];
    const node = { ...unary(opType, "x", "y"), input: ["x", "low", "high"], attribute };
    const initializer = [number("low", 0), number("high", 6)];
    const { model } = replaced(modelOf([node], {}, { initializer }), {
      from: [opType],
      alpha: 0.25,
      beta: 2,
    });
    expect(model.graph.node).toEqual([sauNode("x", "y", "sau_alpha_1", "sau_beta_2")]);
    expect(model.graph.initializer).toEqual([
      ...decodeModel(encodeModel(modelOf([], {}, { initializer }))).graph.initializer!,
      number("sau_alpha_1", 0.25),
      number("sau_beta_2", 2),
    ]);
  });

  it("leaves nothing of the old operator behind", () => {
    const node = unary("Relu", "x", "y", { domain: "ai.onnx", overload: "v" });
    const { model } = replaceActivations(encodeModel(modelOf([node])), { from: ["Relu"] });
    const found = decodeModel(model);
    expect(found.graph.node).toEqual([sauNode("x", "y", "sau_alpha_1", "sau_beta_2")]);
    // Of a field that is there twice, one is lost when it is read.
    expect(model).toHaveLength(encodeModel(found).length);
  });

  it("a LeakyRelu's slope is the attribute of that name", () => {
    const attribute = [
      { name: "other", type: "FLOAT", f: 0.9 },
      { name: "alpha", type: "FLOAT", f: 0.3 },
    ];
    const { graph } = replaced(modelOf([unary("LeakyRelu", "x", "y", { attribute })]), {
      from: ["LeakyRelu"],
    }).model;
    expect(graph.initializer![0]).toEqual(number("sau_alpha_1", 0.3));
  });

  it("a LeakyRelu keeps its own slope, unless alpha is given", () => {
    const attribute = [{ name: "alpha", type: "FLOAT", f: 0.3 }];
    const model = modelOf([
      unary("LeakyRelu", "x", "a", { attribute }),
      unary("LeakyRelu", "a", "b"),
      unary("Relu", "b", "y"),
    ]);
    const slopes = (options: object) => {
      const { graph } = replaced(model, { from: ["LeakyRelu", "Relu"], ...options }).model;
      const values = new Map(graph.initializer!.map((tensor) => [tensor.name, tensor.float_data]));
      return graph.node!.map((node) => values.get(node.input![1]!)![0]);
    };
    expect(slopes({})).toEqual([0.3, 0.01, DEFAULTS.alpha].map(fround));
    expect(slopes({ alpha: 0.2 })).toEqual([0.2, 0.2, 0.2].map(fround));
  });

  it("a PRelu keeps its own slopes, unless alpha is given", () => {
    const node = { op_type: "PRelu", input: ["x", "slopes"], output: ["y"] };
    const slopes = { name: "slopes", dims: ["2", "1", "1"], data_type: 1, float_data: [0.5, 0.25] };
    const model = modelOf([node], {}, { initializer: [slopes] });
    const kept = replaced(model, { from: ["PRelu"] }).model.graph;
    expect(kept.node).toEqual([sauNode("x", "y", "slopes", "sau_beta_1")]);
    expect(kept.initializer).toEqual([slopes, number("sau_beta_1", DEFAULTS.beta)]);
    const given = replaced(model, { from: ["PRelu"], alpha: 0.2 }).model.graph;
    expect(given.node).toEqual([sauNode("x", "y", "sau_alpha_1", "sau_beta_2")]);
  });

  it("leaves operators of the same name in other domains", () => {
    const nodes = [
      unary("Gelu", "x", "a", { domain: "com.microsoft" }),
      unary("Gelu", "a", "y", { domain: "ai.onnx" }),
    ];
    const { model, names } = replaced(modelOf(nodes), { from: ["Gelu"] });
    expect(names).toEqual(["y"]);
    expect(model.graph.node![0]).toEqual(nodes[0]);
  });

  it("replaces in the graphs of nodes, at any depth, with constants of the outer graph", () => {
    const inner = {
      name: "inner",
      node: [unary("Relu", "x", "r", { name: "inner" })],
      output: [valueInfo("r", ["n"])],
    };
    const loop = {
      name: "loop",
      node: [
        unary("Identity", "x", "q"),
        {
          op_type: "Loop",
          input: ["x"],
          output: ["o"],
          attribute: [{ name: "body", type: "GRAPH", g: inner }],
        },
      ],
      output: [],
    };
    const choice = (g: GraphJson) => [
      { name: "then_branch", type: "GRAPH", g: loop },
      { name: "else_branch", type: "GRAPH", g },
      { name: "list", type: "GRAPHS", graphs: [{ ...inner, name: "in a list" }] },
    ];
    const model = modelOf([
      { op_type: "If", input: ["c"], output: ["m"], attribute: choice({ ...inner, name: "else" }) },
      unary("Relu", "m", "y", { name: "outer" }),
    ]);
    const before = decodeModel(encodeModel(model));
    const { model: after, names } = replaced(model, { from: ["Relu"] });
    expect([...names].sort()).toEqual(["inner", "inner", "inner", "outer"]);
    // The same model, but for the nodes and what was added.
    const text = JSON.stringify(before.graph).replaceAll(
      /\{"input":\["(\w+)"\],"output":\["(\w+)"\],"name":"(inner|outer)","op_type":"Relu"\}/g,
      (_, input, output, name) =>
        JSON.stringify({ ...sauNode(input, output, "sau_alpha_1", "sau_beta_2"), name }),
    );
    expect(after.graph).toEqual({
      ...JSON.parse(text),
      initializer: [number("sau_alpha_1", DEFAULTS.alpha), number("sau_beta_2", DEFAULTS.beta)],
    });
  });

  it("replaces in functions, with constants of their own and the import", () => {
    const block = {
      name: "Block",
      domain: "local",
      input: ["in"],
      output: ["out"],
      opset_import: [{ version: "17" }],
      node: [unary("Neg", "in", "t"), unary("Relu", "t", "out")],
    };
    const model = modelOf([unary("Block", "x", "y", { domain: "local" })], { functions: [block] });
    const { model: after, names } = replaced(model, { from: ["Relu"], alpha: 0.5, beta: 4 });
    expect(names).toEqual(["out"]);
    const [found, sau] = after.functions!;
    const constant = (name: string, value: number) => ({
      op_type: "Constant",
      output: [name],
      attribute: [{ name: "value", type: "TENSOR", t: number(name, value) }],
    });
    expect(found).toEqual({
      ...block,
      opset_import: [...block.opset_import, IMPORT],
      node: [
        constant("sau_alpha_1", 0.5),
        constant("sau_beta_2", 4),
        unary("Neg", "in", "t"),
        sauNode("t", "out", "sau_alpha_1", "sau_beta_2"),
      ],
    });
    expect(sau).toMatchObject({ name: "SAU" });
    expect(after.graph).not.toHaveProperty("initializer");
  });

  it("gives names that the model does not have", () => {
    const sparse = {
      values: { name: "sau_beta_40", data_type: 1, dims: ["1"], float_data: [1] },
      dims: ["3"],
    };
    const g = { name: "g", node: [unary("Neg", "x", "sau_alpha_7")], input: [valueInfo("sau_beta_12", [])] };
    const model = modelOf(
      [
        unary("Relu", "x", "y"),
        { op_type: "If", input: ["c"], attribute: [{ name: "then_branch", type: "GRAPH", g }] },
      ],
      {},
      { initializer: [number("sau_alpha_3", 1)], sparse_initializer: [sparse] },
    );
    const { model: after } = replaced(model, { from: ["Relu"] });
    expect(after.graph.node![0]!.input).toEqual(["x", "sau_alpha_41", "sau_beta_42"]);
  });

  it.each<[string, ModelJson]>([
    ["a node's output", modelOf([unary("Relu", "x", "sau_beta_40")])],
    ["an initializer", modelOf([unary("Relu", "x", "y")], {}, { initializer: [number("sau_beta_40", 1)] })],
    ["an input", modelOf([unary("Relu", "x", "y")], {}, { input: [valueInfo("sau_beta_40", [])] })],
    [
      "a function's input",
      modelOf([unary("Relu", "x", "y")], {
        functions: [
          { name: "F", domain: "f", input: ["sau_beta_40"], output: ["o"], node: [unary("Neg", "i", "o")] },
        ],
      }),
    ],
  ])("gives no name that is taken by %s", (_, model) => {
    const { graph } = replaced(model, { from: ["Relu"] }).model;
    expect(graph.node![0]!.input!.slice(1)).toEqual(["sau_alpha_41", "sau_beta_42"]);
  });

  it("counts no names that it would not give", () => {
    const names = ["my_sau_alpha_7", "sau_alpha_8_scaled", "sau_gamma_9"];
    const initializer = names.map((name) => number(name, 1));
    // No value, but a function.
    const functions = [{ name: "sau_alpha_6", domain: "f", node: [unary("Neg", "i", "o")] }];
    const model = modelOf([unary("Relu", "x", "y")], { functions }, { initializer });
    const { graph } = replaced(model, { from: ["Relu"] }).model;
    expect(graph.node![0]!.input).toEqual(["x", "sau_alpha_1", "sau_beta_2"]);
  });

  it("can be repeated: the function stays one, and names differ", () => {
    const model = modelOf([unary("Relu", "x", "a"), unary("Tanh", "a", "y")]);
    const once = replaceActivations(encodeModel(model), { from: ["Relu"] }).model;
    const { model: twice, names } = replaced(decodeModel(once), { from: ["Tanh"], alpha: 0.5 });
    expect(names).toEqual(["y"]);
    expect(twice.functions).toEqual(decodeModel(once).functions);
    expect(twice.opset_import).toEqual([{ version: "17" }, IMPORT]);
    expect(twice.graph.initializer!.map(({ name }) => name)).toEqual([
      "sau_alpha_1",
      "sau_beta_2",
      "sau_alpha_3",
      "sau_beta_4",
    ]);
  });

  it("replaces the nodes that are named alone", () => {
    const model = modelOf([
      unary("Relu", "x", "a", { name: "one" }),
      unary("Relu", "a", "b"),
      unary("Relu", "b", "y"),
    ]);
    const { model: after, names } = replaced(model, { from: ["Relu"], nodes: ["b", "one"] });
    expect(names).toEqual(["one", "b"]);
    expect(after.graph.node!.map(({ op_type }) => op_type)).toEqual(["SAU", "SAU", "Relu"]);
  });

  it("works on models of 16 bits from opset 15 on", () => {
    const model = modelOf(
      [unary("Relu", "x", "y")],
      { opset_import: [{ version: 15 }] },
      ends(["n"], FLOAT16),
    );
    expect(replaced(model, { from: ["Relu"] }).names).toEqual(["y"]);
  });
});

describe("one value a channel", () => {
  const alpha = Float32Array.of(0.1, 0.2, 0.3);

  /** The dimensions of alpha in the model. */
  function dims(shape: readonly (number | string)[] | undefined, channelAxis?: number): unknown {
    const graph = shape === undefined ? { input: [], output: [] } : ends(shape);
    const options = { from: ["Relu"], alpha, ...(channelAxis !== undefined && { channelAxis }) };
    const { model } = replaced(modelOf([unary("Relu", "x", "y")], {}, graph), options);
    const [first, second] = model.graph.initializer!;
    expect(first!.float_data).toEqual([...alpha]);
    expect(second).toEqual(number("sau_beta_2", DEFAULTS.beta));
    return first!.dims;
  }

  it.each([
    ["NCHW", ["n", 3, 8, 8], undefined, ["3", "1", "1"]],
    ["NCHW with unknown sizes", ["n", "c", "h", "w"], undefined, ["3", "1", "1"]],
    ["NC", ["n", 3], undefined, ["3"]],
    ["NCL", [1, 3, 100], undefined, ["3", "1"]],
    ["NHWC", ["n", 8, 8, 3], -1, ["3"]],
    ["NHWC from the start", ["n", 8, 8, 3], 3, ["3"]],
    ["the first axis", [3, 4], 0, ["3", "1"]],
    ["sizes of -1, as some exporters write what is not known", [-1, -1, -1, -1], undefined, ["3", "1", "1"]],
    ["no shape, and NCHW from the end", undefined, -3, ["3", "1", "1"]],
    ["no shape, and another axis from the end", undefined, -2, ["3", "1"]],
  ] as const)("%s", (_, shape, axis, expected) => {
    expect(dims(shape, axis)).toEqual(expected);
  });

  it("finds shapes in value_info, of inputs and else of outputs, each in its own graph or function", () => {
    const block = {
      name: "Block",
      domain: "local",
      input: ["in"],
      output: ["out"],
      opset_import: [{ version: 17 }],
      node: [unary("Relu", "in", "m"), unary("Relu", "m", "out")],
      value_info: [valueInfo("m", [1, 3])],
    };
    const model = modelOf(
      [unary("Relu", "x", "m"), unary("Block", "m", "y", { domain: "local" })],
      { functions: [block] },
      { ...ends(["n", 3, 4, 4]), input: [], output: [], value_info: [valueInfo("m", ["n", 3, 4, 4])] },
    );
    const after = replaced(model, { from: ["Relu"], alpha, beta: Float32Array.of(1, 2, 3) }).model;
    expect(after.graph.initializer!.map((tensor) => tensor.dims)).toEqual([
      ["3", "1", "1"],
      ["3", "1", "1"],
    ]);
    const constants = after.functions![0]!.node!.filter(({ op_type }) => op_type === "Constant");
    expect(constants.map((node) => node.attribute![0]!.t!.dims)).toEqual([["3"], ["3"]]);
  });

  it("finds shapes in the graphs of nodes, each in its own and else in those around it", () => {
    const branch = (name: string, graph: GraphJson): GraphJson => ({
      name,
      node: [unary("Relu", "m", "r"), unary("Neg", "r", "s"), unary("Relu", "s", name)],
      ...graph,
    });
    // The same names in both branches, and one that is known outside of them.
    const then = branch("t", { value_info: [valueInfo("s", ["n", 3])] });
    const other = branch("e", { value_info: [valueInfo("s", ["n", 3, 4, 4])] });
    const model = modelOf(
      [
        unary("Neg", "x", "m"),
        {
          op_type: "If",
          input: ["c"],
          output: ["y"],
          attribute: [
            { name: "then_branch", type: "GRAPH", g: then },
            { name: "else_branch", type: "GRAPH", g: other },
          ],
        },
      ],
      {},
      { input: [], output: [], value_info: [valueInfo("m", ["n", 3, 4])] },
    );
    const { graph } = replaced(model, { from: ["Relu"], alpha }).model;
    const dimsOf = new Map(graph.initializer!.map(({ name, dims: found }) => [name, found]));
    const found = graph.node![1]!.attribute!.map(({ g }) =>
      g!.node!.filter(({ op_type }) => op_type === "SAU").map(({ input }) => dimsOf.get(input![1]!)),
    );
    expect(found).toEqual([
      [["3", "1"], ["3"]],
      [
        ["3", "1"],
        ["3", "1", "1"],
      ],
    ]);
  });

  it("takes no shape of an outer value of the same name", () => {
    const inner = {
      name: "inner",
      input: [valueInfo("x", [])],
      node: [unary("Neg", "x", "m"), unary("Relu", "m", "r")],
    };
    const nodes = [
      unary("Neg", "x", "m"),
      { op_type: "Loop", attribute: [{ name: "body", type: "GRAPH", g: inner }] },
    ];
    const model = modelOf(nodes, {}, { value_info: [valueInfo("m", ["n", 3, 4])] });
    expect(() => replaced(model, { from: ["Relu"], alpha })).toThrow(/does not say how many dimensions/);
  });

  it("shares constants among nodes with the same values and dimensions", () => {
    const model = modelOf(
      [unary("Relu", "x", "a"), unary("Relu", "a", "b"), unary("Relu", "b", "y")],
      {},
      {
        ...ends(["n", 3, 4, 4]),
        value_info: [valueInfo("a", ["n", 3])],
      },
    );
    const { graph } = replaced(model, { from: ["Relu"], alpha }).model;
    expect(graph.initializer!.map(({ dims: found }) => found)).toEqual([["3", "1", "1"], undefined, ["3"]]);
  });
});
