/** ONNX models of one activation each, as bytes. */
import { load } from "./peer.js";

/** What is used of protobufjs. */
interface Protobuf {
  parse(schema: string, options: object): { readonly root: { lookupType(name: string): MessageType } };
}

interface MessageType {
  encode(message: object): { finish(): Uint8Array };
}

/** The part of ONNX's onnx.proto that such a model needs; fields have its names and numbers. */
const SCHEMA = `
syntax = "proto3";
package onnx;
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated FunctionProto functions = 25;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
  string domain = 7;
}
message AttributeProto { string name = 1; float f = 2; TensorProto t = 5; int32 type = 20; }
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  string name = 8;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { string dim_param = 2; }
message FunctionProto {
  string name = 1;
  repeated string input = 4;
  repeated string output = 5;
  repeated NodeProto node = 7;
  repeated OperatorSetIdProto opset_import = 9;
  string domain = 10;
}`;

/** TensorProto.DataType and AttributeProto.AttributeType. */
const [FLOAT, FLOAT_ATTRIBUTE, TENSOR_ATTRIBUTE] = [1, 1, 4];

/** IR version 9 goes with operator set 20, the first with Gelu. */
const [IR_VERSION, OPSET] = [9, 20];

const DOMAIN = "ai.sau";

const standard = { domain: "", version: OPSET };

const vector = (name: string) => ({
  name,
  type: { tensor_type: { elem_type: FLOAT, shape: { dim: [{ dim_param: "n" }] } } },
});

const scalar = (name: string, value: number) => ({ name, data_type: FLOAT, float_data: [value] });

const node = (op_type: string, input: string[], output: string, more: object = {}) => ({
  op_type,
  input,
  output: [output],
  ...more,
});

const constant = (name: string, value: number) =>
  node("Constant", [], name, {
    attribute: [{ name: "value", t: scalar(name, value), type: TENSOR_ATTRIBUTE }],
  });

/**
 * SAU as a function of the model: what depends on alpha and beta alone is left to the runtime, which folds
 * constants.
 */
const FUNCTION = {
  name: "SAU",
  domain: DOMAIN,
  input: ["x", "alpha", "beta"],
  output: ["y"],
  opset_import: [standard],
  node: [
    constant("one", 1),
    constant("half", 0.5),
    constant("minus_half", -0.5),
    constant("sqrt_half", Math.SQRT1_2),
    constant("inverse_sqrt_2pi", 1 / Math.sqrt(2 * Math.PI)),
    node("Sub", ["one", "alpha"], "rest"),
    node("Mul", ["rest", "half"], "slope"),
    node("Add", ["alpha", "slope"], "middle"),
    node("Mul", ["beta", "sqrt_half"], "into_erf"),
    node("Mul", ["beta", "beta"], "beta_squared"),
    node("Mul", ["beta_squared", "minus_half"], "into_exp"),
    node("Div", ["rest", "beta"], "width"),
    node("Mul", ["width", "inverse_sqrt_2pi"], "height"),
    // From here on over the whole of x.
    node("Mul", ["x", "into_erf"], "t"),
    node("Erf", ["t"], "erf"),
    node("Mul", ["erf", "slope"], "scaled"),
    node("Add", ["scaled", "middle"], "slopes"),
    node("Mul", ["x", "slopes"], "line"),
    node("Mul", ["x", "x"], "squared"),
    node("Mul", ["squared", "into_exp"], "exponent"),
    node("Exp", ["exponent"], "exp"),
    node("Mul", ["exp", "height"], "bump"),
    node("Add", ["line", "bump"], "y"),
  ],
};

/** Makes models. */
export interface ModelMaker {
  sau(alpha: number, beta: number): Uint8Array;
  leakyRelu(alpha: number): Uint8Array;
  gelu(): Uint8Array;
  /** x times `factor`. */
  scale(factor: number): Uint8Array;
  /** x times `before`, its Relu, and that times `after`. */
  reluBetween(before: number, after: number): Uint8Array;
}

export async function modelMaker(): Promise<ModelMaker> {
  const { parse } = await load<Protobuf>("protobufjs");
  const model = parse(SCHEMA, { keepCase: true }).root.lookupType("onnx.ModelProto");
  const encode = (nodes: object[], more: object = {}, initializer: object[] = []) =>
    model
      .encode({
        ir_version: IR_VERSION,
        producer_name: "sau-simd-bench",
        opset_import: [standard, { domain: DOMAIN, version: 1 }],
        graph: { name: "activation", node: nodes, input: [vector("x")], output: [vector("y")], initializer },
        ...more,
      })
      .finish();
  return {
    sau: (alpha, beta) =>
      encode([node("SAU", ["x", "alpha", "beta"], "y", { domain: DOMAIN })], { functions: [FUNCTION] }, [
        scalar("alpha", alpha),
        scalar("beta", beta),
      ]),
    leakyRelu: (alpha) =>
      encode([
        node("LeakyRelu", ["x"], "y", { attribute: [{ name: "alpha", f: alpha, type: FLOAT_ATTRIBUTE }] }),
      ]),
    gelu: () => encode([node("Gelu", ["x"], "y")]),
    scale: (factor) => encode([node("Mul", ["x", "factor"], "y")], {}, [scalar("factor", factor)]),
    reluBetween: (before, after) =>
      encode(
        [node("Mul", ["x", "before"], "m"), node("Relu", ["m"], "r"), node("Mul", ["r", "after"], "y")],
        {},
        [scalar("before", before), scalar("after", after)],
      ),
  };
}
