import { CLASSES, SIDE } from "./image.js";
import {
  convolutionLayer,
  convolvedSide,
  denseLayer,
  type Layer,
  type Parameter,
  type Sau,
  type SauLayer,
  sauLayer,
} from "./layers.js";
import type { Random } from "./random.js";

const CHANNELS_1 = 8;
const CHANNELS_2 = 12;

export interface Network {
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly sauLayers: readonly SauLayer[];
  /** A batch of digits in, batch x CLASSES scores out: the highest of a row names the digit. */
  forward(x: Float32Array): Float32Array;
  /** Fills the gradients of all parameters from that of the scores of the last forward. */
  backward(dScores: Float32Array): void;
}

/** Two 3 x 3 convolutions of stride 2, each with a SAU after it, and a dense layer; for `batch` digits at a time. */
export function createNetwork(sau: Sau, batch: number, beta: number, random: Random): Network {
  const side1 = convolvedSide(SIDE);
  const side2 = convolvedSide(side1);
  const shape1 = [batch, side1, side1, CHANNELS_1];
  const shape2 = [batch, side2, side2, CHANNELS_2];
  const sau1 = sauLayer(sau, shape1, beta);
  const sau2 = sauLayer(sau, shape2, beta);
  const layers: readonly Layer[] = [
    convolutionLayer(sau, batch, SIDE, 1, CHANNELS_1, random, { first: true }),
    sau1,
    convolutionLayer(sau, batch, side1, CHANNELS_1, CHANNELS_2, random),
    sau2,
    denseLayer(sau, batch, side2 * side2 * CHANNELS_2, CLASSES, random),
  ];
  return {
    description:
      `${SIDE}x${SIDE} pixels -> conv ${shape1.slice(1).join("x")} -> SAU` +
      ` -> conv ${shape2.slice(1).join("x")} -> SAU -> dense ${CLASSES}`,
    parameters: layers.flatMap((layer) => layer.parameters),
    sauLayers: [sau1, sau2],
    forward: (x) => layers.reduce((y, layer) => layer.forward(y), x),
    backward(dScores) {
      layers.reduceRight((dy, layer) => layer.backward(dy), dScores);
    },
  };
}
