/** TensorFlow.js with SAU, on backends with kernels and on one without. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { registerSau } from "../../../ts/tfjs/index.js";

// Spares the tests its advice.
tf.enableProdMode();

// The cpu backend under a name that SAU has no kernels for: any backend that is not known.
tf.copyRegisteredKernels("cpu", "composed");
tf.registerBackend("composed", tf.findBackendFactory("cpu"));

export const { sau, Sau } = registerSau(tf);

export type SauLayer = InstanceType<typeof Sau>;

/** The wasm backend, as far as tests look into it. */
export interface WasmBackend {
  readonly wasm: { readonly HEAPU8: Uint8Array; readonly asm: { memory: WebAssembly.Memory } };
}

export { tf };

/** The backends with kernels. */
export const WITH_KERNELS = ["wasm", "cpu"] as const;

export const BACKENDS = [...WITH_KERNELS, "composed"] as const;

/** A tensor's values. */
export function valuesOf(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<"float32">();
}

/** How many tensors and how many of the backend's own records `run` leaves behind, beside what it returns. */
export function leftBehind(run: () => unknown): { tensors: number; records: number } {
  const before = [tf.memory().numTensors, tf.backend().numDataIds()] as const;
  try {
    tf.dispose(run() as tf.Tensor);
  } catch {
    // What it throws is another test's matter.
  }
  return { tensors: tf.memory().numTensors - before[0], records: tf.backend().numDataIds() - before[1] };
}

/** Where in a tensor of `shape` the value is that broadcasts to element `index` of one of `broadcast`. */
export function placeIn(shape: readonly number[], broadcast: readonly number[], index: number): number {
  let [rest, place, stride] = [index, 0, 1];
  for (let axis = 1; axis <= broadcast.length; axis++) {
    const coordinate = rest % broadcast.at(-axis)!;
    rest = Math.floor(rest / broadcast.at(-axis)!);
    const size = axis <= shape.length ? shape.at(-axis)! : 1;
    if (size > 1) place += coordinate * stride;
    stride *= size;
  }
  return place;
}
