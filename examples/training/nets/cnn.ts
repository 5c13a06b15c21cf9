/** The small CNN. */
import { tf } from "../framework.js";
import type { Activation } from "./activations.js";
import { initialWeights } from "./initial.js";
import type { Images, Network } from "./network.js";

const WINDOW = 3;

/**
 * Two 3 x 3 convolutions of stride 2, each with the activation after it, and a dense layer: the network of
 * examples/digits, with `channels` channels. No normalisation, so that the activation's own scale and mean matter.
 */
export function cnn(
  channels: readonly [number, number],
  images: Images,
  activation: Activation,
  seed: number,
): Network {
  const weights = initialWeights(seed);
  const model = tf.sequential();
  let [side, inputs] = [images.side, images.channels];
  channels.forEach((filters, index) => {
    model.add(
      tf.layers.conv2d({
        ...(index === 0 && { inputShape: [images.side, images.side, images.channels] }),
        filters,
        kernelSize: WINDOW,
        strides: 2,
        padding: "same",
        kernelInitializer: weights.he(WINDOW * WINDOW * inputs),
      }),
    );
    model.add(activation.create());
    side = Math.ceil(side / 2);
    inputs = filters;
  });
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: images.classes, kernelInitializer: weights.he(side * side * inputs) }));
  return model;
}
