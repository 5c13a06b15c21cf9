/** ShuffleNet V2 (Ma et al., arXiv 1807.11164). */
import { tf } from "../framework.js";
import type { Activation } from "./activations.js";
import { channelHalf, channelShuffle } from "./channels.js";
import { type InitialWeights, initialWeights } from "./initial.js";
import type { Images, Network } from "./network.js";

/** How wide and how deep it is. */
export interface ShuffleNetSize {
  /** Channels after the first convolution, and its stride. */
  readonly stem: number;
  readonly stemStride: 1 | 2;
  /** Channels after each stage, and units in it; the first unit of a stage halves height and width. */
  readonly stages: readonly { readonly channels: number; readonly units: number }[];
  /** Channels before the dense layer. */
  readonly head: number;
}

/** Units of the stages in the paper's table 5. */
const UNITS = [4, 8, 4];

const size = (channels: readonly number[], head: number): ShuffleNetSize => ({
  stem: 24,
  stemStride: 1,
  stages: channels.map((count, stage) => ({ channels: count, units: UNITS[stage]! })),
  head,
});

/**
 * The paper's widths, for images of 32 x 32: the first convolution keeps the size and no pooling follows it, as public
 * implementations for CIFAR have it. Neither changes the number of parameters. 2.0x has 244 channels in its first stage
 * as in the implementation that its authors and torchvision publish; the paper's table says 224, which its other
 * stages, twice and four times 244, show to be a slip.
 */
export const WIDTHS = {
  "0.5x": size([48, 96, 192], 1024),
  "1.0x": size([116, 232, 464], 1024),
  "1.5x": size([176, 352, 704], 1024),
  "2.0x": size([244, 488, 976], 2048),
} satisfies Record<string, ShuffleNetSize>;

/** Narrower and shallower, for what a processor trains in a minute. */
export const NARROW: ShuffleNetSize = {
  stem: 12,
  stemStride: 2,
  stages: [
    { channels: 24, units: 2 },
    { channels: 48, units: 2 },
  ],
  head: 96,
};

/** Of the newest batch in the running means and variances: 0.1, PyTorch's. TensorFlow's 0.01 is for long training. */
const RUNNING = 0.9;

type Tensor = tf.SymbolicTensor;

/** The parts that the network is made of. */
class Parts {
  constructor(
    readonly weights: InitialWeights,
    readonly activation: Activation,
  ) {}

  convolve(x: Tensor, filters: number, window: number, strides: number): Tensor {
    const layer = tf.layers.conv2d({
      filters,
      kernelSize: window,
      strides,
      padding: "same",
      useBias: false,
      kernelInitializer: this.weights.he(window * window * channelsOf(x)),
    });
    return this.normalise(layer.apply(x) as Tensor);
  }

  /** Each channel on its own. */
  convolveDepthwise(x: Tensor, window: number, strides: number): Tensor {
    const layer = tf.layers.depthwiseConv2d({
      kernelSize: window,
      strides,
      padding: "same",
      useBias: false,
      depthwiseInitializer: this.weights.he(window * window),
    });
    return this.normalise(layer.apply(x) as Tensor);
  }

  normalise(x: Tensor): Tensor {
    return tf.layers.batchNormalization({ momentum: RUNNING, epsilon: 1e-5 }).apply(x) as Tensor;
  }

  activate(x: Tensor): Tensor {
    return this.activation.create().apply(x) as Tensor;
  }

  /** The branch that both kinds of unit have: 1 x 1, depthwise 3 x 3, 1 x 1. */
  branch(x: Tensor, channels: number, strides: number): Tensor {
    const narrowed = this.activate(this.convolve(x, channels, 1, 1));
    return this.activate(this.convolve(this.convolveDepthwise(narrowed, 3, strides), channels, 1, 1));
  }

  /** Half of the channels pass as they are (figure 3c). */
  unit(x: Tensor): Tensor {
    const half = channelsOf(x) / 2;
    const [passed, changed] = [channelHalf(0).apply(x) as Tensor, channelHalf(1).apply(x) as Tensor];
    return this.join(passed, this.branch(changed, half, 1));
  }

  /** Half of the height and width, to `channels` channels (figure 3d). */
  downsample(x: Tensor, channels: number): Tensor {
    const half = channels / 2;
    const shortcut = this.activate(this.convolve(this.convolveDepthwise(x, 3, 2), half, 1, 1));
    return this.join(shortcut, this.branch(x, half, 2));
  }

  join(a: Tensor, b: Tensor): Tensor {
    const joined = tf.layers.concatenate({ axis: -1 }).apply([a, b]) as Tensor;
    return channelShuffle().apply(joined) as Tensor;
  }
}

const channelsOf = (x: Tensor): number => x.shape.at(-1)!;

export function shuffleNet(
  size: ShuffleNetSize,
  images: Images,
  activation: Activation,
  seed: number,
): Network {
  const weights = initialWeights(seed);
  const parts = new Parts(weights, activation);
  const input = tf.input({ shape: [images.side, images.side, images.channels] });
  let x = parts.activate(parts.convolve(input, size.stem, 3, size.stemStride));
  for (const { channels, units } of size.stages) {
    x = parts.downsample(x, channels);
    for (let unit = 1; unit < units; unit++) x = parts.unit(x);
  }
  x = parts.activate(parts.convolve(x, size.head, 1, 1));
  x = tf.layers.globalAveragePooling2d({}).apply(x) as Tensor;
  const dense = tf.layers.dense({ units: images.classes, kernelInitializer: weights.he(size.head) });
  return tf.model({ inputs: input, outputs: dense.apply(x) as Tensor });
}
