import { CLASSES } from "./image.js";

/**
 * Softmax cross-entropy, the mean over the batch, and its gradient written over the scores:
 * (softmax(scores) - 1 at the label) / batch.
 */
export function crossEntropy(scores: Float32Array, labels: Uint8Array): number {
  const batch = labels.length;
  let loss = 0;
  for (let i = 0; i < batch; i++) {
    const row = scores.subarray(i * CLASSES, (i + 1) * CLASSES);
    const label = labels[i];
    const score = row[label];
    loss += softmax(row) - score;
    row[label] -= 1;
    for (let j = 0; j < CLASSES; j++) {
      row[j] /= batch;
    }
  }
  return loss / batch;
}

/** Turns the scores of one digit into probabilities, in place. Returns log(the sum of exp(score)). */
export function softmax(row: Float32Array): number {
  const highest = row.reduce((a, b) => Math.max(a, b));
  const sum = row.reduce((total, score) => total + Math.exp(score - highest), 0);
  for (let j = 0; j < row.length; j++) {
    row[j] = Math.exp(row[j] - highest) / sum;
  }
  return Math.log(sum) + highest;
}

/** The class with the highest score in row `i`. */
export function prediction(scores: Float32Array, i: number): number {
  const row = scores.subarray(i * CLASSES, (i + 1) * CLASSES);
  return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
}
