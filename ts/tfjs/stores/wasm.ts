/**
 * The wasm backend: the kernels run in its memory, on its tensors, with no copy.
 *
 * The kernels' module is instantiated on the backend's own WebAssembly.Memory, and its workspace is one allocation
 * of the backend's. Where that cannot be (no module runs on that memory, or it cannot be found) the kernels have
 * a memory of their own, and tensors stream through it.
 */
import type { Sau } from "../../api.js";
import { Arena } from "../../memory/arena.js";
import { Stream } from "../../memory/stream.js";
import { CACHE_LINE, roundUp, workspaceAt } from "../../memory/workspace.js";
import { createSauSync, sauOn } from "../../sau.js";
import { withSharedMemory } from "../../threads/shared-module.js";
import { startSync } from "../../tiers.js";
import type { TensorInfo } from "../framework.js";
import type { TensorStore } from "./store.js";

/** What is used of the backend's own module, an Emscripten one. */
interface EmscriptenModule {
  readonly HEAPU8: Uint8Array;
  /** Its exports; a memory is among them where it does not import one. */
  readonly asm?: { readonly memory?: unknown };
  /** The memory that it imports: that of threads. */
  readonly wasmMemory?: unknown;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** What is used of the backend. */
interface WasmBackend {
  readonly wasm: EmscriptenModule;
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(
    shape: readonly number[],
    dtype: "float32",
    memoryOffset?: number,
    values?: Float32Array,
  ): TensorInfo;
  disposeData(dataId: object): void;
}

/** The kernels of a backend; `arena` where they work in its memory. */
interface Kernels {
  readonly sau: Sau;
  readonly arena?: Arena;
}

const kernels = new WeakMap<object, Kernels>();

/** The backend's memory, if it can be found. */
function memoryOf({ asm, wasmMemory, HEAPU8 }: EmscriptenModule): WebAssembly.Memory | undefined {
  return [asm?.memory, wasmMemory].find(
    (memory): memory is WebAssembly.Memory =>
      memory instanceof WebAssembly.Memory && memory.buffer === HEAPU8.buffer,
  );
}

function isShared({ buffer }: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}

function startOn(wasm: EmscriptenModule): Kernels {
  const memory = memoryOf(wasm);
  if (memory === undefined) return { sau: createSauSync() };
  // Addresses come signed, and 0 where there is no memory left.
  const allocated = wasm._malloc(workspaceAt(0).end + CACHE_LINE) >>> 0;
  if (allocated === 0) return { sau: createSauSync() };
  const running = startSync(
    {},
    {
      createArena: () => new Arena(memory, workspaceAt(roundUp(allocated, CACHE_LINE)), false),
      adapt: isShared(memory) ? withSharedMemory : (bytes) => bytes,
    },
  );
  const sau = sauOn(running, new Stream(running.arena, running.kernels));
  if (running.tier !== "js") return { sau, arena: running.arena };
  wasm._free(allocated);
  return { sau };
}

/** The store of a wasm backend. */
export function wasmStore(given: object): TensorStore {
  const backend = given as WasmBackend;
  let started = kernels.get(backend);
  if (started === undefined) {
    started = startOn(backend.wasm);
    kernels.set(backend, started);
  }
  const { sau, arena } = started;
  return {
    sau,
    valuesOf(tensors) {
      // All are asked for before any view is made: one that comes from another backend is allocated here.
      const addresses = tensors.map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
      const lengths = tensors.map(({ shape }) => shape.reduce((all, size) => all * size, 1));
      arena?.refresh();
      const { buffer } = arena?.f32 ?? backend.wasm.HEAPU8;
      return addresses.map((address, i) => new Float32Array(buffer as ArrayBuffer, address, lengths[i]));
    },
    create: (shape, values) => backend.makeOutput(shape, "float32", undefined, values),
    discard: ({ dataId }) => backend.disposeData(dataId),
  };
}
