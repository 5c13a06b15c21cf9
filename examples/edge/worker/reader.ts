/** The network of examples/digits, trained, for one digit at a time. */
import { createSauSync } from "sau-simd";
import { normalizeInto, PIXELS } from "../../digits/image.js";
import type { Sau } from "../../digits/layers.js";
import { prediction, softmax } from "../../digits/loss.js";
import { createNetwork } from "../../digits/network.js";
import { restore } from "./model.js";
import model from "./model.json";

/** What the network takes an image for. */
export interface Reading {
  readonly digit: number;
  /** Of the digits 0 to 9. */
  readonly probabilities: readonly number[];
  /** What computed SAU. */
  readonly tier: Sau["tier"];
}

/** Makes the network and returns the function that reads an image: 784 bytes, 0 is paper and 255 is ink. */
export function createReader(): (pixels: Uint8Array) => Reading {
  const sau = createSauSync();
  const network = createNetwork(sau, 1, model.beta, () => 0); // what it starts from does not matter
  restore(model, network.parameters);
  const image = new Float32Array(PIXELS);
  return (pixels) => {
    normalizeInto(image, 0, pixels);
    const scores = network.forward(image);
    softmax(scores);
    return { digit: prediction(scores, 0), probabilities: Array.from(scores), tier: sau.tier };
  };
}
