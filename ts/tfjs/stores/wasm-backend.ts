/** TensorFlow.js's wasm backend: what is used of it, and where its tensors' values are. */
import type { TensorInfo } from "../framework.js";

/** What is used of the backend's own module, an Emscripten one. */
export interface EmscriptenModule {
  readonly HEAPU8: Uint8Array;
  /** Its exports; a memory is among them where it does not import one. */
  readonly asm?: { readonly memory?: unknown };
  /** The memory that it imports: that of threads. */
  readonly wasmMemory?: unknown;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** What is used of the backend. */
export interface WasmBackend {
  readonly wasm: EmscriptenModule;
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  /** From 4.3 on it takes values too, as a fourth argument. */
  makeOutput(shape: readonly number[], dtype: "float32"): TensorInfo;
  disposeData(dataId: object): void;
}

/** Where a tensor's values are in the backend's memory. */
export interface Place {
  readonly address: number;
  readonly length: number;
}

/**
 * Where tensors' values are. One that comes from another backend is moved here when it is asked for, which allocates,
 * and detaches every view where the memory grows: views are made when all places are known.
 */
export function placesOf({ dataIdMap }: WasmBackend, tensors: readonly TensorInfo[]): Place[] {
  return tensors.map(({ dataId, shape }) => ({
    address: dataIdMap.get(dataId).memoryOffset,
    length: shape.reduce((all, size) => all * size, 1),
  }));
}

/** The values of float32 tensors, in views that hold until the backend allocates again. */
export function viewsOf(backend: WasmBackend, tensors: readonly TensorInfo[]): Float32Array[] {
  const places = placesOf(backend, tensors);
  const { buffer } = backend.wasm.HEAPU8;
  return places.map(({ address, length }) => new Float32Array(buffer, address, length));
}
