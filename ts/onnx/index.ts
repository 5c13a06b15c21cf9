/**
 * sau-simd/onnx: the bytes of an ONNX model, rewritten so that it computes SAU.
 *
 * The result runs wherever ONNX runs, without this package: SAU is a function of the model, in operators of ONNX.
 *
 * @packageDocumentation
 */
import { Model } from "./model.js";
import { type Replacement, type ReplaceOptions, replaceActivations as replace } from "./replace.js";

export { OnnxError } from "./errors.js";
export type { Replacement, ReplaceOptions } from "./replace.js";

/**
 * Adds the function `ai.sau::SAU(X, alpha, beta)` to a model, and the import that nodes of it need.
 * ts/onnx/sau-function.ts says what it computes and how exactly.
 *
 * All else keeps its bytes: unknown fields, the order of fields, tensors, references to files with external data. Where
 * the function is there already nothing changes. A model of an IR version below 8, the first with functions, gets that;
 * one below 4 loses the inputs that are initializers, which only those versions ask for.
 *
 * @param bytes the model's bytes, which stay as they are
 * @returns the new model's bytes
 * @throws {OnnxError} for bytes that are no ONNX model; for a model of an operator set before 9, or of one before 15
 *   that has values of float16, float64 or bfloat16 anywhere; for one that has another function of that name
 * @throws {TypeError} for what are no bytes
 */
export function addSauFunction(bytes: Uint8Array): Uint8Array {
  const model = new Model(bytes);
  model.addSauFunction();
  return model.toBytes();
}

/**
 * Replaces activations of a model by SAU, in its graph, in the graphs of its nodes (If, Loop, Scan), and in its
 * functions. Adds the function as {@link addSauFunction} does, and the parameters as initializers `sau_alpha_1`,
 * `sau_beta_2` and so on, in functions as constants; nodes with the same values share them.
 *
 * Of Clips, those from 0 on alone are activations: {@link ReplaceOptions.from}.
 *
 * A node keeps its name, its first input and its outputs. Values of the model keep their names, types and shapes.
 *
 * @param bytes the model's bytes, which stay as they are
 * @throws {OnnxError} as {@link addSauFunction} does
 * @throws {RangeError} for an operator that is no activation or that the model does not contain, for a name of no such
 *   node, and for a value of alpha or beta
 * @throws {TypeError} for a kind; for a channel axis or a number of channels that the model's shapes contradict; and for
 *   values a channel without a channel axis that counts from the end, where the model lacks a shape
 */
export function replaceActivations(bytes: Uint8Array, options: ReplaceOptions): Replacement {
  return replace(bytes, options);
}
