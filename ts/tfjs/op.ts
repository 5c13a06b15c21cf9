/** The operation `sau`, with its gradients: by the kernels where the backend has some, else composed. */
import { DisposedError, describe } from "../errors.js";
import { DEFAULTS, ParamsChecker } from "../params.js";
import { channelsOf, type ParameterShapes } from "./broadcast.js";
import { backward, forward, type Parameters, partsOf } from "./composite.js";
import type { Differentiable, Tensor, Tf } from "./framework.js";
import { BACKWARD, FORWARD, PARAMETERS } from "./kernels.js";

/** `sau` of one TensorFlow.js: see {@link RegisteredSau.sau}. */
export type Op = (x: unknown, alpha?: unknown, beta?: unknown) => Tensor;

/** @throws {TypeError} {DisposedError} for what is no tensor, nor an array that makes one */
function floatTensor(tf: Tf, name: string, value: unknown): Tensor {
  const isTensor = (tensor: unknown): tensor is Tensor => (tensor as object) instanceof tf.Tensor;
  const isLike = typeof value === "number" || Array.isArray(value) || ArrayBuffer.isView(value);
  if (!isTensor(value) && !isLike) {
    throw new TypeError(`${name} is ${describe(value)}, expected a tensor, a number or an array of numbers.`);
  }
  const tensor = isTensor(value) ? value : tf.tensor(value);
  if (tensor.isDisposed) throw new DisposedError(`The tensor ${name}`);
  if (tensor.dtype === "float32") return tensor;
  if (tensor.dtype === "int32" || tensor.dtype === "bool") return tf.cast(tensor, "float32");
  throw new TypeError(`${name} has dtype ${tensor.dtype}, expected float32, int32 or bool.`);
}

function isTensor(parameter: Tensor | number): parameter is Tensor {
  return typeof parameter !== "number";
}

/** What `compute` gives for the parameters that are tensors, by their names. */
function ofTensors<Value>(
  parameters: Parameters,
  compute: (tensor: Tensor, index: number) => Value,
): Partial<Record<keyof Parameters, Value>> {
  const names = PARAMETERS.filter((name) => isTensor(parameters[name]));
  return Object.fromEntries(names.map((name, i) => [name, compute(parameters[name] as Tensor, i)]));
}

function hasKernel(tf: Tf, name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** The parameters that are numbers. */
function numbersOf({ alpha, beta }: Parameters): Partial<Record<keyof Parameters, number>> {
  return { ...(!isTensor(alpha) && { alpha }), ...(!isTensor(beta) && { beta }) };
}

function runKernel(
  tf: Tf,
  name: string,
  inputs: Record<string, Tensor>,
  parameters: Parameters,
): Tensor | Tensor[] {
  const tensors = ofTensors(parameters, (tensor) => tensor);
  return tf.engine().runKernel(name, { ...inputs, ...tensors }, numbersOf(parameters));
}

/**
 * y, and what its gradients are computed from: x, the parameters that are tensors, and what was composed.
 *
 * A gradient that is itself to be differentiated is composed anew from x, whatever there is: its operations then
 * are recorded, with x.
 */
function differentiable(
  tf: Tf,
  x: Tensor,
  parameters: Parameters,
  save: (tensors: Tensor[]) => void,
): Differentiable {
  const tensors = Object.values(ofTensors(parameters, (tensor) => tensor));
  const parts = hasKernel(tf, FORWARD) ? undefined : partsOf(tf, x, parameters);
  save([x, ...tensors, ...Object.values(parts ?? {})]);
  return {
    value:
      parts === undefined
        ? (runKernel(tf, FORWARD, { x }, parameters) as Tensor)
        : forward(tf, x, parameters, parts),
    gradFunc(dy, [savedX, ...saved]) {
      const input = savedX!;
      const now = { ...parameters, ...ofTensors(parameters, (_, i) => saved[i]!) };
      const isRecorded = tf.engine().isTapeOn();
      if (!isRecorded && hasKernel(tf, BACKWARD)) {
        return runKernel(tf, BACKWARD, { x: input, dy }, now) as Tensor[];
      }
      const [slope, e, g] = saved.slice(tensors.length);
      const kept = !isRecorded && slope && e && g ? { slope, e, g } : partsOf(tf, input, now);
      return backward(tf, dy, input, now, kept);
    },
  };
}

/** The operation of one TensorFlow.js. */
export function createOp(tf: Tf): Op {
  const checker = new ParamsChecker();
  const parameter = (name: string, value: unknown): Tensor | number =>
    typeof value === "number" ? value : floatTensor(tf, name, value);

  return (givenX, givenAlpha = DEFAULTS.alpha, givenBeta = DEFAULTS.beta) =>
    tf.tidy("sau", () => {
      const x = floatTensor(tf, "x", givenX);
      const parameters = { alpha: parameter("alpha", givenAlpha), beta: parameter("beta", givenBeta) };
      checker.read(numbersOf(parameters)).check(1);
      const shapes: ParameterShapes = ofTensors(parameters, ({ shape }) => shape);
      channelsOf(x.shape, shapes);
      const compute = tf.customGrad((...args) =>
        differentiable(tf, x, parameters, args.at(-1) as (tensors: Tensor[]) => void),
      );
      return compute(x, ...Object.values(ofTensors(parameters, (tensor) => tensor)));
    });
}
