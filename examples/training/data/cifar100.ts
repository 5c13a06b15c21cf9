/** CIFAR-100 (Krizhevsky 2009), from the files of its "binary version". */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkLabels, DataError, type Dataset, type ImageSet } from "./dataset.js";

const SIDE = 32;
const CHANNELS = 3;
const PLANE = SIDE * SIDE;
const COARSE_CLASSES = 20;
const CLASSES = 100;

/** A record: the coarse label, the fine label, then all red, all green and all blue values, row by row. */
const LABELS = 2;
const RECORD = LABELS + CHANNELS * PLANE;

/**
 * The 60,000 images of CIFAR-100 from `folder`, which holds `train.bin` and `test.bin`; labels are the fine ones.
 *
 * @throws {DataError} for files that are missing, of another length, or with labels that are none
 */
export function loadCifar100(folder: string): Dataset {
  return {
    name: "cifar100",
    side: SIDE,
    channels: CHANNELS,
    classes: CLASSES,
    augmented: true,
    train: readRecords(join(folder, "train.bin"), 50_000),
    test: readRecords(join(folder, "test.bin"), 10_000),
  };
}

/** Reads `count` records; errors as {@link loadCifar100}. */
export function readRecords(path: string, count: number): ImageSet {
  const bytes = read(path);
  if (bytes.length !== count * RECORD) {
    throw new DataError(
      `${path} has ${bytes.length} bytes, expected ${count * RECORD}: ${count} records of ${RECORD} each`,
    );
  }
  const coarse = new Uint8Array(count);
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * CHANNELS * PLANE);
  for (let image = 0; image < count; image++) {
    const start = image * RECORD;
    coarse[image] = bytes[start]!;
    labels[image] = bytes[start + 1]!;
    // Planes of a colour each become pixels of three values each.
    for (let channel = 0; channel < CHANNELS; channel++) {
      const from = start + LABELS + channel * PLANE;
      const to = image * CHANNELS * PLANE + channel;
      for (let i = 0; i < PLANE; i++) pixels[to + i * CHANNELS] = bytes[from + i]!;
    }
  }
  // A file of CIFAR-10's format, one label a record, may have the right length but not the right labels.
  checkLabels(`${path} (coarse labels)`, coarse, COARSE_CLASSES);
  checkLabels(path, labels, CLASSES);
  return { count, pixels, labels };
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DataError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code}); --path names the folder cifar-100-binary ` +
        "of the CIFAR-100 binary version, https://www.cs.toronto.edu/~kriz/cifar.html",
      { cause: error },
    );
  }
}
