/**
 * The wasm backend: the kernels run in its memory, on its tensors, with no copy.
 *
 * The kernels' module is instantiated on the backend's own WebAssembly.Memory, and its workspace is one allocation
 * of the backend's. Where that cannot be (no module runs on that memory, or it cannot be found) the kernels have
 * a memory of their own, and tensors stream through it.
 */
import type { Sau } from "../../api.js";
import { createSauSync } from "../../index.js";
import { Arena } from "../../memory/arena.js";
import { CACHE_LINE, roundUp, workspaceAt } from "../../memory/workspace.js";
import { sauOn } from "../../sau.js";
import { sharedModules } from "../../threads/shared-module.js";
import { startSync } from "../../tiers.js";
import { inlinedModules } from "../../wasm/inlined.js";
import type { TensorStore } from "./store.js";
import { type EmscriptenModule, placesOf, viewsOf, type WasmBackend } from "./wasm-backend.js";

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
    isShared(memory) ? sharedModules(inlinedModules) : inlinedModules,
    () => new Arena(memory, workspaceAt(roundUp(allocated, CACHE_LINE)), false),
  );
  const sau = sauOn(running);
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
      if (arena === undefined) return viewsOf(backend, tensors);
      const places = placesOf(backend, tensors);
      arena.refresh();
      return places.map(({ address, length }) => arena.newView(address, length));
    },
    create(shape, values) {
      const tensor = backend.makeOutput(shape, "float32");
      if (values !== undefined) viewsOf(backend, [tensor])[0]!.set(values);
      return tensor;
    },
    discard: ({ dataId }) => backend.disposeData(dataId),
  };
}
