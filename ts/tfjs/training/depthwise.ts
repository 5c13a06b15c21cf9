/** The gradients of depthwise convolution, as depthwise convolutions of their own. */
import type { KernelCall, Tensor, TensorInfo, Tf } from "../framework.js";
import { infoOf, met } from "./convolution.js";
import { IMAGE, type Needed } from "./probe.js";
import { fit } from "./window.js";

/**
 * dW[h, w, c, m] is the sum over the batch and over places (i, j) of x[b, s i + h, s j + w, c] dy[b, i, j, c M + m]:
 * with every image of the batch for channels of their own, a depthwise convolution of x with dy for its filter and
 * the strides s for its dilations, and the sum over the batch.
 */
function filterGradient(tf: Tf, { inputs, attrs }: KernelCall): TensorInfo {
  const [x, dy] = [inputs.x as Tensor, inputs.dy as Tensor];
  const filterShape = attrs.filterShape as [number, number, number, number];
  const [height, width, channels, multiplier] = filterShape;
  const info = infoOf(tf, x.shape, filterShape, attrs);
  const { batchSize, outHeight, outWidth } = info;
  return tf.tidy("DepthwiseConv2dNativeBackpropFilter", () => {
    const reached = met(tf, x, info);
    const [, rows, columns] = reached.shape as [number, number, number];
    const images = tf.reshape(tf.transpose(reached, [1, 2, 0, 3]), [1, rows, columns, batchSize * channels]);
    const filter = tf.reshape(tf.transpose(dy, [1, 2, 0, 3]), [
      outHeight,
      outWidth,
      batchSize * channels,
      multiplier,
    ]);
    const dilations: [number, number] = [info.strideHeight, info.strideWidth];
    const gradients = tf.depthwiseConv2d(images, filter, 1, "valid", "NHWC", dilations);
    const shape = [height * width, batchSize, channels * multiplier];
    return tf.reshape(tf.sum(tf.reshape(gradients, shape), [1]), filterShape);
  });
}

/**
 * dx[b, p, q, c] is the sum over (h, w, m) of dy[b, (p - h) / s, (q - w) / s, c M + m] W[h, w, c, m] where these
 * divide: dy with s - 1 zeros between its values, convolved with the filter turned round, and the sum over m.
 */
function inputGradient(tf: Tf, { inputs, attrs }: KernelCall): TensorInfo {
  const [dy, filter] = [inputs.dy as Tensor, inputs.filter as Tensor];
  const inputShape = attrs.inputShape as [number, number, number, number];
  const [batch, inHeight, inWidth, channels] = inputShape;
  const info = infoOf(tf, inputShape, filter.shape, attrs);
  const { filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  const [height, width, , multiplier] = filter.shape as [number, number, number, number];
  return tf.tidy("DepthwiseConv2dNativeBackpropInput", () => {
    const apart = spread(tf, dy, strideHeight, strideWidth, outHeight, outWidth);
    const reached = fit(
      tf,
      apart,
      { before: filterHeight - 1 - padInfo.top, size: inHeight + filterHeight - 1 },
      { before: filterWidth - 1 - padInfo.left, size: inWidth + filterWidth - 1 },
    );
    const turned = tf.reshape(tf.reverse(filter, [0, 1]), [height, width, channels * multiplier, 1]);
    const terms = tf.depthwiseConv2d(reached, turned, 1, "valid", "NHWC", [1, 1]);
    if (multiplier === 1) return terms;
    return tf.reshape(
      tf.sum(tf.reshape(terms, [batch * inHeight * inWidth * channels, multiplier]), [1]),
      inputShape,
    );
  });
}

/** An image with zeros between its rows and columns. */
function spread(tf: Tf, image: Tensor, rows: number, columns: number, height: number, width: number): Tensor {
  if (rows === 1 && columns === 1) return image;
  const [batch, , , channels] = image.shape as [number, number, number, number];
  // Zeros behind each value make columns, behind each row make rows.
  const wide = tf.pad(tf.reshape(image, [batch * height * width, 1, channels]), [
    [0, 0],
    [0, columns - 1],
    [0, 0],
  ]);
  const high = tf.pad(tf.reshape(wide, [batch * height, 1, width * columns * channels]), [
    [0, 0],
    [0, rows - 1],
    [0, 0],
  ]);
  return tf.reshape(high, [batch, height * rows, width * columns, channels]);
}

/** A problem's attributes. */
const ATTRS = { strides: [2, 2], pad: "same", dilations: [1, 1], dimRoundingMode: undefined };

export const depthwiseBackpropFilter: Needed = {
  name: "DepthwiseConv2dNativeBackpropFilter",
  compute: filterGradient,
  problem: {
    inputs: {
      x: IMAGE,
      dy: [
        [1, 2, 2, 2],
        [1, 0, 10, 0, 100, 0, 1000, 1],
      ],
    },
    attrs: { ...ATTRS, filterShape: [2, 2, 1, 2] },
    answer: [9731, 9, 802, 0, 64, 0, 5, 0],
  },
};

export const depthwiseBackpropInput: Needed = {
  name: "DepthwiseConv2dNativeBackpropInput",
  compute: inputGradient,
  problem: {
    inputs: {
      dy: [
        [1, 2, 2, 1],
        [1, 10, 100, 1000],
      ],
      filter: [
        [2, 2, 1, 1],
        [1, 2, 3, 4],
      ],
    },
    attrs: { ...ATTRS, inputShape: [1, 3, 3, 1] },
    answer: [1, 2, 10, 3, 4, 30, 100, 200, 1000],
  },
};
