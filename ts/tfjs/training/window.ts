/** Images cut to size. */
import type { Tensor, Tf } from "../framework.js";

/** Rows or columns of an image: `before` of zeros, then the image, cut or followed by zeros to make `size`. */
export interface Fit {
  readonly before: number;
  readonly size: number;
}

/** An image of [batch, height, width, channels], fitted; `before` may be below 0, which cuts. */
export function fit(tf: Tf, image: Tensor, rows: Fit, columns: Fit): Tensor {
  const fits = [rows, columns];
  const paddings = fits.map(({ before, size }, i): [number, number] => {
    const after = size - before - image.shape[1 + i]!;
    return [Math.max(0, before), Math.max(0, after)];
  });
  const begin = fits.map(({ before }) => Math.max(0, -before));
  const padded = tf.pad(image, [[0, 0], paddings[0]!, paddings[1]!, [0, 0]]);
  const [batch, , , channels] = image.shape as [number, number, number, number];
  return tf.slice(padded, [0, begin[0]!, begin[1]!, 0], [batch, rows.size, columns.size, channels]);
}
