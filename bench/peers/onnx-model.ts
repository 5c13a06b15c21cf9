/** ONNX models of one activation each, as bytes. */
import { FLOAT, FLOAT_ATTRIBUTE, node, SCHEMA, TENSOR_ATTRIBUTE } from "../../scripts/onnx-proto.js";
import { load } from "./peer.js";

/** What is used of protobufjs. */
interface Protobuf {
  parse(schema: string, options: object): { readonly root: { lookupType(name: string): MessageType } };
}

interface MessageType {
  encode(message: object): { finish(): Uint8Array };
}

/** IR version 9 goes with operator set 20, the first with Gelu. */
const [IR_VERSION, OPSET] = [9, 20];

const DOMAIN = "ai.sau";

const standard = { domain: "", version: OPSET };

const vector = (name: string) => ({
  name,
  type: { tensor_type: { elem_type: FLOAT, shape: { dim: [{ dim_param: "n" }] } } },
});

const scalar = (name: string, value: number) => ({ name, data_type: FLOAT, float_data: [value] });

const constant = (name: string, value: number) =>
  node("Constant", [], name, {
    attribute: [{ name: "value", t: scalar(name, value), type: TENSOR_ATTRIBUTE }],
  });

/**
 * SAU as a function of the model: what depends on alpha and beta alone is left to the runtime, which folds
 * constants.
 *
 * Simpler and, at the bench's beta, faster than what sau-simd/onnx writes, so that the peer is as strong as it can be:
 * its sum cancels on the negative side, beta squared overflows early, and at a large beta Exp gives subnormal numbers.
 * ts/onnx/sau-function.ts makes more passes, to avoid all that.
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
