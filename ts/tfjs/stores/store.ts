/** Where a backend of TensorFlow.js keeps its tensors' values, and the kernels that work on them. */
import type { Sau } from "../../api.js";
import type { TensorInfo } from "../framework.js";

export interface TensorStore {
  readonly sau: Sau;
  /** The values of float32 tensors, in arrays that hold until the backend allocates again. */
  valuesOf(tensors: readonly TensorInfo[]): Float32Array[];
  /** A new float32 tensor, of these values or of none in particular. */
  create(shape: readonly number[], values?: Float32Array): TensorInfo;
  /** Gives a new tensor back that nobody has seen. */
  discard(tensor: TensorInfo): void;
}
