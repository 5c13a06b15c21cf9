/** TensorFlow.js with SAU, as rows: the operation beside its composite, and steps of training. */
import { ALPHA, DX_TOLERANCE, type ExpectedGradients, expectNear, expectSum } from "../data.js";
import { load, type TensorFlowTensor as Tensor } from "../peers/peer.js";
import type { Row } from "../rows.js";
import { entry } from "../shipped.js";

/** What is used of @tensorflow/tfjs. */
interface Tf {
  readonly version_core: string;
  readonly MathBackendCPU: new () => object;
  enableProdMode(): void;
  setBackend(name: string): Promise<boolean>;
  registerBackend(name: string, factory: () => object): void;
  copyRegisteredKernels(from: string, to: string): void;
  tensor(values: Float32Array, shape?: number[]): Tensor;
  scalar(value: number): Tensor;
  oneHot(indices: Tensor, depth: number): Tensor;
  tidy<T>(compute: () => T): T;
  dispose(tensors: Tensor[]): void;
  valueAndGrads(
    f: (...inputs: Tensor[]) => Tensor,
  ): (inputs: Tensor[], dy: Tensor) => { value: Tensor; grads: Tensor[] };
  add(a: Tensor | number, b: Tensor | number): Tensor;
  sub(a: Tensor | number, b: Tensor | number): Tensor;
  mul(a: Tensor | number, b: Tensor | number): Tensor;
  div(a: Tensor | number, b: Tensor | number): Tensor;
  erf(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  square(x: Tensor): Tensor;
  leakyRelu(x: Tensor, alpha: number): Tensor;
  cast(x: Tensor, dtype: "int32"): Tensor;
  sequential(args: { layers: object[] }): { apply(x: Tensor, args: { training: true }): Tensor };
  readonly layers: Readonly<Record<string, (args: object) => object>>;
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  readonly train: { sgd(rate: number): { minimize(loss: () => Tensor, value: true): Tensor } };
}

interface Adapter {
  registerSau(tf: Tf): {
    sau(x: Tensor, alpha?: Tensor | number, beta?: Tensor | number): Tensor;
    readonly Sau: new (args?: object) => object;
  };
  registerTraining(tf: Tf): string[];
}

/** The cpu backend under a name without kernels of SAU, as any other backend has none. */
const COMPOSED = "composed";

/** A backend, and SAU on it. */
export type Backend = "wasm" | "cpu" | typeof COMPOSED;

/** TensorFlow.js with SAU. */
export class TensorFlow {
  private constructor(
    readonly tf: Tf,
    readonly adapter: Adapter,
    readonly registered: ReturnType<Adapter["registerSau"]>,
  ) {}

  /** @throws {MissingPeer} where it is not installed */
  static async open(): Promise<TensorFlow> {
    const tf = await load<Tf>("@tensorflow/tfjs");
    const wasm = await load<{ setThreadsCount(count: number): void }>("@tensorflow/tfjs-backend-wasm");
    tf.enableProdMode();
    wasm.setThreadsCount(1);
    tf.copyRegisteredKernels("cpu", COMPOSED);
    tf.registerBackend(COMPOSED, () => new tf.MathBackendCPU());
    const modules = await Promise.all(
      ["./tfjs", "./tfjs/training"].map((name) => import(entry(name)!.href) as Promise<object>),
    );
    const adapter = Object.assign({}, ...modules) as Adapter;
    return new TensorFlow(tf, adapter, adapter.registerSau(tf));
  }

  /** y = SAU(x), by the operation or composed, of parameters that are tensors. */
  #function(isOperation: boolean): (x: Tensor, alpha: Tensor, beta: Tensor) => Tensor {
    const { tf, registered } = this;
    if (isOperation) return (x, alpha, beta) => registered.sau(x, alpha, beta);
    return (x, alpha, beta) =>
      tf.tidy(() => {
        const complement = tf.sub(1, alpha);
        const phi = tf.mul(tf.add(tf.erf(tf.mul(x, tf.mul(beta, Math.SQRT1_2))), 1), 0.5);
        const bump = tf.exp(tf.mul(tf.square(x), tf.mul(tf.square(beta), -0.5)));
        const slopes = tf.add(tf.mul(phi, complement), alpha);
        const height = tf.div(complement, tf.mul(beta, Math.sqrt(2 * Math.PI)));
        return tf.add(tf.mul(x, slopes), tf.mul(bump, height));
      });
  }

  /** Forward of tensors on a backend. */
  forwardRow(
    backend: Backend,
    isOperation: boolean,
    values: Float32Array,
    beta: number,
    expected: Float32Array,
    more: Partial<Row>,
  ): Row {
    const { tf } = this;
    const compute = this.#function(isOperation);
    let inputs: [Tensor, Tensor, Tensor] | undefined;
    const made = (): [Tensor, Tensor, Tensor] => {
      inputs ??= [tf.tensor(values), tf.scalar(ALPHA), tf.scalar(beta)];
      return inputs;
    };
    return {
      name: isOperation ? `sau, ${backend}` : `the composite, ${backend}`,
      elements: values.length,
      prepare: () => tf.setBackend(backend),
      run: () => compute(...made()).dispose(),
      async check() {
        await tf.setBackend(backend);
        const y = compute(...made());
        expectNear(y.dataSync(), expected);
        y.dispose();
      },
      ...more,
    };
  }

  /** Forward and the gradients of x, alpha and beta. */
  gradientsRow(
    backend: Backend,
    isOperation: boolean,
    [values, dyValues]: readonly [Float32Array, Float32Array],
    beta: number,
    expected: ExpectedGradients,
    more: Partial<Row>,
  ): Row {
    const { tf } = this;
    const gradients = tf.valueAndGrads(this.#function(isOperation) as (...inputs: Tensor[]) => Tensor);
    let inputs: Tensor[] | undefined;
    const compute = () => {
      inputs ??= [tf.tensor(values), tf.scalar(ALPHA), tf.scalar(beta), tf.tensor(dyValues)];
      const { value, grads } = gradients(inputs.slice(0, 3), inputs[3]!);
      return [value, ...grads];
    };
    const name = isOperation ? `sau, ${backend}` : `autodiff of the composite, ${backend}`;
    return {
      name: backend === COMPOSED && isOperation ? "sau without kernels, cpu" : name,
      elements: values.length,
      prepare: () => tf.setBackend(backend),
      run: () => tf.dispose(compute()),
      async check() {
        await tf.setBackend(backend);
        const [y, dx, dAlpha, dBeta] = compute() as [Tensor, Tensor, Tensor, Tensor];
        expectNear(dx.dataSync(), expected.dx, DX_TOLERANCE);
        expectSum("dalpha", dAlpha.dataSync()[0]!, expected.dAlpha, values.length);
        expectSum("dbeta", dBeta.dataSync()[0]!, expected.dBeta, values.length);
        tf.dispose([y, dx, dAlpha, dBeta]);
      },
      ...more,
    };
  }

  /** A step of training of a small network of two convolutions, on the wasm backend. */
  trainingRow(name: string, activation: Activation, images: Float32Array, more: Partial<Row>): Row {
    const { tf, registered, adapter } = this;
    const behind = {
      "a ReLU layer": () => [tf.layers.reLU!({})],
      "ReLU fused with the convolution": () => [],
      "the layer Sau": () => [new registered.Sau()],
    }[activation];
    const fused = activation === "ReLU fused with the convolution" ? { activation: "relu" } : {};
    const size = 28;
    const batch = images.length / size ** 2;
    let step: (() => Tensor) | undefined;
    const made = (): (() => Tensor) => {
      if (step !== undefined) return step;
      adapter.registerTraining(tf);
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d!({ filters: 8, kernelSize: 3, inputShape: [size, size, 1], ...fused }),
          ...behind(),
          tf.layers.maxPooling2d!({ poolSize: 2 }),
          tf.layers.conv2d!({ filters: 16, kernelSize: 3, ...fused }),
          ...behind(),
          tf.layers.maxPooling2d!({ poolSize: 2 }),
          tf.layers.flatten!({}),
          tf.layers.dense!({ units: 10 }),
        ],
      });
      const x = tf.tensor(images, [batch, size, size, 1]);
      const classes = tf.tensor(Float32Array.from({ length: batch }, (_, i) => i % 10));
      const labels = tf.oneHot(tf.cast(classes, "int32"), 10);
      const optimizer = tf.train.sgd(0.01);
      const loss = () => tf.losses.softmaxCrossEntropy(labels, model.apply(x, { training: true }));
      step = () => optimizer.minimize(loss, true);
      return step;
    };
    return {
      name,
      elements: 1e6, // nanoseconds a millisecond
      prepare: () => tf.setBackend("wasm"),
      run: () => made()().dispose(),
      async check() {
        await tf.setBackend("wasm");
        const train = made();
        const losses = Array.from({ length: 10 }, () => tf.tidy(() => train().dataSync()[0]!));
        if (!(losses.at(-1)! < losses[0]!)) throw new Error(`The loss does not fall: ${losses.join(", ")}.`);
      },
      ...more,
    };
  }
}

/** What is behind the convolutions of the network. */
export type Activation = "a ReLU layer" | "ReLU fused with the convolution" | "the layer Sau";
