/**
 * SAU composed from TensorFlow.js operations, on its wasm or its cpu backend.
 *
 * The input is a tensor already; constants are tensors made once; intermediate results are freed by tidy and
 * their memory used again. Operations have run when they return, on both backends, so that nothing need be
 * read back to wait for them.
 */
import { ALPHA, expectNear } from "../data.js";
import { load, type Peer, type PeerRow, type TensorFlowTensor as Tensor } from "./peer.js";

/** What is used of @tensorflow/tfjs-core. */
interface Tf {
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  tensor1d(values: Float32Array): Tensor;
  scalar(value: number): Tensor;
  tidy<T>(compute: () => T): T;
  add(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  erf(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  leakyRelu(x: Tensor, alpha: number): Tensor;
}

/** What is used of @tensorflow/tfjs-backend-wasm. */
interface WasmBackend {
  setThreadsCount(count: number): void;
}

export async function tfjs(backend: "wasm" | "cpu", beta: number): Promise<Peer> {
  const tf = await load<Tf>("@tensorflow/tfjs-core");
  tf.enableProdMode();
  const module = await load<WasmBackend>(`@tensorflow/tfjs-backend-${backend}`);
  if (backend === "wasm") module.setThreadsCount(1);
  await tf.setBackend(backend);
  const name = `TensorFlow.js, ${backend} backend`;

  const row = (
    suffix: string,
    values: Float32Array,
    expected: Float32Array,
    compute: (x: Tensor) => Tensor,
  ): PeerRow => {
    const x = tf.tensor1d(values);
    return {
      name: `${name}${suffix}`,
      elements: values.length,
      // Both backends live in one process; the switch itself is not timed.
      prepare: () => tf.setBackend(backend),
      run: () => compute(x).dispose(),
      async check() {
        await tf.setBackend(backend);
        const y = compute(x);
        expectNear(y.dataSync(), expected);
        y.dispose();
      },
      release: () => x.dispose(),
    };
  };

  return {
    name,
    // Not async: a tensor belongs to the backend that is set when it is made.
    row: async (x, expected) => {
      await tf.setBackend(backend);
      return row("", x, expected, composite(tf, beta));
    },
    scale: async (x) => {
      await tf.setBackend(backend);
      const expected = x.map((value) => (value < 0 ? ALPHA * value : value));
      return [row(", LeakyRelu", x, expected, (tensor) => tf.leakyRelu(tensor, ALPHA))];
    },
  };
}

/** x (alpha + (1 - alpha) / 2 (1 + erf(beta x / sqrt 2))) + (1 - alpha) / (beta sqrt(2 pi)) exp(-(beta x)^2 / 2). */
function composite(tf: Tf, beta: number): (x: Tensor) => Tensor {
  const intoErf = tf.scalar(beta * Math.SQRT1_2);
  const slope = tf.scalar((1 - ALPHA) / 2);
  const middle = tf.scalar((1 + ALPHA) / 2);
  const intoExp = tf.scalar(-(beta ** 2) / 2);
  const height = tf.scalar((1 - ALPHA) / (beta * Math.sqrt(2 * Math.PI)));
  return (x) =>
    tf.tidy(() => {
      const slopes = tf.add(tf.mul(tf.erf(tf.mul(x, intoErf)), slope), middle);
      const bump = tf.mul(tf.exp(tf.mul(tf.square(x), intoExp)), height);
      return tf.add(tf.mul(x, slopes), bump);
    });
}
