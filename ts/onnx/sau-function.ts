/**
 * SAU as a function of a model: `ai.sau::SAU(X, alpha, beta)`, in operators of ONNX that every runtime has.
 *
 *     Y = leaky_relu(X; alpha) + (1 - alpha) / beta h(beta |X|)         h(t) = phi(t) - t Q(t) = phi(t) + Gelu(-t)
 *
 * X has any shape and any floating-point type, which Y has too. alpha and beta are numbers (no dimension) or broadcast
 * to X. All is computed in float32, whatever X is, so that float16 loses no more than in its last rounding; what
 * depends on alpha and beta alone is left to runtimes, which fold constants.
 *
 * NaN gives NaN; infinity gives infinity; -infinity gives -infinity sign(alpha), and 0 at alpha = 0. The sign of zero
 * is not kept. Nothing overflows where (1 - alpha) / beta does not: -t is cut off where h is as good as 0, so that no
 * infinity meets a 0. From there on Y is leaky ReLU. The sum has no cancellation but at SAU's own root.
 *
 * Error: at most 10 ulp of max(|y|, |1 - alpha| phi(0) / beta); test/frameworks/onnx holds it in ONNX Runtime. Most of
 * it is from Erf, since ONNX has no erfc.
 *
 * Written for runtimes: Gelu(-t) in the form that ONNX Runtime makes one kernel of; Relu and Clip in place of PRelu
 * and Max, which its WebGPU kernels lack; no Where over the sign of x, which takes ONNX Runtime longer than all the rest,
 * since it branches for each element. NaN passes through Relu there, which the same test holds.
 */
import {
  type Attribute,
  constant,
  encodeField,
  type Fields,
  floatAttribute,
  intAttribute,
  node,
  opset,
  writeMessage,
  writeString,
} from "./encode.js";
import { DATA_TYPE, FUNCTION, MODEL } from "./schema.js";

/** The function, and the operator set that it is of. */
export const SAU = { domain: "ai.sau", version: 1, name: "SAU" } as const;

/** What the function takes and gives, by the names that its body has for them. */
export const SIGNATURE = { inputs: ["X", "alpha", "beta"], outputs: ["Y"] } as const;

/** The first operator set with all that the function needs in float32: Erf and Where. */
export const FIRST_OPSET = 9;

/** The first with CastLike, without which the result could have no other type than float32. */
export const FIRST_OPSET_FOR_OTHER_TYPES = 15;

/** The first in which Clip takes its bounds as inputs. */
const CLIP_WITH_INPUTS = 11;

/** The first IR version with functions in models. */
export const FIRST_IR_VERSION = 8;

/**
 * Least -t. Farther out Exp would give subnormal numbers, or take a detour over them, which takes processors ten times
 * as long; and at the paper's beta nearly every element is there.
 */
const LOWEST = -6;

/** What is taken from h, a quarter of an ulp of phi(0) and above h(6): so that it is 0 from there on. */
const VANISHING = 2 ** -27;

const DOC = `Smooth Activation Unit, arXiv 2109.13210: alpha X + (1 - alpha) (X Phi(beta X) + phi(beta X) / beta), as
LeakyRelu(X; alpha) + (1 - alpha) / beta (phi(t) - t (1 - Phi(t))) with t = beta |X|, which neither overflows nor cancels.`;

type Step = readonly [opType: string, inputs: readonly string[], output: string, attribute?: Attribute];

const number = (name: string, value: number): Fields => constant(name, Float32Array.of(value));

const toFloat = intAttribute("to", DATA_TYPE.float);

/** The body, for a model of that operator set. */
function* body(version: number): Generator<Fields> {
  const castsTypes = version >= FIRST_OPSET_FOR_OTHER_TYPES;
  const [x, alpha, beta] = castsTypes ? ["x", "alpha_float", "beta_float"] : ["X", "alpha", "beta"];
  const clip: Step =
    version >= CLIP_WITH_INPUTS
      ? ["Clip", ["minus_beta_x", "lowest"], "minus_t"]
      : ["Clip", ["minus_beta_x"], "minus_t", floatAttribute("min", LOWEST)];
  yield number("zero", 0);
  yield number("one", 1);
  yield number("half", 0.5);
  yield number("minus_half", -0.5);
  yield number("sqrt_2", Math.SQRT2);
  yield number("phi_0", 1 / Math.sqrt(2 * Math.PI));
  yield number("vanishing", VANISHING);
  if (version >= CLIP_WITH_INPUTS) yield number("lowest", LOWEST);
  const casts: Step[] = [
    ["Cast", ["X"], x, toFloat],
    ["Cast", ["alpha"], alpha, toFloat],
    ["Cast", ["beta"], beta, toFloat],
  ];
  const steps: Step[] = [
    ...(castsTypes ? casts : []),
    // Of alpha and beta alone.
    ["Neg", [beta], "minus_beta"],
    ["Sub", ["one", alpha], "rest"],
    ["Div", ["rest", beta], "width"],
    ["Abs", [alpha], "steepness"],
    ["Less", ["zero", "steepness"], "is_sloped"],
    // Gelu(-t), in the form that runtimes know.
    ["Abs", [x], "magnitude"],
    ["Mul", ["magnitude", "minus_beta"], "minus_beta_x"],
    clip,
    ["Div", ["minus_t", "sqrt_2"], "into_erf"],
    ["Erf", ["into_erf"], "erf"],
    ["Add", ["erf", "one"], "two_q"],
    ["Mul", ["minus_t", "two_q"], "two_gelu"],
    ["Mul", ["two_gelu", "half"], "gelu"],
    // phi(t).
    ["Mul", ["minus_t", "minus_t"], "squared"],
    ["Mul", ["squared", "minus_half"], "exponent"],
    ["Exp", ["exponent"], "exp"],
    ["Mul", ["exp", "phi_0"], "phi"],
    ["Add", ["phi", "gelu"], "sum"],
    ["Sub", ["sum", "vanishing"], "difference"],
    ["Relu", ["difference"], "h"],
    ["Mul", ["h", "width"], "smooth"],
    // leaky_relu(x; alpha), where 0 times infinity must be 0.
    ["Relu", [x], "positive"],
    ["Neg", [x], "minus_x"],
    ["Relu", ["minus_x"], "negative"],
    ["Where", ["is_sloped", "negative", "zero"], "sloped"],
    ["Mul", ["sloped", alpha], "slope"],
    ["Sub", ["positive", "slope"], "leaky"],
    ["Add", ["leaky", "smooth"], castsTypes ? "y" : "Y"],
    ...(castsTypes ? [["CastLike", ["y", "X"], "Y"] as const] : []),
  ];
  for (const [opType, inputs, output, attribute] of steps) {
    yield node(opType, inputs, output, attribute === undefined ? [] : [attribute]);
  }
}

/** The function as a field of a model of that operator set. */
export function encodeSauFunction(version: number): Uint8Array {
  return encodeField(MODEL.functions, (writer) => {
    writeString(writer, FUNCTION.functionName, SAU.name);
    for (const input of SIGNATURE.inputs) writeString(writer, FUNCTION.input, input);
    for (const output of SIGNATURE.outputs) writeString(writer, FUNCTION.output, output);
    for (const each of body(version)) writeMessage(writer, FUNCTION.node, each);
    writeString(writer, FUNCTION.docString, DOC);
    writeMessage(writer, FUNCTION.opsetImport, opset("", version));
    writeString(writer, FUNCTION.domain, SAU.domain);
  });
}

/** The import of the function's operator set, as a field of a model or of a function. */
export function encodeSauImport(field: number): Uint8Array {
  return encodeField(field, opset(SAU.domain, SAU.version));
}
