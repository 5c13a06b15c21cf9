/** Promise: files of the published formats are read, and anything else is refused with what is wrong. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readIdx } from "../../digits/idx.js";
import { createRandom } from "../../digits/random.js";
import { Batches } from "../data/batches.js";
import { loadCifar100, readRecords } from "../data/cifar100.js";
import { DataError, type Dataset, first } from "../data/dataset.js";
import { loadFashion } from "../data/idx-dataset.js";
import { loadDataset } from "../data/index.js";

const folder = mkdtempSync(join(tmpdir(), "sau-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe("CIFAR-100's binary version", () => {
  const RECORD = 3074;
  /** Records whose labels and values tell where they are from. */
  function records(count: number): Uint8Array {
    const bytes = new Uint8Array(count * RECORD);
    for (let image = 0; image < count; image++) {
      bytes[image * RECORD] = image % 20;
      bytes[image * RECORD + 1] = (7 * image) % 100;
      for (let i = 0; i < 3072; i++) bytes[image * RECORD + 2 + i] = (i + 31 * image) % 251;
    }
    return bytes;
  }

  it("has fine labels, and planes of colours that become channels of pixels", () => {
    const { count, labels, pixels } = readRecords(file("three.bin", records(3)), 3);
    expect(count).toBe(3);
    expect([...labels]).toEqual([0, 7, 14]);
    expect(pixels).toHaveLength(3 * 3072);
    const [image, row, column] = [2, 5, 9];
    for (const channel of [0, 1, 2]) {
      const inPlane = channel * 1024 + row * 32 + column;
      expect(pixels[image * 3072 + (row * 32 + column) * 3 + channel]).toBe((inPlane + 62) % 251);
    }
  });

  it("loads as a data set of 50,000 and 10,000 images", () => {
    file("train.bin", records(50_000));
    file("test.bin", records(10_000));
    const { train, test, side, channels, classes } = loadCifar100(folder);
    expect([train.count, test.count, side, channels, classes]).toEqual([50_000, 10_000, 32, 3, 100]);
  });

  it.each([
    ["a byte short", records(3).subarray(1), "has 9221 bytes, expected 9222: 3 records of 3074 each"],
    ["a byte long", new Uint8Array(3 * RECORD + 1), "has 9223 bytes, expected 9222"],
    ["empty", new Uint8Array(), "has 0 bytes"],
    ["of a fine label that is none", records(3).fill(100, RECORD + 1, RECORD + 2), "label 1 is 100"],
    ["of a coarse label that is none", records(3).fill(20, 0, 1), "(coarse labels): label 0 is 20"],
  ])("refuses a file that is %s", (_, bytes, message) => {
    const path = file("broken.bin", bytes);
    expect(() => readRecords(path, 3)).toThrow(DataError);
    expect(() => readRecords(path, 3)).toThrow(message);
  });

  it("says what --path should name where there is no file, or no --path", () => {
    expect(() => loadCifar100(join(folder, "nowhere"))).toThrow(
      /train\.bin cannot be read \(ENOENT\).*--path/,
    );
    expect(() => loadDataset("cifar100")).toThrow(DataError);
  });
});

describe("Fashion-MNIST", () => {
  it("names the package where it is missing", () => {
    expect(() => loadFashion(folder)).toThrow(DataError);
    expect(() => loadFashion(folder)).toThrow(
      /train-images-idx3-ubyte nor .*\.gz; apt-get install dataset-fashion-mnist/,
    );
  });

  it("refuses what gzip cannot unpack", () => {
    file("train-images-idx3-ubyte.gz", Uint8Array.of(0x1f, 0x8b, 1, 2, 3));
    expect(() => loadFashion(folder)).toThrow(/cannot be unpacked/);
  });
});

it("an IDX file is the same, packed by gzip or not", () => {
  const header = [0, 0, 8, 1, 0, 0, 0, 3];
  const plain = file("plain", Uint8Array.from([...header, 5, 6, 7]));
  const packed = file("packed", gzipSync(Uint8Array.from([...header, 5, 6, 7])));
  expect([...readIdx(packed, [3]).data]).toEqual([5, 6, 7]);
  expect(readIdx(packed, [-1])).toEqual(readIdx(plain, [3]));
});

describe("batches", () => {
  /** Two channels, the second constant, each image of one value in the first. */
  const set = (count: number) => ({
    count,
    pixels: Uint8Array.from({ length: count * 4 * 4 * 2 }, (_, i) =>
      i % 2 === 0 ? 10 * Math.floor(i / 32) : 9,
    ),
    labels: Uint8Array.from({ length: count }, (_, i) => i),
  });
  const dataset: Dataset = {
    name: "digits",
    side: 4,
    channels: 2,
    classes: 10,
    augmented: false,
    train: set(10),
    test: set(5),
  };

  it("have mean 0 and deviation 1 in each channel that varies", () => {
    const [{ x }] = new Batches(dataset).inOrder(dataset.train, 10);
    const values = x.filter((_, i) => i % 2 === 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(square).toBeCloseTo(1, 6);
    expect(x.filter((_, i) => i % 2 === 1).every((value) => value === 0)).toBe(true);
  });

  it("show each image once before any comes again, and the same ones for the same seed", () => {
    const labels = (seed: number) =>
      [...new Batches(dataset).atRandom(6, 3, createRandom(seed))].map((batch) => [...batch.labels]);
    expect(new Set(labels(1).slice(0, 3).flat()).size).toBe(9);
    expect(labels(1)).toEqual(labels(1));
    expect(labels(1)).not.toEqual(labels(2));
  });

  it("in order cover the set, the last one short", () => {
    const found = [...new Batches(dataset).inOrder(first(dataset.test, 4), 3)];
    expect(found.map(({ labels }) => [...labels])).toEqual([[0, 1, 2], [3]]);
    expect(found[1].x).toHaveLength(32);
  });

  it("of augmented images are shifted and mirrored ones, zeros around them", () => {
    // One image whose pixels all differ.
    const side = 12;
    const pixels = Uint8Array.from({ length: side * side }, (_, i) => i + 1);
    const one = { count: 1, pixels, labels: Uint8Array.of(0) };
    const augmented: Dataset = { ...dataset, side, channels: 1, augmented: true, train: one, test: one };
    const [plain] = new Batches(augmented).inOrder(one, 1);
    const seen = new Set<string>();
    for (const { x } of new Batches(augmented).atRandom(300, 1, createRandom(3))) {
      const match = placements(plain.x, x, side);
      expect(match).toHaveLength(1);
      seen.add(match[0]);
    }
    expect(seen.size).toBeGreaterThan(100); // of 9 x 9 x 2
  });
});

/** How an image may have been shifted and mirrored to give `found`. */
function placements(image: Float32Array, found: Float32Array, side: number): string[] {
  const matches: string[] = [];
  for (let down = -4; down <= 4; down++) {
    for (let right = -4; right <= 4; right++) {
      for (const mirrored of [false, true]) {
        const expected = (y: number, x: number): number => {
          const [fromY, shifted] = [y - down, x - right];
          const fromX = mirrored ? side - 1 - shifted : shifted;
          const isInside = [fromY, fromX].every((place) => place >= 0 && place < side);
          return isInside ? image[fromY * side + fromX] : 0;
        };
        const isSame = found.every((value, i) => value === expected(Math.floor(i / side), i % side));
        if (isSame) matches.push(`${down} ${right} ${mirrored}`);
      }
    }
  }
  return matches;
}
