/** The gradient of maxPool: each window's dy goes to the first of its greatest values, as on the cpu backend. */
import type { KernelCall, TensorInfo, Tf, WindowInfo } from "../framework.js";
import { viewsOf, type WasmBackend } from "../stores/wasm-backend.js";
import type { Needed } from "./probe.js";

/** Adds each window's dy to dx, at the first of the window's greatest values. */
function scatter(info: WindowInfo, x: Float32Array, dy: Float32Array, dx: Float32Array): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  let window = 0;
  for (let batch = 0; batch < batchSize; batch++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const top = outRow * info.strideHeight - padInfo.top;
      const firstRow = Math.max(0, top);
      const endRow = Math.min(inHeight, top + info.effectiveFilterHeight);
      for (let outColumn = 0; outColumn < outWidth; outColumn++) {
        const left = outColumn * info.strideWidth - padInfo.left;
        const firstColumn = Math.max(0, left);
        const endColumn = Math.min(inWidth, left + info.effectiveFilterWidth);
        for (let channel = 0; channel < inChannels; channel++) {
          let [greatest, place] = [-Infinity, -1];
          for (let row = firstRow; row < endRow; row++) {
            const start = ((batch * inHeight + row) * inWidth + firstColumn) * inChannels + channel;
            const end = start + (endColumn - firstColumn) * inChannels;
            for (let at = start; at < end; at += inChannels) {
              if (x[at]! > greatest) {
                greatest = x[at]!;
                place = at;
              }
            }
          }
          if (place >= 0) dx[place]! += dy[window]!;
          window++;
        }
      }
    }
  }
}

function compute(tf: Tf, { inputs, attrs, backend: given }: KernelCall): TensorInfo {
  const backend = given as WasmBackend;
  const input = inputs.input!;
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const result = backend.makeOutput(input.shape, "float32");
  try {
    const [x, dy, dx] = viewsOf(backend, [input, inputs.dy!, result]);
    dx!.fill(0);
    scatter(info, x!, dy!, dx!);
  } catch (error) {
    backend.disposeData(result.dataId);
    throw error;
  }
  return result;
}

export const maxPoolGrad: Needed = {
  name: "MaxPoolGrad",
  compute,
  problem: {
    inputs: {
      input: [
        [1, 2, 2, 1],
        [-4, -1, -3, -2],
      ],
      output: [[1, 1, 1, 1], [-1]],
      dy: [[1, 1, 1, 1], [5]],
    },
    attrs: { filterSize: 2, strides: 2, pad: "valid", dimRoundingMode: undefined },
    answer: [0, 5, 0, 0],
  },
};
