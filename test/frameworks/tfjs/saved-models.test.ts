/** Promise: models with SAU, saved and loaded, give the very same values. */
import { describe, expect, it } from "vitest";
import { BACKENDS, Sau, sau, tf, valuesOf } from "./support.js";

/** A model's artifacts, as they are written. */
async function saved(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = { ...given, modelTopology: JSON.parse(JSON.stringify(given.modelTopology)) };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  return artifacts!;
}

/** The name of the activation, which TensorFlow.js's types do not know. */
const activation = "sau" as "relu";

const MODELS: Record<string, () => tf.LayersModel> = {
  "the layer": () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1], useBias: false }),
        new Sau({ alphaInitializer: "randomNormal" }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3 }),
        new Sau({ trainBeta: true, beta: 2, alphaRegularizer: "l1l2", logBetaConstraint: "nonNeg" }),
      ],
    }),
  "dense, convolutional and plain activations": () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1], activation }),
        tf.layers.depthwiseConv2d({ kernelSize: 3, activation }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation }),
        tf.layers.activation({ activation }),
      ],
    }),
  "a recurrent layer, bidirectional and time-distributed": () =>
    tf.sequential({
      layers: [
        tf.layers.bidirectional({
          layer: tf.layers.lstm({ units: 3, activation, returnSequences: true }) as tf.RNN,
          mergeMode: "concat",
          inputShape: [4, 2],
        }),
        tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2, activation }) }),
      ],
    }),
};

describe.each(BACKENDS)("on %s", (backend) => {
  it.each(Object.entries(MODELS))("%s", async (_, make) => {
    await tf.setBackend(backend);
    const model = make();
    const x = tf.randomNormal([5, ...(model.inputs[0]!.shape.slice(1) as number[])]);
    const expected = valuesOf(model.predict(x) as tf.Tensor);
    const artifacts = await saved(model);
    model.dispose();
    const again = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(valuesOf(again.predict(x) as tf.Tensor)).toEqual(expected);
    again.dispose();
  });

  it.each([
    ["inputs", ["x", "alpha", "beta"], {}],
    ["one input and attributes", ["x"], { alpha: { f: 0.25 }, beta: { f: 1.5 } }],
    ["defaults", ["x"], {}],
  ] as const)("a GraphModel with %s", async (what, input, attr) => {
    await tf.setBackend(backend);
    const [alpha, beta] = [tf.tensor1d([0.5, 0.25, 0]), tf.scalar(1.5)];
    const float = { type: "DT_FLOAT" };
    const constant = (name: string) => ({ name, op: "Const", input: [], attr: { dtype: float } });
    const graph = {
      versions: { producer: 1, minConsumer: 1 },
      node: [
        {
          name: "x",
          op: "Placeholder",
          input: [],
          attr: { dtype: float, shape: { shape: { dim: [{ size: -1 }, { size: 3 }] } } },
        },
        constant("alpha"),
        constant("beta"),
        { name: "y", op: "Sau", input: [...input], attr },
        { name: "twice", op: "Add", input: ["y", "y"], attr: { T: float } },
      ],
    };
    const { data, specs } = await tf.io.encodeWeights({ alpha, beta });
    const handler = tf.io.fromMemory({ modelTopology: graph, weightData: data, weightSpecs: specs });
    const model = await tf.loadGraphModel(handler);
    const x = tf.randomNormal([7, 3]);
    const y = what === "inputs" ? sau(x, alpha, beta) : what === "defaults" ? sau(x) : sau(x, 0.25, 1.5);
    expect(valuesOf(model.execute(x, "twice") as tf.Tensor)).toEqual(valuesOf(tf.add(y, y)));
  });
});

it("written by one backend, read by another", async () => {
  await tf.setBackend("wasm");
  const model = MODELS["the layer"]!();
  const x = tf.randomNormal([5, 8, 8, 1]);
  const expected = valuesOf(model.predict(x) as tf.Tensor);
  const artifacts = await saved(model);
  model.dispose();
  await tf.setBackend("cpu");
  const again = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const found = valuesOf(again.predict(x) as tf.Tensor);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5);
});
