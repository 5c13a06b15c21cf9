/** Promise: with sau-simd/tfjs/training the wasm backend trains what the cpu backend trains, with its gradients. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { registerTraining } from "../../../ts/tfjs/training/index.js";
import { randomNumbers, uniformArray } from "../../support/numbers.js";
import { BACKENDS, Sau, tf, valuesOf } from "./support.js";

const NAMES = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "MaxPoolGrad",
];

type KernelParams = Parameters<tf.KernelFunc>[0];

const random = randomNumbers(23);

/** A tensor of values between -1 and 1 but for what `map` makes of them. */
function tensor(shape: number[], map = (value: number) => value): tf.Tensor4D {
  const values = uniformArray(tf.util.sizeFromShape(shape), 1, random).map(map);
  return tf.tensor(values, shape as [number]) as tf.Tensor as tf.Tensor4D;
}

const shipped = NAMES.map((name) => tf.getKernel(name, "wasm"));

beforeAll(async () => {
  await tf.setBackend("wasm");
  registerTraining(tf);
});

/** The kernels as TensorFlow.js ships them. */
function reset(): void {
  for (const [i, name] of NAMES.entries()) {
    if (tf.getKernel(name, "wasm")) tf.unregisterKernel(name, "wasm");
    if (shipped[i]) tf.registerKernel(shipped[i]);
  }
}

describe("registers", () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    tf.enableProdMode();
    await tf.setBackend("wasm");
    reset();
    registerTraining(tf);
  });

  it("what TensorFlow.js lacks or has wrong, once", () => {
    const warn = vi.spyOn(console, "warn");
    // As it is for users: in production TensorFlow.js does not warn.
    tf.env().set("PROD", false);
    reset();
    expect(registerTraining(tf)).toEqual(NAMES);
    const kernels = NAMES.map((name) => tf.getKernel(name, "wasm"));
    expect(registerTraining(tf)).toEqual([]);
    expect(NAMES.map((name) => tf.getKernel(name, "wasm"))).toEqual(kernels);
    expect(warn).not.toHaveBeenCalled();
  });

  it("nothing in place of a kernel that is right", () => {
    const right = tf.getKernel("MaxPoolGrad", "wasm");
    reset();
    if (tf.getKernel("MaxPoolGrad", "wasm")) tf.unregisterKernel("MaxPoolGrad", "wasm"); // 4.0 has none
    tf.registerKernel(right);
    expect(registerTraining(tf)).toEqual(NAMES.slice(0, 3));
    expect(tf.getKernel("MaxPoolGrad", "wasm")).toBe(right);
  });

  it.each(NAMES)("%s in place of one that throws, or gives a wrong answer", (name) => {
    const { kernelFunc: ours } = tf.getKernel(name, "wasm");
    const right = (call: KernelParams) =>
      tf.tidy(() => tf.reshape(ours(call) as tf.Tensor, [-1]) as tf.Tensor1D);
    for (const kernelFunc of [
      () => {
        throw new Error("no gradient here");
      },
      () => tf.zeros([2]),
      () => tf.zeros([1, 3, 3, 1]),
      // The answer, and something more.
      (call: KernelParams) => tf.concat1d([right(call), tf.zeros([1])]),
    ]) {
      reset();
      if (tf.getKernel(name, "wasm")) tf.unregisterKernel(name, "wasm");
      tf.registerKernel({ kernelName: name, backendName: "wasm", kernelFunc });
      const tensors = tf.memory().numTensors;
      expect(registerTraining(tf)).toEqual(NAMES);
      expect(tf.getKernel(name, "wasm").kernelFunc).not.toBe(kernelFunc);
      expect(tf.memory().numTensors).toBe(tensors);
    }
  });

  it("what fails problems that have the inputs and attributes that TensorFlow.js itself passes", () => {
    const ours = NAMES.map((name) => tf.getKernel(name, "wasm"));
    /** What each kernel is called with, by its name. */
    const calls: Record<string, unknown> = {};
    const recordCalls = (): void => {
      for (const kernel of ours) {
        tf.unregisterKernel(kernel.kernelName, "wasm");
        tf.registerKernel({
          ...kernel,
          kernelFunc: (call) => {
            const inputs = Object.entries(call.inputs).map(([name, input]) => {
              const tensor = input as tf.Tensor;
              return [name, [tensor.shape, [...valuesOf(tensor)]]];
            });
            calls[kernel.kernelName] = { inputs: Object.fromEntries(inputs), attrs: call.attrs };
            return kernel.kernelFunc(call);
          },
        });
      }
    };
    recordCalls();
    expect(registerTraining(tf)).toEqual([]);
    const problems = { ...calls };
    expect(Object.keys(problems)).toEqual(NAMES);
    for (const name of NAMES) delete calls[name];
    const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const dy = tf.tensor4d([1, 10, 100, 1000], [1, 2, 2, 1]);
    const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
    const conv = (x: tf.Tensor, w: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, [2, 2], "same");
    tf.grads(conv)([image, filter], dy);
    const depthwise = (x: tf.Tensor, w: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, [2, 2], "same");
    tf.grads(depthwise)([image, filter], dy);
    expect(calls[NAMES[2]!]).toStrictEqual(problems[NAMES[2]!]);
    const twice = tf.tensor4d([1, 0, 10, 0, 100, 0, 1000, 1], [1, 2, 2, 2]);
    tf.grads(depthwise)([image, tf.zeros([2, 2, 1, 2])], twice);
    const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid");
    tf.grad(pool)(tf.tensor4d([-4, -1, -3, -2], [1, 2, 2, 1]), tf.tensor4d([5], [1, 1, 1, 1]));
    for (const name of [NAMES[0]!, NAMES[1]!, NAMES[3]!]) expect(calls[name]).toStrictEqual(problems[name]);
  });

  it("nothing while another backend is set, or of another version", async () => {
    await tf.setBackend("cpu");
    expect(() => registerTraining(tf)).toThrow(RangeError);
    expect(() => registerTraining(tf)).toThrow(
      'The backend is "cpu", expected "wasm": call await tf.setBackend',
    );
    expect(() => registerTraining({ ...tf, version_core: "5.0.0" })).toThrow(RangeError);
    expect(() => registerTraining(undefined as never)).toThrow(TypeError);
  });
});

/** Gradients on the cpu backend and on the wasm backend. */
async function onBoth(gradients: () => tf.Tensor[]): Promise<[cpu: Float32Array, wasm: Float32Array][]> {
  const found: Float32Array[][] = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    found.push(tf.tidy(() => gradients().map((gradient) => valuesOf(gradient))));
  }
  return found[0]!.map((cpu, i) => [cpu, found[1]![i]!]);
}

/** Expects equal values up to the order of sums: within `tolerance` of the greatest. */
function expectEqual([cpu, wasm]: [Float32Array, Float32Array], tolerance = 2e-6): void {
  expect(wasm.length).toBe(cpu.length);
  const greatest = cpu.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of cpu.entries()) {
    expect(Math.abs(wasm[i]! - value)).toBeLessThanOrEqual(tolerance * greatest);
  }
}

type Pad = "same" | "valid" | number | tf.backend_util.ExplicitPadding;

const MOVES: [x: number[], filter: [number, number], strides: number | [number, number], pad: Pad][] = [
  [[2, 7, 6, 3], [3, 3], 1, "valid"],
  [[2, 7, 6, 3], [3, 3], 1, "same"],
  [[2, 7, 6, 3], [3, 2], 2, "same"],
  [[1, 8, 8, 2], [3, 3], 2, "valid"], // leaves a row and a column that no window meets
  [[3, 9, 5, 1], [2, 4], [3, 1], "same"],
  [[2, 6, 7, 2], [3, 2], [1, 2], "valid"],
  [[1, 5, 5, 4], [1, 1], 1, "valid"],
  [[2, 5, 5, 2], [5, 5], 1, "valid"],
  [[1, 7, 7, 2], [1, 1], 3, "valid"],
  [[1, 6, 6, 2], [3, 3], 1, 2],
  [
    [1, 6, 6, 2],
    [3, 3],
    1,
    [
      [0, 0],
      [0, 3],
      [4, 1],
      [0, 0],
    ],
  ],
];

describe("the gradients of convolution", () => {
  it.each(MOVES)("of x %j, filter %j, strides %j, pad %j", async (shape, size, strides, pad) => {
    await tf.setBackend("cpu");
    const [x, filter] = [tensor(shape), tensor([...size, shape[3]!, 5])];
    const conv = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
    const dy = tensor(conv(x, filter).shape);
    const [dx, dFilter] = await onBoth(() => tf.grads(conv)([x, filter], dy));
    expectEqual(dx!);
    expectEqual(dFilter!);
  });

  it.each(MOVES)("depthwise, of x %j, filter %j, strides %j, pad %j", async (shape, size, strides, pad) => {
    for (const multiplier of [1, 3]) {
      await tf.setBackend("cpu");
      const [x, filter] = [tensor(shape), tensor([...size, shape[3]!, multiplier])];
      const conv = (a: tf.Tensor, b: tf.Tensor) =>
        tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad as "same");
      const dy = tensor(conv(x, filter).shape);
      const [dx, dFilter] = await onBoth(() => tf.grads(conv)([x, filter], dy));
      expectEqual(dx!);
      expectEqual(dFilter!);
    }
  });

  it("in another layout of the data is refused", async () => {
    await tf.setBackend("wasm");
    const attrs = { strides: [1, 1], pad: "valid", dataFormat: "NCHW", filterShape: [1, 1, 1, 1] };
    const inputs = { x: tensor([1, 1, 2, 2]), dy: tensor([1, 1, 2, 2]) };
    expect(() => tf.engine().runKernel("Conv2DBackpropFilter", inputs, attrs)).toThrow(
      /^dataFormat is NCHW, expected/,
    );
  });
});

describe("the gradient of maxPool", () => {
  const kinds: [string, (value: number) => number][] = [
    ["of either sign", (value) => value],
    ["all negative", (value) => value - 2],
    ["in ties", (value) => Math.round(2 * value)],
    ["of which none is the greatest", (value) => (value > 0 ? Number.NaN : -Infinity)],
    ["apart by rounding errors alone", (value) => 1000 + Math.fround(value * 1e-3)],
  ];
  const pools: [number | [number, number], number | [number, number], "same" | "valid" | number][] = [
    [2, 2, "valid"],
    [3, 2, "same"],
    [[2, 3], [1, 2], "valid"],
    [3, 1, 1],
  ];
  it.each(kinds.flatMap((kind) => pools.map((pool) => [...kind, ...pool] as const)))(
    "of values %s, %#",
    async (_, map, filterSize, strides, pad) => {
      await tf.setBackend("cpu");
      const x = tensor([2, 7, 6, 3], map);
      const pool = (a: tf.Tensor) => tf.maxPool(a as tf.Tensor4D, filterSize, strides, pad);
      const dy = tensor(pool(x).shape);
      const [dx] = await onBoth(() => [tf.grad(pool)(x, dy)]);
      expectEqual(dx!, 1e-6);
    },
  );

  it("of tensors of another backend, which the memory grows for", async () => {
    await tf.setBackend("cpu");
    const [batch, side, channels] = [4, 512, 8];
    const shape = [batch, side / 2, side / 2, channels];
    // The greatest value of each window is its last.
    const input = tf.range(0, batch * side * side * channels).reshape([batch, side, side, channels]);
    const output = tf.zeros(shape); // not looked at
    const gradient = uniformArray(tf.util.sizeFromShape(shape), 1, random);
    const dy = tf.tensor(gradient, shape);
    await tf.setBackend("wasm");
    const attrs = { filterSize: 2, strides: 2, pad: "valid" };
    const dx = tf.engine().runKernel("MaxPoolGrad", { dy, input, output }, attrs) as tf.Tensor;
    const found = valuesOf(dx);
    let wrong = 0;
    const [row, column] = [side * channels, channels];
    for (const [at, value] of gradient.entries()) {
      const image = Math.floor(at / (shape[1]! * shape[2]! * channels));
      const outRow = Math.floor(at / (shape[2]! * channels)) % shape[1]!;
      const outColumn = Math.floor(at / channels) % shape[2]!;
      const place =
        image * side * row + (2 * outRow + 1) * row + (2 * outColumn + 1) * column + (at % channels);
      if (found[place] !== value) wrong++;
      found[place] = 0;
    }
    expect(wrong).toBe(0);
    expect(found.findIndex((value) => value !== 0)).toBe(-1);
    tf.dispose([input, output, dy, dx]);
  });

  it("gives back what it has made where it fails", async () => {
    await tf.setBackend("wasm");
    const [input, dy] = [tensor([1, 2, 2, 1]), tensor([1, 1, 1, 1])];
    dy.dispose();
    const { kernelFunc } = tf.getKernel("MaxPoolGrad", "wasm");
    const attrs = { filterSize: 2, strides: 2, pad: "valid", dimRoundingMode: undefined };
    const before = tf.backend().numDataIds();
    expect(() => kernelFunc({ inputs: { input, dy }, attrs, backend: tf.backend() } as never)).toThrow();
    expect(tf.backend().numDataIds()).toBe(before);
  });
});

describe("a step of training", () => {
  const MODELS: Record<string, () => tf.Sequential> = {
    "a small CNN": () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [14, 14, 1] }),
          new Sau({ beta: 2, trainBeta: true }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: "same" }),
          new Sau(),
          tf.layers.maxPooling2d({ poolSize: 2, strides: 1 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 5 }),
        ],
      }),
    "depthwise and batch-normalised": () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 4, kernelSize: 1, inputShape: [8, 8, 2], useBias: false }),
          tf.layers.batchNormalization(),
          new Sau({ beta: 1 }),
          // No bias where the normalisation behind takes it away: its gradient is but rounding errors.
          tf.layers.depthwiseConv2d({
            kernelSize: 3,
            strides: 2,
            padding: "same",
            depthMultiplier: 2,
            useBias: false,
          }),
          tf.layers.batchNormalization(),
          tf.layers.separableConv2d({ filters: 5, kernelSize: 3 }),
          new Sau(),
          tf.layers.globalAveragePooling2d({}),
          tf.layers.dense({ units: 5 }),
        ],
      }),
  };

  it.each(Object.entries(MODELS))("of %s has the same gradients of every parameter", async (_, make) => {
    await tf.setBackend("cpu");
    const model = make();
    model.setWeights(model.getWeights().map(({ shape }) => tensor(shape, (value) => value / 2)));
    const x = tensor([6, ...(model.inputs[0]!.shape.slice(1) as number[])]);
    // Not by oneHot, whose integers 4.0 moves to another backend as they are, to be read as floats.
    const labels = tf.tensor2d(
      [0, 1, 2, 3, 4, 0].map((label) => [0, 1, 2, 3, 4].map((i) => Number(i === label))),
    );
    const loss = () =>
      tf.losses.softmaxCrossEntropy(labels, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
    const pairs = await onBoth(() => {
      const { grads } = tf.variableGrads(loss);
      return Object.keys(grads)
        .sort()
        .map((name) => grads[name]!);
    });
    expect(pairs.length).toBe(model.trainableWeights.length);
    for (const pair of pairs) {
      expect(pair[0].some((value) => value !== 0)).toBe(true);
      expectEqual(pair, 1e-5);
    }
    model.dispose();
  });

  it("learns on the wasm backend, and predicts the same on all", async () => {
    await tf.setBackend("wasm");
    const model = MODELS["a small CNN"]!();
    // From one start: of random ones a few are near what is to be learnt.
    model.setWeights(model.getWeights().map(({ shape }) => tensor(shape, (value) => value / 2)));
    model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
    const [x, y] = [tensor([40, 14, 14, 1]), tensor([40, 5])];
    const { history } = await model.fit(x, tf.reshape(y, [40, 5]), { epochs: 60, verbose: 0 });
    const losses = history.loss as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    const predictions: Float32Array[] = [];
    for (const backend of BACKENDS) {
      await tf.setBackend(backend);
      predictions.push(valuesOf(model.predict(x) as tf.Tensor));
    }
    for (const found of predictions) expectEqual([predictions[0]!, found as Float32Array], 1e-5);
  });
});
