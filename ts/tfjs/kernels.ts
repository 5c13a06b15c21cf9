/**
 * SAU as kernels of TensorFlow.js: forward, and backward with all gradients in one pass.
 *
 * A parameter is an input where it is a tensor, and an attribute where it is a number.
 */
import type { SauParams } from "../params.js";
import { channelsOf, expand, type ParameterShapes, reduce } from "./broadcast.js";
import type { KernelCall, KernelConfig, TensorInfo, Tf } from "./framework.js";
import { cpuStore } from "./stores/cpu.js";
import type { TensorStore } from "./stores/store.js";
import { wasmStore } from "./stores/wasm.js";

/** The kernels' names. */
export const FORWARD = "Sau";
export const BACKWARD = "SauGrad";

/** The parameters, in the order of their gradients. */
export const PARAMETERS = ["alpha", "beta"] as const;

export type ParameterName = (typeof PARAMETERS)[number];

/** The backends with kernels, and where their tensors are. */
const STORES: Readonly<Record<string, (backend: object) => TensorStore>> = {
  cpu: cpuStore,
  wasm: wasmStore,
};

type Inputs = KernelCall["inputs"];

/** The parameters that are tensors. */
function tensorsOf(inputs: Inputs): ParameterName[] {
  return PARAMETERS.filter((name) => inputs[name] !== undefined);
}

/** The parameters of a call, and how the gradients of those that are tensors become tensors of the same shapes. */
function parametersOf(
  { inputs, attrs }: KernelCall,
  values: Readonly<Record<string, Float32Array>>,
): { params: SauParams; gradientOf(name: ParameterName, gradient: number | Float32Array): Float32Array } {
  const { shape } = inputs.x!;
  const shapes: ParameterShapes = Object.fromEntries(
    tensorsOf(inputs).map((name) => [name, inputs[name]!.shape]),
  );
  const channels = channelsOf(shape, shapes);
  const parameter = (name: ParameterName): number | Float32Array =>
    shapes[name] === undefined
      ? (attrs[name] as number)
      : expand(values[name]!, shapes[name], shape.length, channels);
  const params = { alpha: parameter("alpha"), beta: parameter("beta") };
  return {
    params: channels === undefined ? params : { ...params, ...channels },
    gradientOf: (name, gradient) => reduce(gradient, shapes[name]!, shape.length, channels),
  };
}

/** A new tensor of the shape of x, computed from the inputs' values. */
function compute(
  store: TensorStore,
  inputs: Inputs,
  fill: (values: Record<string, Float32Array>, output: Float32Array) => void,
): TensorInfo {
  const output = store.create(inputs.x!.shape);
  try {
    const arrays = store.valuesOf([...Object.values(inputs), output]);
    fill(Object.fromEntries(Object.keys(inputs).map((name, i) => [name, arrays[i]!])), arrays.at(-1)!);
  } catch (error) {
    store.discard(output);
    throw error;
  }
  return output;
}

function forward(store: TensorStore, call: KernelCall): TensorInfo {
  return compute(store, call.inputs, (values, y) => {
    store.sau.forward(values.x!, parametersOf(call, values).params, { out: y });
  });
}

/** The gradients of x, and of those parameters that are tensors, in their order. */
function backward(store: TensorStore, call: KernelCall): TensorInfo[] {
  const names = tensorsOf(call.inputs);
  let gradients: Float32Array[] = [];
  const dx = compute(store, call.inputs, (values, out) => {
    const { params, gradientOf } = parametersOf(call, values);
    const found = store.sau.backward(values.x!, values.dy!, params, {
      want: ["dx", ...names],
      out: { dx: out },
    });
    const sums = { alpha: found.dAlpha, beta: found.dBeta };
    gradients = names.map((name) => gradientOf(name, sums[name]));
  });
  return [dx, ...names.map((name, i) => store.create(call.inputs[name]!.shape, gradients[i]!))];
}

/** Registers the kernels for every backend that has none yet; a registry is one for all copies of TensorFlow.js. */
export function registerKernels(tf: Tf): void {
  for (const [backendName, storeOf] of Object.entries(STORES)) {
    const configs: KernelConfig[] = [
      { kernelName: FORWARD, backendName, kernelFunc: (call) => forward(storeOf(call.backend), call) },
      { kernelName: BACKWARD, backendName, kernelFunc: (call) => backward(storeOf(call.backend), call) },
    ];
    for (const config of configs) {
      if (tf.getKernel(config.kernelName, backendName) === undefined) tf.registerKernel(config);
    }
  }
}
