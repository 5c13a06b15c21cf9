/** Promise: on the wasm backend the kernels run in its memory, on its tensors; nothing is copied, nothing grows. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { registerSau } from "../../../ts/tfjs/index.js";
import { sau, tf, valuesOf, type WasmBackend } from "./support.js";

/** Elements: far more than a tile. */
const MANY = 200_000;

function memory(): WebAssembly.Memory {
  return (tf.backend() as unknown as WasmBackend).wasm.asm.memory;
}

/** Forward and all gradients. */
function step(x: tf.Tensor, alpha: tf.Tensor, beta: tf.Tensor): void {
  tf.dispose(tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => sau(a, b, c))([x, alpha, beta]));
}

/** A wasm backend of its own, of the build that the flag names. */
async function freshBackend(simd: boolean): Promise<void> {
  const factory = tf.findBackendFactory("wasm");
  tf.removeBackend("wasm");
  tf.env().set("WASM_HAS_SIMD_SUPPORT", simd);
  tf.registerBackend("wasm", factory);
  await tf.setBackend("wasm");
}

const { Instance } = WebAssembly;

/** The memories of instances that are made from now on. */
function lentMemories(): WebAssembly.Memory[] {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports: WebAssembly.Imports = {}) {
      super(module, imports);
      for (const { memory } of Object.values(imports)) memories.push(memory as WebAssembly.Memory);
    }
  };
  return memories;
}

afterEach(() => {
  WebAssembly.Instance = Instance;
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe.each([
  ["with SIMD", true],
  ["plain", false],
])("the build %s", (_, simd) => {
  it("lends its memory to the kernels", async () => {
    await freshBackend(simd);
    const memories = lentMemories();
    const y = sau(tf.tensor1d([-1, 1]), 0.25, 1);
    expect(valuesOf(y)[1]).toBeCloseTo(1.0625, 3);
    sau(y).dispose();
    expect(memories).toHaveLength(1);
    expect(memories[0]).toBe(memory());
  });

  it("copies no tensor", async () => {
    await freshBackend(simd);
    const [x, alpha, beta] = [tf.randomNormal([MANY / 8, 8]), tf.randomUniform([8]), tf.scalar(1.7)];
    step(x, alpha, beta); // starts the kernels
    // What is copied while a kernel runs; TensorFlow.js itself copies what an operation saves for its gradient.
    const copied: number[] = [];
    const spies = [
      vi.spyOn(Float32Array.prototype, "set"),
      vi.spyOn(Float32Array.prototype, "slice"),
      vi.spyOn(Uint8Array.prototype, "set"),
      vi.spyOn(Float32Array, "from"),
    ];
    const ran = ["Sau", "SauGrad"].map((name) => {
      const kernel = tf.getKernel(name, "wasm");
      const { kernelFunc } = kernel;
      return vi.spyOn(kernel, "kernelFunc").mockImplementation((call) => {
        for (const spy of spies) spy.mockClear();
        const result = kernelFunc(call);
        for (const spy of spies) copied.push(...spy.mock.calls.map((args) => Number(Object(args[0]).length)));
        return result;
      });
    });
    step(x, alpha, beta);
    for (const spy of ran) expect(spy).toHaveBeenCalledOnce();
    expect(Math.max(0, ...copied)).toBeLessThan(100);
  });

  it("stays level over 10,000 calls, in the same buffer", async () => {
    await freshBackend(simd);
    const [x, alpha, beta] = [tf.randomNormal([96, 5]), tf.randomUniform([5]), tf.scalar(1.7)];
    for (let i = 0; i < 10; i++) step(x, alpha, beta);
    const before = { ...tf.memory(), records: tf.backend().numDataIds(), buffer: memory().buffer };
    for (let i = 0; i < 5_000; i++) {
      step(x, alpha, beta);
      sau(x, alpha).dispose();
    }
    const after = { ...tf.memory(), records: tf.backend().numDataIds(), buffer: memory().buffer };
    expect(after).toEqual(before);
    expect(after.buffer).toBe(before.buffer);
  });

  it("follows its memory as that grows", async () => {
    await freshBackend(simd);
    const x = tf.tensor1d([-1, 1]);
    const before = sau(x, 0.25, 1);
    const { buffer } = memory();
    const large = tf.zeros([8_000_000]);
    expect(memory().buffer).not.toBe(buffer);
    const y = sau(tf.concat([large as tf.Tensor1D, x]), 0.25, 1);
    expect([...valuesOf(tf.slice(y, 8_000_000))]).toEqual([...valuesOf(before)]);
  });
});

it("where the memory is not to be found, tensors stream through one of the kernels' own", async () => {
  await freshBackend(true);
  const values = Float32Array.from({ length: 60_000 }, (_, i) => i / 10_000 - 3);
  const expected = valuesOf(sau(values, 0.25, 1));
  await freshBackend(true);
  const lent = memory();
  const { wasm } = tf.backend() as unknown as WasmBackend;
  Object.defineProperty(wasm, "asm", { value: { ...wasm.asm, memory: undefined } });
  const memories = lentMemories();
  expect(valuesOf(sau(values, 0.25, 1))).toEqual(expected);
  expect(memories).toHaveLength(1);
  expect(memories[0]).not.toBe(lent);
});

it("where it has no room for a workspace, too", async () => {
  await freshBackend(true);
  const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number } };
  const x = tf.tensor1d([-1, 1]);
  const malloc = vi.spyOn(wasm, "_malloc").mockReturnValueOnce(0);
  const kernel = tf.getKernel("Sau", "wasm");
  const run = vi.spyOn(kernel, "kernelFunc");
  expect(valuesOf(sau(x, 0.25, 1))[1]).toBeCloseTo(1.0625, 3);
  expect(run).toHaveBeenCalledOnce();
  expect(malloc.mock.calls[0]![0]).toBeGreaterThan(1e6);
});

it("registering twice changes nothing", () => {
  const warn = vi.spyOn(console, "warn");
  const kernel = tf.getKernel("Sau", "wasm");
  const again = registerSau(tf);
  expect(again.sau).toBe(sau);
  expect(tf.getKernel("Sau", "wasm")).toBe(kernel);
  expect(warn).not.toHaveBeenCalled();
});
