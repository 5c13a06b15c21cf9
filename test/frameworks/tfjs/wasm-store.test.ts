/**
 * Promise: the kernels work in the memory of a wasm backend, wherever it has that, and write there what it has given
 * them alone; where they cannot, they have a memory of their own. Of backends that TensorFlow.js makes, zero-copy.test.ts.
 */
import { afterEach, expect, it, vi } from "vitest";
import { createSauSync } from "../../../ts/index.js";
import { CACHE_LINE, roundUp, workspaceAt } from "../../../ts/memory/workspace.js";
import { expand } from "../../../ts/tfjs/broadcast.js";
import type { TensorInfo } from "../../../ts/tfjs/framework.js";
import { wasmStore } from "../../../ts/tfjs/stores/wasm.js";

const PAGE = 2 ** 16;

/** Where a backend allocates next: on no line of a cache. */
const FREE = PAGE + 4;

/** Where it has its tensors. */
const TENSORS = 40 * PAGE;

const PARAMS = { alpha: 0.25, beta: 2 };
const X = [-2, -0.5, 0, 0.5, 2];

function newMemory(shared = false): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 64, maximum: 128, shared });
}

/** A backend, as far as the store looks into it; `module` is what its Emscripten module has beside its functions. */
function backendOn(memory: WebAssembly.Memory, module: object = { asm: { memory } }) {
  const places = new Map<object, number>();
  let end = TENSORS;
  return {
    wasm: {
      get HEAPU8() {
        return new Uint8Array(memory.buffer);
      },
      _malloc: vi.fn((_bytes: number) => FREE),
      _free: vi.fn((_address: number) => {}),
      ...module,
    },
    dataIdMap: { get: (dataId: object) => ({ memoryOffset: places.get(dataId)! }) },
    makeOutput(shape: readonly number[]): TensorInfo {
      const dataId = {};
      places.set(dataId, end);
      end += 4 * shape.reduce((all, size) => all * size, 1);
      return { dataId, shape: [...shape], dtype: "float32" };
    },
    disposeData: vi.fn(),
  };
}

/** Has SAU computed by a backend's store, from tensor to tensor. */
function run(backend: object): { y: Float32Array; expected: Float32Array } {
  const store = wasmStore(backend);
  const [x, out] = [store.create([X.length], Float32Array.from(X)), store.create([X.length])];
  const [values, y] = store.valuesOf([x, out]) as [Float32Array, Float32Array];
  store.sau.forward(values, PARAMS, { out: y });
  return { y, expected: createSauSync().forward(Float32Array.from(X), PARAMS) };
}

/** The memory without what the backend gave to the kernels, and without its tensors. */
function others(memory: WebAssembly.Memory, given: number): Uint8Array[] {
  const bytes = new Uint8Array(memory.buffer);
  return [bytes.subarray(0, FREE), bytes.subarray(FREE + given, TENSORS)];
}

const { Instance } = WebAssembly;

afterEach(() => {
  WebAssembly.Instance = Instance;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it.each<[string, (memory: WebAssembly.Memory) => object]>([
  ["exports", (memory) => ({ asm: { memory } })],
  ["imports", (memory) => ({ wasmMemory: memory })],
  ["imports, beside exports without one", (memory) => ({ asm: {}, wasmMemory: memory })],
  ["imports, beside another", (memory) => ({ asm: { memory: newMemory() }, wasmMemory: memory })],
  ["imports, beside what is none", (memory) => ({ asm: { memory: "no memory" }, wasmMemory: memory })],
])("the memory that it %s", (_, moduleOf) => {
  const memory = newMemory();
  const backend = backendOn(memory, moduleOf(memory));
  const { y, expected } = run(backend);
  expect(y).toEqual(expected);
  expect(y.buffer).toBe(memory.buffer);
  expect(backend.wasm._malloc).toHaveBeenCalledOnce();
  const [given] = backend.wasm._malloc.mock.calls[0]!;
  expect(workspaceAt(roundUp(FREE, CACHE_LINE)).end).toBeLessThanOrEqual(FREE + given);
  for (const bytes of others(memory, given)) expect(bytes.every((byte) => byte === 0)).toBe(true);
});

it("shared memory, that of threads", () => {
  const memory = newMemory(true);
  const backend = backendOn(memory);
  const { y, expected } = run(backend);
  expect(Array.from(y)).toEqual(Array.from(expected));
  expect(y.buffer).toBe(memory.buffer);
  expect(wasmStore(backend).sau.tier).toBe(createSauSync().tier);
  expect(backend.wasm._free).not.toHaveBeenCalled();
});

it("a memory where there is no SharedArrayBuffer", () => {
  const memory = newMemory();
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const backend = backendOn(memory);
  const { y, expected } = run(backend);
  expect(y).toEqual(expected);
  expect(backend.wasm._malloc).toHaveBeenCalledOnce();
});

it("a memory that has grown, with no copy", () => {
  const memory = newMemory();
  const backend = backendOn(memory);
  run(backend);
  memory.grow(1);
  const set = vi.spyOn(Float32Array.prototype, "set");
  const store = wasmStore(backend);
  const [x, out] = [store.create([X.length]), store.create([X.length])];
  const [values, y] = store.valuesOf([x, out]) as [Float32Array, Float32Array];
  values[0] = 3;
  store.sau.forward(values, PARAMS, { out: y });
  expect(set).not.toHaveBeenCalled();
  expect(y.buffer).toBe(memory.buffer);
  expect(y[0]).toBe(3);
});

it.each<[string, object]>([
  ["none that can be found", {}],
  ["another one alone", { asm: { memory: newMemory() } }],
])("%s: has one of its own", (_, module) => {
  const backend = backendOn(newMemory(), module);
  const { y, expected } = run(backend);
  expect(y).toEqual(expected);
  expect(backend.wasm._malloc).not.toHaveBeenCalled();
});

it("one that is full: has one of its own, and writes nothing there", () => {
  const memory = newMemory();
  const backend = backendOn(memory);
  backend.wasm._malloc.mockReturnValue(0);
  const { y, expected } = run(backend);
  expect(y).toEqual(expected);
  for (const bytes of others(memory, 0)) expect(bytes.every((byte) => byte === 0)).toBe(true);
});

it("one that no module runs on: computes in plain JavaScript, and gives back what it was given", () => {
  WebAssembly.Instance = class {
    constructor() {
      throw new WebAssembly.LinkError("no module runs here");
    }
  } as unknown as typeof Instance;
  const backend = backendOn(newMemory());
  const { y, expected } = run(backend);
  expect(Array.from(y)).toEqual(Array.from(expected));
  expect(wasmStore(backend).sau.tier).toBe("js");
  expect(backend.wasm._free.mock.calls).toEqual([[FREE]]);
});

it("a parameter of one value is a number to the kernels, whatever the channels of another", () => {
  const channels = { shape: [1, 3, 1], channelAxis: 1, first: 0, sizes: [3] } as const;
  expect(expand(Float32Array.of(2), [1], 1, channels)).toBe(2);
  expect(expand(Float32Array.of(2), [], 1, undefined)).toBe(2);
  expect(expand(Float32Array.of(1, 2, 3), [3], 1, channels)).toEqual(Float32Array.of(1, 2, 3));
});
