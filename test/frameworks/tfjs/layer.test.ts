/** Promise: the layer trains alpha and beta, and is what it was when it was saved. */
import { beforeAll, describe, expect, it } from "vitest";
import { registerSau } from "../../../ts/tfjs/index.js";
import { createLayer } from "../../../ts/tfjs/layer.js";
import { BACKENDS, Sau, type SauLayer, sau, tf, valuesOf } from "./support.js";

/** The shapes of a layer's weights by their names. */
function weightShapes(layer: SauLayer): Record<string, readonly (number | null)[]> {
  return Object.fromEntries(
    layer.weights.map(({ originalName, shape }) => [originalName.split("/").at(-1)!, shape]),
  );
}

function built(args: object, shape: (number | null)[]): SauLayer {
  const layer = new Sau({ ...args });
  layer.build(shape);
  return layer;
}

describe("weights", () => {
  beforeAll(() => tf.setBackend("cpu"));

  it.each([
    ["one alpha a channel", {}, [null, 8, 8, 3], { alpha: [1, 1, 3] }],
    ["one for a dense layer's units", {}, [null, 5], { alpha: [5] }],
    ["beta beside alpha", { trainBeta: true }, [null, 8, 3], { alpha: [1, 3], logBeta: [1, 3] }],
    ["one for all", { sharedAxes: [1, 2] }, [null, 8, 3], { alpha: [1, 1] }],
    ["one axis by its number", { sharedAxes: 2 }, [null, 8, 3], { alpha: [8, 1] }],
    ["channels first", { sharedAxes: [2, 3] }, [null, 3, 8, 8], { alpha: [3, 1, 1] }],
    ["one for each value", { sharedAxes: [] }, [null, 8, 3], { alpha: [8, 3] }],
    ["unknown sizes", {}, [null, null, null, 3], { alpha: [1, 1, 3] }],
  ])("%s", (_, args, shape, expected) => {
    expect(weightShapes(built(args, shape))).toEqual(expected);
  });

  it("start at the paper's alpha, or where they are told to", () => {
    const [alpha] = built({}, [null, 2]).getWeights();
    expect([...valuesOf(alpha!)]).toEqual([Math.fround(0.15), Math.fround(0.15)]);
    const [other, logBeta] = built({ alphaInitializer: "ones", trainBeta: true, beta: 4 }, [
      null,
      1,
    ]).getWeights();
    expect([...valuesOf(other!), ...valuesOf(logBeta!)]).toEqual([1, Math.fround(Math.log(4))]);
  });
});

it("takes inputs of other sizes along shared axes, and of the same along the others", () => {
  const layer = built({}, [null, 8, 8, 3]);
  for (const shape of [
    [2, 8, 8, 3],
    [1, 5, 6, 3],
  ]) {
    expect((layer.apply(tf.ones(shape)) as tf.Tensor).shape).toEqual(shape);
  }
  expect(() => layer.apply(tf.ones([1, 8, 8, 4]))).toThrow(/axis 3 of input shape to have value 3/);
  const rows = built({ sharedAxes: [2] }, [null, 8, 3]);
  expect(() => rows.apply(tf.ones([1, 9, 3]))).toThrow(/axis 1 of input shape to have value 8/);
});

it("leaves the numbers in the names of the user's own layers alone", () => {
  const next = () => Number(/\d+$/.exec(tf.layers.prelu().name)![0]);
  const before = next();
  const Layer = createLayer(tf as never, sau as never);
  new Layer({ trainBeta: true });
  expect(next()).toBe(before + 1);
});

it("has types that know its options, and no others", () => {
  expect(new Sau({ name: "known", trainable: false, inputShape: [3], dtype: "float32" }).trainable).toBe(
    false,
  );
  // @ts-expect-error: sharedAxis is none
  new Sau({ sharedAxis: [1] });
});

describe.each(BACKENDS)("on %s", (backend) => {
  it("computes SAU of its weights", async () => {
    await tf.setBackend(backend);
    const layer = built({ trainBeta: true, beta: 2 }, [null, 2, 3]);
    layer.setWeights([tf.tensor2d([[0, 0.5, 1]]), tf.tensor2d([[0, 1, 2]])]);
    const x = tf.randomNormal([4, 2, 3]);
    const expected = sau(x, [0, 0.5, 1], tf.exp([0, 1, 2]));
    expect(valuesOf(layer.apply(x) as tf.Tensor)).toEqual(valuesOf(expected));
  });

  it("learns alpha and beta", async () => {
    await tf.setBackend(backend);
    const layer = new Sau({ inputShape: [2], trainBeta: true, beta: 1 });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.adam(0.05), loss: "meanSquaredError" });
    const x = tf.randomNormal([256, 2], 0, 1, "float32", 5);
    const { history } = await model.fit(x, sau(x, [0.5, -0.25], [2, 0.7]), {
      epochs: 40,
      batchSize: 64,
      verbose: 0,
    });
    const losses = history.loss as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 1000);
    const [alpha, logBeta] = layer.getWeights().map(valuesOf);
    expect(alpha![0]).toBeCloseTo(0.5, 1);
    expect(alpha![1]).toBeCloseTo(-0.25, 1);
    expect(Math.exp(logBeta![0]!)).toBeCloseTo(2, 0);
  }, 60_000);

  it("keeps to constraints and regularisers", async () => {
    await tf.setBackend(backend);
    const layer = new Sau({
      inputShape: [1],
      alphaConstraint: "nonNeg",
      alphaRegularizer: tf.regularizers.l2({ l2: 10 }),
      trainBeta: true,
      beta: 1,
      logBetaConstraint: tf.constraints.minMaxNorm({ maxValue: 0.01 }),
      logBetaRegularizer: "l1l2",
    });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.sgd(0.02), loss: "meanSquaredError" });
    const x = tf.tensor2d([[-1], [-2]]);
    const { history } = await model.fit(x, sau(x, 0.15, 1), { epochs: 1, verbose: 0 });
    expect(history.loss![0]).toBeCloseTo(10 * 0.15 ** 2, 4); // no error yet but the regulariser's
    // TensorFlow.js applies constraints where weights are set, not where an optimiser steps.
    layer.setWeights([tf.tensor1d([-1]), tf.tensor1d([3])]);
    const [alpha, logBeta] = layer.getWeights().map(valuesOf);
    expect(alpha![0]).toBe(0);
    expect(Math.abs(logBeta![0]!)).toBeLessThanOrEqual(0.0101);
  });

  it("leaves nothing behind in a training step", async () => {
    await tf.setBackend(backend);
    const layer = new Sau({ inputShape: [3], trainBeta: true });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [tf.ones([4, 3]), tf.zeros([4, 3])];
    const step = async () => void (await model.trainOnBatch(x, y));
    await step();
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    for (let i = 0; i < 5; i++) await step();
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});

it("is registered once, and its activation has a configuration, which is empty", () => {
  const again = registerSau(tf);
  expect(again.sau).toBe(sau);
  expect(registerSau(tf).Sau).toBe(again.Sau);
  const layer = tf.layers.activation({ activation: "sau" as "relu" }) as unknown as {
    activation: { getConfig(): object };
  };
  expect(layer.activation.getConfig()).toEqual({});
});

it("its configuration makes the same layer again", () => {
  const layer = new Sau({
    name: "mine",
    alphaInitializer: "zeros",
    alphaConstraint: tf.constraints.maxNorm({ maxValue: 2 }),
    alphaRegularizer: tf.regularizers.l1({ l1: 0.5 }),
    sharedAxes: [1],
    beta: 3,
    trainBeta: true,
    logBetaConstraint: "nonNeg",
    logBetaRegularizer: tf.regularizers.l2({ l2: 0.25 }),
  });
  const config = layer.getConfig();
  expect(config).toMatchObject({ name: "mine", sharedAxes: [1], beta: 3, trainBeta: true });
  expect(config.logBetaRegularizer).toMatchObject({ className: "L1L2", config: { l2: 0.25 } });
  const json = JSON.parse(JSON.stringify(config)) as typeof config;
  const again = (Sau as unknown as { fromConfig(cls: typeof Sau, config: object): SauLayer }).fromConfig(
    Sau,
    json,
  );
  expect(again).toBeInstanceOf(Sau);
  expect(again.getConfig()).toEqual(config);
  expect(new Sau().getConfig()).toMatchObject({ beta: 20000, trainBeta: false, sharedAxes: null });
});
