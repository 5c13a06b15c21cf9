/**
 * SAU as a function body in ONNX Runtime, native (node) or as WebAssembly (web), with all graph optimisations
 * and one thread.
 *
 * The input tensor is made once over the caller's array; every run makes its output, which is how its
 * users have it: outputs made beforehand are for other devices than the CPU.
 */
import erfc from "@stdlib/math-base-special-erfc";
import { ALPHA, expectNear } from "../data.js";
import { modelMaker } from "./onnx-model.js";
import { load, type Peer, type PeerRow } from "./peer.js";

export interface Tensor {
  readonly data: Float32Array;
}

export interface Session {
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** What is used of onnxruntime-node and onnxruntime-web. */
interface Ort {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

const OPTIONS = {
  graphOptimizationLevel: "all",
  executionMode: "sequential",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

/** ONNX Runtime of one of its packages. */
export interface Runtime {
  readonly name: string;
  create(model: Uint8Array): Promise<Session>;
  tensor(values: Float32Array): Tensor;
}

export async function openRuntime(flavour: "node" | "web"): Promise<Runtime> {
  const ort = await load<Ort>(`onnxruntime-${flavour}`);
  if (flavour === "web") ort.env.wasm.numThreads = 1;
  const options = flavour === "web" ? { ...OPTIONS, executionProviders: ["wasm"] } : OPTIONS;
  return {
    name: `ONNX Runtime, ${flavour}`,
    create: (model) => withoutWorker(() => ort.InferenceSession.create(model, options)),
    tensor: (values) => new ort.Tensor("float32", values, [values.length]),
  };
}

export async function onnxRuntime(flavour: "node" | "web", beta: number): Promise<Peer> {
  const runtime = await openRuntime(flavour);
  const make = await modelMaker();
  const { name } = runtime;

  const row = async (
    suffix: string,
    model: Uint8Array,
    values: Float32Array,
    expected: Float32Array,
  ): Promise<PeerRow> => {
    const session = await runtime.create(model);
    const feeds = { x: runtime.tensor(values) };
    return {
      name: `${name}${suffix}`,
      elements: values.length,
      run: () => session.run(feeds),
      async check() {
        const { y } = await session.run(feeds);
        expectNear(y!.data, expected);
      },
      release: () => session.release(),
    };
  };

  return {
    name,
    row: (x, expected) => row("", make.sau(ALPHA, beta), x, expected),
    scale: async (x) => [
      await row(", Gelu", make.gelu(), x, x.map(gelu)),
      await row(
        ", LeakyRelu",
        make.leakyRelu(ALPHA),
        x,
        x.map((value) => (value < 0 ? ALPHA * value : value)),
      ),
    ],
  };
}

function gelu(x: number): number {
  return 0.5 * x * erfc(-x * Math.SQRT1_2);
}

/**
 * Runs `start` and takes back the global Worker that onnxruntime-web leaves in Node: jax-js takes it for a browser's
 * and expects a memory with threads, and with one thread nobody needs it.
 */
async function withoutWorker<T>(start: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
  const result = await start();
  if (before === undefined) Reflect.deleteProperty(globalThis, "Worker");
  return result;
}
