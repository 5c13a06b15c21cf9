/** Batches of a data set: normalised, in random order, and augmented where the set is. */
import type { Random } from "../../digits/random.js";
import { shuffle } from "../../digits/random.js";
import { stepsPerEpoch } from "../settings.js";
import type { Dataset, ImageSet } from "./dataset.js";

/** How far an augmented image is shifted at most, up, down and to the sides; zeros come in (He et al., arXiv 1512.03385). */
const SHIFT = 4;

/** Images as the network takes them. */
export interface Batch {
  readonly size: number;
  /** size x side x side x channels. */
  readonly x: Float32Array;
  readonly labels: Uint8Array;
}

/** Makes batches of one data set, with mean 0 and deviation 1 in each channel over its training images. */
export class Batches {
  /** What each byte becomes, a table a channel. */
  readonly #normalised: readonly Float32Array[];

  constructor(readonly dataset: Dataset) {
    this.#normalised = Array.from({ length: dataset.channels }, (_, channel) =>
      normalisation(dataset.train.pixels, channel, dataset.channels),
    );
  }

  /** The images of `set` in their order, the last batch as small as it may be. */
  *inOrder(set: ImageSet, size: number): Iterable<Batch> {
    for (let start = 0; start < set.count; start += size) {
      const count = Math.min(size, set.count - start);
      yield this.#batch(
        set,
        Uint32Array.from({ length: count }, (_, i) => start + i),
      );
    }
  }

  /** `steps` batches of training images, each image once before any comes again; a rest short of a batch is left out. */
  *atRandom(steps: number, size: number, random: Random): Iterable<Batch> {
    const { train, augmented } = this.dataset;
    const order = Uint32Array.from({ length: train.count }, (_, i) => i);
    const perEpoch = stepsPerEpoch(train.count, size);
    for (let step = 0; step < steps; step++) {
      const inEpoch = step % perEpoch;
      if (inEpoch === 0) shuffle(order, random);
      yield this.#batch(
        train,
        order.subarray(inEpoch * size, (inEpoch + 1) * size),
        augmented ? random : undefined,
      );
    }
  }

  #batch(set: ImageSet, indices: Uint32Array, random?: Random): Batch {
    const { side, channels } = this.dataset;
    const length = side * side * channels;
    const x = new Float32Array(indices.length * length);
    const labels = new Uint8Array(indices.length);
    indices.forEach((index, row) => {
      const pixels = set.pixels.subarray(index * length, (index + 1) * length);
      this.#place(x.subarray(row * length, (row + 1) * length), pixels, random);
      labels[row] = set.labels[index]!;
    });
    return { size: indices.length, x, labels };
  }

  /** Writes an image, as it is or shifted and mirrored at random. */
  #place(out: Float32Array, pixels: Uint8Array, random?: Random): void {
    const { side, channels } = this.dataset;
    const shift = () => (random === undefined ? 0 : Math.floor(random() * (2 * SHIFT + 1)) - SHIFT);
    const [down, right] = [shift(), shift()];
    const mirrored = random !== undefined && random() < 0.5;
    for (let y = Math.max(0, down); y < Math.min(side, side + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(side, side + right); x++) {
        const from = ((y - down) * side + (mirrored ? side - 1 - (x - right) : x - right)) * channels;
        const to = (y * side + x) * channels;
        for (let channel = 0; channel < channels; channel++) {
          out[to + channel] = this.#normalised[channel]![pixels[from + channel]!]!;
        }
      }
    }
  }
}

/** What each byte of a channel becomes, from the channel's mean and standard deviation. */
function normalisation(pixels: Uint8Array, channel: number, channels: number): Float32Array {
  const counts = new Float64Array(256);
  for (let i = channel; i < pixels.length; i += channels) counts[pixels[i]!]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / total;
  const variance = counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / total;
  // An image set of one colour has no deviation.
  const scale = 1 / (Math.sqrt(variance) || 1);
  return Float32Array.from({ length: 256 }, (_, value) => (value - mean) * scale);
}
