/** The activations that are compared: layers of TensorFlow.js, and SAU's. */
import { Sau, tf } from "../framework.js";

/** One alpha a channel, for images of batch x height x width x channels. */
const BY_CHANNEL = [1, 2];

/** The slope below 0 where SAU starts, and that of Leaky ReLU (arXiv 2109.13210). */
const SLOPE = 0.15;

/** Where PReLU starts (He et al., arXiv 1502.01852). */
const PRELU_START = 0.25;

export interface Activation {
  /** As tables and plots have it. */
  readonly label: string;
  create(): tf.layers.Layer;
}

export const ACTIVATIONS = {
  sau: { label: "SAU, beta 20000", create: () => new Sau({ sharedAxes: BY_CHANNEL, beta: 20_000 }) },
  "sau-beta-1": { label: "SAU, beta 1", create: () => new Sau({ sharedAxes: BY_CHANNEL, beta: 1 }) },
  relu: { label: "ReLU", create: () => tf.layers.reLU() },
  "leaky-relu": { label: "Leaky ReLU 0.15", create: () => tf.layers.leakyReLU({ alpha: SLOPE }) },
  prelu: {
    label: "PReLU",
    create: () =>
      tf.layers.prelu({
        sharedAxes: BY_CHANNEL,
        alphaInitializer: tf.initializers.constant({ value: PRELU_START }),
      }),
  },
  gelu: { label: "GELU", create: () => tf.layers.activation({ activation: "gelu" }) },
  swish: { label: "Swish", create: () => tf.layers.activation({ activation: "swish" }) },
  mish: { label: "Mish", create: () => tf.layers.activation({ activation: "mish" }) },
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof ACTIVATIONS;

export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[];
