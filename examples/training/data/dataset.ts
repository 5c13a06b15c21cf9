/** Labelled images, as every data set has them. */
import type { Images } from "../nets/network.js";

/** Images one after the other: row by row, the channels of a pixel side by side, a byte each. */
export interface ImageSet {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

export interface Dataset extends Images {
  readonly name: DataName;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Whether training images are shifted and mirrored at random, where a mirrored image shows the same. */
  readonly augmented: boolean;
}

export type DataName = "fashion-mnist" | "cifar100" | "digits";

/** Files that are missing, or hold something else. The message says what was found and what was expected. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** The same set, of its first images alone. */
export function first(set: ImageSet, count: number): ImageSet {
  if (count >= set.count) return set;
  const size = set.pixels.length / set.count;
  return { count, pixels: set.pixels.subarray(0, count * size), labels: set.labels.subarray(0, count) };
}

/** @throws {DataError} naming a label that is no class */
export function checkLabels(file: string, labels: Uint8Array, classes: number): void {
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong === -1) return;
  throw new DataError(
    `${file}: label ${wrong} is ${labels[wrong]}, expected a class from 0 to ${classes - 1}`,
  );
}
