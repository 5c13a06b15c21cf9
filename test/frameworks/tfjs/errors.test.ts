/** Promise: bad input is an error that says what was given and what was expected, and leaves nothing behind. */
import { describe, expect, it, vi } from "vitest";
import { DisposedError, registerSau, type SauLayerArgs } from "../../../ts/tfjs/index.js";
import { BACKENDS, leftBehind, Sau, sau, tf, valuesOf } from "./support.js";

function disposed(): tf.Tensor {
  const tensor = tf.tensor1d([1, 2]);
  tensor.dispose();
  return tensor;
}

type Wrong = [
  what: string,
  run: () => unknown,
  kind: abstract new (...args: never[]) => Error,
  message: RegExp,
];

const x = () => tf.zeros([2, 3]);

/** Found on every backend. */
const EVERYWHERE: Wrong[] = [
  [
    "x of no kind",
    () => sau({} as tf.Tensor),
    TypeError,
    /^x is an object, expected a tensor, a number or an array/,
  ],
  ["no x", () => sau(undefined as unknown as number), TypeError, /^x is undefined, expected a tensor/],
  [
    "x of strings",
    () => sau(tf.tensor(["a"])),
    TypeError,
    /^x has dtype string, expected float32, int32 or bool/,
  ],
  [
    "alpha of no kind",
    () => sau(x(), "0.1" as unknown as number),
    TypeError,
    /^alpha is "0.1", expected a tensor/,
  ],
  ["alpha of strings", () => sau(x(), tf.tensor(["a"])), TypeError, /^alpha has dtype string/],
  ["x disposed of", () => sau(disposed()), DisposedError, /^The tensor x was disposed/],
  ["alpha disposed of", () => sau(x(), disposed()), DisposedError, /^The tensor alpha was disposed/],
  ["beta disposed of", () => sau(x(), 0.1, disposed()), DisposedError, /^The tensor beta was disposed/],
  [
    "alpha of a higher rank",
    () => sau(x(), tf.zeros([1, 2, 3])),
    TypeError,
    /^alpha has shape \[1, 2, 3\], expected one that broadcasts to x's, \[2, 3\]/,
  ],
  [
    "alpha of another length",
    () => sau(x(), [1, 2]),
    TypeError,
    /^alpha has shape \[2\], expected one that broadcasts/,
  ],
  [
    "beta of another length",
    () => sau(x(), 0, tf.ones([3, 1])),
    TypeError,
    /^beta has shape \[3, 1\], expected one/,
  ],
  [
    "alpha that is no number",
    () => sau(x(), NaN),
    RangeError,
    /^alpha is NaN, expected a number that is finite/,
  ],
  ["beta 0", () => sau(x(), 0.1, 0), RangeError, /^beta is 0, expected a number that is finite and above 0/],
];

/** Found where the kernels are; elsewhere it would take reading back what a device holds. */
const WITH_KERNELS: Wrong[] = [
  [
    "a negative beta among others",
    () => sau(x(), 0.1, [1, -1, 1]),
    RangeError,
    /^beta\[1\] is -1, expected a number/,
  ],
  ["alpha infinite among others", () => sau(x(), [0, 1, Infinity]), RangeError, /^alpha\[2\] is Infinity/],
  ["beta 0 as a scalar", () => sau(x(), 0.1, tf.scalar(0)), RangeError, /^beta is 0, expected/],
];

describe.each(BACKENDS)("on %s", (backend) => {
  const all = backend === "composed" ? EVERYWHERE : [...EVERYWHERE, ...WITH_KERNELS];
  it.each(all)("%s", async (_, run, kind, message) => {
    await tf.setBackend(backend);
    expect(() => tf.tidy(() => run() as tf.Tensor)).toThrow(kind);
    expect(() => tf.tidy(() => run() as tf.Tensor)).toThrow(message);
    const left = leftBehind(() => tf.tidy(() => run() as tf.Tensor));
    expect(left).toEqual({ tensors: 0, records: 0 });
    expect(valuesOf(sau([1], 1, 1))[0]).toBe(1);
  });
});

it("complex x, where there are complex tensors", async () => {
  await tf.setBackend("cpu");
  expect(() => sau(tf.complex([1], [2]))).toThrow(/^x has dtype complex64, expected float32/);
});

describe("registerSau of", () => {
  it.each([
    [
      "nothing",
      undefined,
      TypeError,
      /^tf is undefined, expected TensorFlow.js: all that the package @tensorflow\/tfjs exports/,
    ],
    ["a name", "@tensorflow/tfjs", TypeError, /^tf is "@tensorflow\/tfjs", expected/],
    ["another module", { version: "1" }, TypeError, /^tf is an object, expected TensorFlow.js/],
    [
      "another major version",
      { ...tf, version_core: "3.21.0" },
      RangeError,
      /^tf is version "3.21.0" of TensorFlow.js, expected 4.x/,
    ],
    ["a later one", { ...tf, version_core: "40.1.0" }, RangeError, /^tf is version "40.1.0" of/],
    ["a version alone", { version_core: "4.22.0" }, TypeError, /^tf is an object, expected TensorFlow.js/],
    ["an engine alone", { engine: tf.engine }, TypeError, /^tf is an object, expected TensorFlow.js/],
  ])("%s", (_, given, kind, message) => {
    expect(() => registerSau(given as typeof tf)).toThrow(kind);
    expect(() => registerSau(given as typeof tf)).toThrow(message);
  });

  it("a core without layers: the operation is there, the layer says what is missing", () => {
    const { layers, initializers, registerOp, serialization, ...rest } = tf;
    class OtherMap {}
    const core = { ...rest, serialization: { ...serialization, SerializationMap: OtherMap } };
    const registerKernel = vi.fn();
    const { sau: op, Sau: Layer } = registerSau({ ...core, registerKernel });
    expect(Layer).toHaveProperty("className", "Sau");
    // Kernels are there already: TensorFlow.js has one registry for all.
    expect(registerKernel).not.toHaveBeenCalled();
    expect(op([1]).shape).toEqual([1]);
    expect(() => new Layer()).toThrow(/^The layer Sau needs tf.layers and tf.initializers/);
    for (const half of [{ layers }, { initializers }]) {
      const { Sau: None } = registerSau({ ...core, ...half });
      expect(() => new None()).toThrow(/^The layer Sau needs tf.layers and tf.initializers/);
    }
    // The same copy, with layers this time.
    expect(new (registerSau({ ...core, layers, initializers }).Sau)().getClassName()).toBe("Sau");
  });
});

describe("the layer", () => {
  const built = (args: SauLayerArgs, shape: (number | null)[]) => () =>
    new Sau(args).build(shape as tf.Shape);
  it.each<Wrong>([
    ["beta below 0", () => new Sau({ beta: -1 }), RangeError, /^beta is -1, expected a number/],
    [
      "trainBeta of no kind",
      () => new Sau({ trainBeta: 1 as never }),
      TypeError,
      /^trainBeta is 1, expected true or false/,
    ],
    ["sharedAxes of no kind", () => new Sau({ sharedAxes: "1" as never }), Error, /sharedAxes/],
    [
      "the batch as a shared axis",
      built({ sharedAxes: [0] }, [null, 3]),
      RangeError,
      /^sharedAxes has 0, expected whole numbers from 1 to 1, for an input of rank 2/,
    ],
    [
      "an axis that is not there",
      built({ sharedAxes: [1, 4] }, [null, 3, 3, 2]),
      RangeError,
      /^sharedAxes has 4, expected whole numbers from 1 to 3/,
    ],
    [
      "an axis of unknown size",
      built({ sharedAxes: [] }, [null, null, 2]),
      RangeError,
      /^Axis 1 of the input has no known size/,
    ],
    [
      "an initialiser that is none",
      () => new Sau({ alphaInitializer: "nobody" }),
      Error,
      /Unknown initializer: nobody/,
    ],
  ])("%s", (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });

  it("an input of another rank or channel count than it was built for", () => {
    const layer = new Sau();
    layer.apply(tf.zeros([1, 4, 3]));
    expect(() => layer.apply(tf.zeros([1, 3]))).toThrow(/expected ndim=3, found ndim=2/);
    expect(() => layer.apply(tf.zeros([1, 4, 5]))).toThrow(/expected axis 2 of input shape to have value 3/);
  });
});
