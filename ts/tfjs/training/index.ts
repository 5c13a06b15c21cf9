/**
 * sau-simd/tfjs/training: what TensorFlow.js 4 lacks, or has wrong, for training on its wasm backend.
 *
 * @packageDocumentation
 */
import { checkFramework, type TensorFlow } from "../framework.js";
import { conv2dBackpropFilter } from "./convolution.js";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./depthwise.js";
import { maxPoolGrad } from "./max-pool.js";
import { isRight } from "./probe.js";

export type { TensorFlow } from "../framework.js";

const BACKEND = "wasm";

/** What may have to be registered. */
const KERNELS = [conv2dBackpropFilter, depthwiseBackpropFilter, depthwiseBackpropInput, maxPoolGrad];

/**
 * Registers those kernels of the wasm backend that are missing, or fail a small problem with a known answer:
 *
 * - Conv2DBackpropFilter, the gradient of conv2d by its filter, composed of TensorFlow.js's own convolution;
 * - DepthwiseConv2dNativeBackpropFilter and DepthwiseConv2dNativeBackpropInput, those of depthwise convolution;
 * - MaxPoolGrad, that of maxPool: TensorFlow.js 4.22 gives windows whose values are all negative no gradient, which
 *   does not show behind a ReLU, and does behind SAU.
 *
 * Call it when the wasm backend is set. A second call finds nothing to do. Values are those of the cpu backend up to
 * the order of sums (test/frameworks/tfjs/training.test.ts).
 *
 * @returns the names of the kernels that it registered
 * @throws {TypeError} for what is no TensorFlow.js
 * @throws {RangeError} for one of another major version than 4, and while another backend is set
 */
export function registerTraining(tf: TensorFlow): string[] {
  const checked = checkFramework(tf);
  const backend = checked.getBackend();
  if (backend !== BACKEND) {
    throw new RangeError(
      `The backend is ${JSON.stringify(backend)}, expected "${BACKEND}": call await tf.setBackend("${BACKEND}") first.`,
    );
  }
  const needed = KERNELS.filter(({ name, problem }) => !isRight(checked, name, problem));
  for (const { name, compute } of needed) {
    if (checked.getKernel(name, BACKEND) !== undefined) checked.unregisterKernel(name, BACKEND);
    checked.registerKernel({
      kernelName: name,
      backendName: BACKEND,
      kernelFunc: (call) => compute(checked, call),
    });
  }
  return needed.map(({ name }) => name);
}
