/** Height and width of a digit, in pixels. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** Mean and standard deviation of the pixels of the training set, scaled to 0..1. */
const MEAN = 0.1307;
const DEVIATION = 0.3081;
const NORMALIZED = Float32Array.from({ length: 256 }, (_, p) => (p / 255 - MEAN) / DEVIATION);

/** Writes a digit's pixels (one byte each, 0 is paper and 255 is ink), normalized, to row `row` of `batch`. */
export function normalizeInto(batch: Float32Array, row: number, pixels: Uint8Array): void {
  const to = row * PIXELS;
  for (let i = 0; i < PIXELS; i++) {
    batch[to + i] = NORMALIZED[pixels[i]];
  }
}
