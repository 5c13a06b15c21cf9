/** A network in both formats, with what it answers, so that whoever loads it can tell that it is the same. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Batches } from "../data/batches.js";
import { type Dataset, first } from "../data/dataset.js";
import { tf } from "../framework.js";
import type { Network } from "../nets/network.js";
import { imageTensor } from "../train.js";
import { saveLayers } from "./layers-format.js";
import { toOnnx } from "./onnx.js";

/** How many of the test images are answered, the first. */
const ANSWERED = 16;

/** What `predictions.json` holds: of the first test images. Scores are numbers that float32 holds exactly. */
export interface Predictions {
  readonly labels: readonly number[];
  /** The scores of an image's classes, image after image. */
  readonly scores: readonly number[];
}

/** A folder that cannot be made; the message names it. */
export class FolderError extends Error {
  override readonly name = "FolderError";
}

/**
 * Makes the folder that {@link keep} writes to, where there is none: before a network is trained for it.
 *
 * @throws {FolderError} where it cannot be made
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FolderError(`the folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

/**
 * Writes model.json, weights.bin, model.onnx and predictions.json to `folder`, which is there.
 *
 * @throws {TypeError} for a network that {@link toOnnx} does not take, before anything is written
 */
export async function keep(network: Network, dataset: Dataset, folder: string): Promise<void> {
  const onnx = tf.tidy(() => toOnnx(network));
  const predictions = predict(network, dataset);
  await saveLayers(network, folder);
  writeFileSync(join(folder, "model.onnx"), onnx);
  writeFileSync(join(folder, "predictions.json"), `${JSON.stringify(predictions)}\n`);
}

function predict(network: Network, dataset: Dataset): Predictions {
  const [{ x, labels, size }] = new Batches(dataset).inOrder(first(dataset.test, ANSWERED), ANSWERED);
  return tf.tidy(() => {
    const scores = network.predict(imageTensor(x, size, dataset)) as tf.Tensor;
    return { labels: [...labels], scores: [...scores.dataSync()] };
  });
}
