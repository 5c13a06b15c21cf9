/**
 * The gradient of conv2d by its filter, as a convolution of its own.
 *
 * dW[h, w, c, k] is the sum over the batch and over places (i, j) of x[b, s i + h, s j + w, c] dy[b, i, j, k]: a
 * convolution of x with dy for its filter, the batch for its channels and the strides s for its dilations.
 */
import type { KernelCall, Tensor, TensorInfo, Tf, WindowInfo } from "../framework.js";
import { IMAGE, type Needed } from "./probe.js";
import { fit } from "./window.js";

/** What of x the filter has met, so that a convolution with dy for its filter has the filter's size. */
export function met(tf: Tf, x: Tensor, info: WindowInfo): Tensor {
  const { padInfo, outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth } = info;
  return fit(
    tf,
    x,
    { before: padInfo.top, size: (outHeight - 1) * strideHeight + filterHeight },
    { before: padInfo.left, size: (outWidth - 1) * strideWidth + filterWidth },
  );
}

/** How the filter moved. Depthwise or not: nothing but the channels of the result differs, which nobody asks for here. */
export function infoOf(tf: Tf, x: number[], filter: number[], attrs: KernelCall["attrs"]): WindowInfo {
  const { strides, dilations = 1, pad, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad, dimRoundingMode);
}

function compute(tf: Tf, { inputs, attrs }: KernelCall): TensorInfo {
  const [x, dy] = [inputs.x as Tensor, inputs.dy as Tensor];
  if (attrs.dataFormat === "NCHW") {
    throw new TypeError("dataFormat is NCHW, expected NHWC, which is what the wasm backend's conv2d takes.");
  }
  const info = infoOf(tf, x.shape, attrs.filterShape as number[], attrs);
  return tf.tidy("Conv2DBackpropFilter", () => {
    const images = tf.transpose(met(tf, x, info), [3, 1, 2, 0]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    const dilations: [number, number] = [info.strideHeight, info.strideWidth];
    const gradient = tf.conv2d(images, filter, 1, "valid", "NHWC", dilations);
    return tf.transpose(gradient, [1, 2, 0, 3]);
  });
}

export const conv2dBackpropFilter: Needed = {
  name: "Conv2DBackpropFilter",
  compute,
  problem: {
    inputs: {
      x: IMAGE,
      dy: [
        [1, 2, 2, 1],
        [1, 10, 100, 1000],
      ],
    },
    attrs: {
      strides: [2, 2],
      pad: "same",
      dataFormat: "NHWC",
      dimRoundingMode: undefined,
      filterShape: [2, 2, 1, 1],
    },
    answer: [9731, 802, 64, 5],
  },
};
