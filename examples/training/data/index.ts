/** The data sets by name. */
import { loadCifar100 } from "./cifar100.js";
import { DataError, type DataName, type Dataset } from "./dataset.js";
import { loadDigits, loadFashion } from "./idx-dataset.js";

export const DATA_NAMES: readonly DataName[] = ["fashion-mnist", "cifar100", "digits"];

/**
 * Loads a data set from `folder`, or from where its package has put it.
 *
 * @throws {DataError} where it is missing or not what it should be
 */
export function loadDataset(name: DataName, folder?: string): Dataset {
  switch (name) {
    case "fashion-mnist":
      return loadFashion(folder);
    case "digits":
      return loadDigits(folder);
    case "cifar100":
      if (folder === undefined) {
        throw new DataError(
          "cifar100 comes with no package: --path names the folder of train.bin and test.bin",
        );
      }
      return loadCifar100(folder);
  }
}
