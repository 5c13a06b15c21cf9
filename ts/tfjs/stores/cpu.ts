/** The cpu backend: plain arrays, which stream through a Sau's own memory. */
import type { Sau } from "../../api.js";
import { isFloat32Array } from "../../params.js";
import { createSauSync } from "../../sau.js";
import type { TensorInfo } from "../framework.js";
import type { TensorStore } from "./store.js";

/** What is used of the backend. */
interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: ArrayLike<number> } };
  makeTensorInfo(shape: readonly number[], dtype: "float32", values: Float32Array): TensorInfo;
  disposeData(dataId: object): void;
}

let sau: Sau | undefined;

/** The store of a cpu backend. All of them share one Sau: calls do not nest. */
export function cpuStore(backend: object): TensorStore {
  const { data } = backend as CpuBackend;
  sau ??= createSauSync();
  return {
    sau,
    valuesOf: (tensors) =>
      tensors.map(({ dataId }) => {
        const { values } = data.get(dataId);
        // A cast to float32 leaves integers in the array that they came in.
        return isFloat32Array(values) ? values : Float32Array.from(values);
      }),
    create: (shape, values = new Float32Array(shape.reduce((all, size) => all * size, 1))) =>
      (backend as CpuBackend).makeTensorInfo(shape, "float32", values),
    discard: ({ dataId }) => (backend as CpuBackend).disposeData(dataId),
  };
}
