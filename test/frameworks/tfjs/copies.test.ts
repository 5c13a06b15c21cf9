/** Promise: two copies of TensorFlow.js each have SAU of their own; the second is a minified bundle. */
import { createRequire } from "node:module";
import { expect, it, vi } from "vitest";
import { registerSau } from "../../../ts/tfjs/index.js";
import { Sau, sau, tf, valuesOf } from "./support.js";

const other = createRequire(import.meta.url)("@tensorflow/tfjs/dist/tf.min.js") as typeof tf;

it("each its own, with values that are the same", async () => {
  const warn = vi.spyOn(console, "warn");
  expect(other.serialization.SerializationMap).not.toBe(tf.serialization.SerializationMap);
  const theirs = registerSau(other);
  expect(warn).not.toHaveBeenCalled();
  expect(theirs.sau).not.toBe(sau);
  expect(theirs.Sau).not.toBe(Sau);
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const x = tf.tensor1d([-2, -0.5, 0, 0.5, 2]);
    const expected = [...valuesOf(sau(x, 0.25, 1))];
    expect([...valuesOf(theirs.sau(other.tensor1d([-2, -0.5, 0, 0.5, 2]), 0.25, 1))]).toEqual(expected);
    expect([...valuesOf(theirs.sau(x, 0.25, 1))]).toEqual(expected);
    const [ours, others] = [tf, other].map((copy, i) =>
      copy.grad((value: tf.Tensor) => (i === 0 ? sau : theirs.sau)(value, 0.25, 1))(x),
    );
    expect([...valuesOf(others!)]).toEqual([...valuesOf(ours!)]);
  }
});

it("models of each have its own layer and activation", async () => {
  await tf.setBackend("cpu");
  const theirs = registerSau(other);
  for (const [copy, { Sau: Layer }] of [
    [tf, registerSau(tf)],
    [other, theirs],
  ] as const) {
    const model = copy.sequential({
      layers: [
        // Of its own name, since both copies keep their variables in one place.
        copy.layers.dense({
          name: `dense_${copy === tf}`,
          units: 2,
          activation: "sau" as "relu",
          inputShape: [3],
        }),
        new Layer({ name: `sau_${copy === tf}` }),
      ],
    });
    expect(model.layers[1]).toBeInstanceOf(Layer);
    copy.disposeVariables();
    const again = await copy.models.modelFromJSON(model.toJSON(null, false) as object as tf.io.ModelJSON);
    expect(again.layers[1]).toBeInstanceOf(Layer);
    expect(again.predict(copy.ones([1, 3]))).toHaveProperty("shape", [1, 2]);
  }
});
