import { type Digits, pixelsOf } from "./digits.js";
import { normalizeInto, PIXELS } from "./image.js";
import { crossEntropy, prediction } from "./loss.js";
import type { Network } from "./network.js";
import { createAdam } from "./optimizer.js";
import { type Random, shuffle } from "./random.js";

/** Digits that go through the network together. */
export const BATCH = 64;

/** Adam's rate at the start; it falls to zero along half a cosine. */
const HIGHEST_RATE = 4e-3;

/** Batches that show (nearly) every digit once; what is short of a batch is left out. */
export function stepsPerEpoch(digits: Digits): number {
  return Math.floor(digits.count / BATCH);
}

/**
 * Trains for `steps` batches, in a new random order every epoch. `onStep` is told the loss of
 * every batch.
 *
 * @throws Error when the loss is no longer a finite number.
 */
export function train(
  network: Network,
  digits: Digits,
  steps: number,
  random: Random,
  onStep: (loss: number) => void,
): void {
  const adam = createAdam(network.parameters);
  const order = Uint32Array.from({ length: digits.count }, (_, i) => i);
  const batch = new Float32Array(BATCH * PIXELS);
  const labels = new Uint8Array(BATCH);
  for (let step = 0; step < steps; step++) {
    const inEpoch = step % stepsPerEpoch(digits);
    if (inEpoch === 0) shuffle(order, random);
    for (let row = 0; row < BATCH; row++) {
      const index = order[inEpoch * BATCH + row];
      normalizeInto(batch, row, pixelsOf(digits, index));
      labels[row] = digits.labels[index];
    }
    const scores = network.forward(batch);
    const loss = crossEntropy(scores, labels);
    if (!Number.isFinite(loss)) {
      throw new Error(`training diverged: the loss of step ${step + 1} is ${loss}`);
    }
    network.backward(scores);
    adam(HIGHEST_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps)));
    onStep(loss);
  }
}

/** What the network takes each of the digits for. */
export function classify(network: Network, digits: Digits): Uint8Array {
  const predictions = new Uint8Array(digits.count);
  const batch = new Float32Array(BATCH * PIXELS);
  for (let start = 0; start < digits.count; start += BATCH) {
    // The last batch may be short: what its other rows still hold is computed and left.
    const rows = Math.min(BATCH, digits.count - start);
    for (let row = 0; row < rows; row++) {
      normalizeInto(batch, row, pixelsOf(digits, start + row));
    }
    const scores = network.forward(batch);
    for (let row = 0; row < rows; row++) {
      predictions[start + row] = prediction(scores, row);
    }
  }
  return predictions;
}
