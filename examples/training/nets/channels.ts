/** The two layers that ShuffleNet V2 needs and TensorFlow.js has not: both are about channels, the last axis. */
import { tf } from "../framework.js";

type Shape = (number | null)[];

class ChannelHalf extends tf.layers.Layer {
  static readonly className = "ChannelHalf";

  constructor(readonly half: 0 | 1) {
    super({});
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape.slice(0, -1), inputShape.at(-1)! / 2];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const size = x.shape.at(-1)! / 2;
    const from = x.shape.map((_, axis) => (axis === x.rank - 1 ? this.half * size : 0));
    return tf.slice(x, from, this.computeOutputShape(x.shape) as number[]);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), half: this.half };
  }
}

class ChannelShuffle extends tf.layers.Layer {
  static readonly className = "ChannelShuffle";

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
    return tf.tidy(() => {
      const [batch, height, width, channels] = x.shape;
      const pairs = tf.reshape(x, [batch * height * width, 2, channels / 2]);
      return tf.reshape(tf.transpose(pairs, [0, 2, 1]), x.shape);
    });
  }
}

/** The first or the second half of the channels. */
export const channelHalf = (half: 0 | 1): tf.layers.Layer => new ChannelHalf(half);

/** Channels a b c d, in two groups, become a c b d. */
export const channelShuffle = (): tf.layers.Layer => new ChannelShuffle({});
