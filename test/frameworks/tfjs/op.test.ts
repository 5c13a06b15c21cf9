/** Promise: `sau` is SAU on every backend, for everything that broadcasts, and cleans up behind itself. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createSauSync } from "../../../ts/index.js";
import { expectSameBits, randomNumbers, uniformArray } from "../../support/numbers.js";
import { activation } from "../../support/oracle.js";
import { BACKENDS, leftBehind, placeIn, sau, tf, valuesOf, WITH_KERNELS } from "./support.js";

const random = randomNumbers(7);

afterEach(() => {
  vi.restoreAllMocks();
});

/** x, and shapes of alpha and beta that broadcast to it. */
const SHAPES: [x: number[], alpha: number[], beta: number[]][] = [
  [[], [], []],
  [[1], [1], []],
  [[0, 3], [3], [1]],
  [[0, 3], [0, 1], []],
  [[1000], [1], [1000]],
  [[4, 7], [7], [7]],
  [[4, 7], [4, 1], []],
  [
    [4, 7],
    [4, 7],
    [1, 7],
  ],
  [[2, 5, 5, 3], [3], [1, 1, 3]],
  [[2, 5, 6, 3], [5, 6, 3], []],
  [[2, 5, 6, 3], [5, 1, 1], [3]],
  [
    [2, 5, 6, 3],
    [5, 1, 3],
    [1, 6, 1],
  ],
  [
    [2, 5, 6, 3],
    [2, 1, 1, 3],
    [2, 5, 6, 3],
  ],
  [
    [2, 1, 3, 1, 2, 2],
    [3, 1, 1, 2],
    [2, 1, 1, 1, 1, 1],
  ],
  [[3, 1, 1030], [3, 1, 1], [1]],
  [[2, 4500], [4500], [1]],
];

it("is tested on the version that the configuration names", () => {
  expect(tf.version_core).toMatch(new RegExp(`^${process.env.TFJS_VERSION}\\.`));
});

function parameters(alphaShape: number[], betaShape: number[]) {
  const alpha = uniformArray(tf.util.sizeFromShape(alphaShape), 1, random);
  const beta = uniformArray(tf.util.sizeFromShape(betaShape), 1, random).map((value) => 1.5 + value);
  return { alpha, beta };
}

describe.each(BACKENDS)("on %s", (backend) => {
  it.each(SHAPES)("x of %j, alpha of %j, beta of %j", async (shape, alphaShape, betaShape) => {
    await tf.setBackend(backend);
    const x = uniformArray(tf.util.sizeFromShape(shape), 4, random);
    const { alpha, beta } = parameters(alphaShape, betaShape);
    const y = sau(tf.tensor(x, shape), tf.tensor(alpha, alphaShape), tf.tensor(beta, betaShape));
    expect(y.shape).toEqual(shape);
    expect(y.dtype).toBe("float32");
    const found = valuesOf(y);
    for (const [i, value] of x.entries()) {
      const [a, b] = [alpha[placeIn(alphaShape, shape, i)]!, beta[placeIn(betaShape, shape, i)]!];
      expect(Math.abs(found[i]! - activation(value, a, b))).toBeLessThan(3e-6);
    }
  });

  it("numbers, defaults, arrays and integers", async () => {
    await tf.setBackend(backend);
    const expected = valuesOf(sau(tf.tensor1d([-2, -1, 0, 3]), tf.scalar(0.15), tf.scalar(20000)));
    for (const x of [
      tf.tensor1d([-2, -1, 0, 3], "int32"),
      tf.variable(tf.tensor1d([-2, -1, 0, 3])),
      [-2, -1, 0, 3],
      Float32Array.of(-2, -1, 0, 3),
      Int32Array.of(-2, -1, 0, 3),
    ]) {
      expect([...valuesOf(sau(x as tf.Tensor))]).toEqual([...expected]);
      expect([...valuesOf(sau(x as tf.Tensor, [0.15], tf.scalar(20000, "int32")))]).toEqual([...expected]);
    }
    expect(sau(-2).shape).toEqual([]);
    expect(valuesOf(sau(tf.tensor1d([true, false], "bool"), 0.15, 1))[0]).toBeCloseTo(1.0708, 3);
  });

  it("leaves nothing behind", async () => {
    await tf.setBackend(backend);
    const x = tf.randomNormal([2, 3]);
    const alpha = tf.tensor1d([0.1, 0.2, 0.3]);
    sau(x, alpha).dispose(); // what is made once
    const nothing = { tensors: 0, records: 0 };
    expect(leftBehind(() => sau(x))).toEqual(nothing);
    expect(leftBehind(() => sau(x, alpha, [1, 2, 3]))).toEqual(nothing);
    expect(leftBehind(() => sau([1, 2, 3]))).toEqual(nothing);
    expect(leftBehind(() => tf.tidy(() => sau(sau(x), alpha)))).toEqual(nothing);
    expect(leftBehind(() => tf.grads((a: tf.Tensor, b: tf.Tensor) => sau(a, b))([x, alpha]))).toEqual(
      nothing,
    );
  });

  it("takes tensors that were made on another backend", async () => {
    const other = backend === "wasm" ? "cpu" : "wasm";
    await tf.setBackend(other);
    const [x, alpha] = [tf.tensor2d([[-1, 2]]), tf.tensor1d([0.5, 0.25])];
    await tf.setBackend(backend);
    const y = sau(x, alpha, 1);
    await tf.setBackend(other);
    const [first, second] = valuesOf(sau(y, 1, 1));
    expect(first).toBeCloseTo(activation(-1, 0.5, 1), 5);
    expect(second).toBeCloseTo(activation(2, 0.25, 1), 5);
  });
});

describe.each(WITH_KERNELS)("on %s, the kernel", (backend) => {
  const own = createSauSync();

  it("has the bits of forward, special values included", async () => {
    await tf.setBackend(backend);
    for (const [alpha, beta] of [
      [0.15, 20000],
      [0, 1],
      [-1, 1.7],
      [2, 1e-30],
      [1, 3],
    ] as const) {
      const x = uniformArray(1000, 5, random);
      x.set([NaN, Infinity, -Infinity, -0, 0, 1e-45, -1e-45, 3e38, -3e38]);
      const expected = own.forward(x, { alpha, beta });
      expectSameBits(
        valuesOf(sau(tf.tensor1d(x), alpha, beta)),
        expected,
        () => `alpha ${alpha}, beta ${beta}`,
      );
    }
  });

  it("has the bits of backward", async () => {
    await tf.setBackend(backend);
    const shape = [5, 7, 3] as const;
    const [x, dy] = [uniformArray(105, 4, random), uniformArray(105, 4, random)];
    const { alpha, beta } = parameters([3], [3]);
    const expected = own.backward(x, dy, { alpha, beta, shape, channelAxis: -1 });
    const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => sau(a, b, c));
    const [dx, dAlpha, dBeta] = gradients(
      [tf.tensor(x, [...shape]), tf.tensor1d(alpha), tf.tensor1d(beta)],
      tf.tensor(dy, [...shape]),
    );
    expectSameBits(valuesOf(dx!), expected.dx, () => "dx");
    expectSameBits(valuesOf(dAlpha!), expected.dAlpha, () => "dalpha");
    expectSameBits(valuesOf(dBeta!), expected.dBeta, () => "dbeta");
  });
});

it.each(WITH_KERNELS)(
  "on %s, the kernel is given numbers as attributes, tensors as inputs",
  async (backend) => {
    await tf.setBackend(backend);
    const run = vi.spyOn(tf.getKernel("Sau", backend), "kernelFunc");
    sau([1, 2], [0.5], 3);
    expect(run).toHaveBeenCalledOnce();
    const { inputs, attrs } = run.mock.calls[0]![0];
    expect(Object.keys(inputs)).toEqual(["x", "alpha"]);
    expect(attrs).toEqual({ beta: 3 });
  },
);

describe.each(BACKENDS)("on %s, the gradient of alpha", (backend) => {
  it("is 0 at infinity, -infinity at -infinity, and NaN at NaN", async () => {
    await tf.setBackend(backend);
    const x = tf.tensor1d([Infinity, -Infinity, NaN]);
    const dAlpha = tf.grad((alpha: tf.Tensor) => sau(x, alpha, 2))(tf.tensor1d([0.25, 0.25, 0.25]));
    expect([...valuesOf(dAlpha)]).toEqual([0, -Infinity, NaN]);
  });
});

describe("composed, it", () => {
  beforeAll(() => tf.setBackend("composed"));

  it("keeps infinities, NaN and exact leaky ReLU far below 0", () => {
    const x = [-Infinity, Infinity, NaN, -100, -3e38];
    expect([...valuesOf(sau(x, 0.25, 2))]).toEqual([-Infinity, Infinity, NaN, -25, Math.fround(-3e38) / 4]);
  });

  it.each([1e-3, 0.1, 1, 20, 20000])("is off by at most 3e-7 of max(|x|, 1 / beta), at beta %d", (beta) => {
    // The smooth part reaches to |beta x| = 5.3.
    const x = Float32Array.from({ length: 20_001 }, (_, i) => ((i - 10_000) / 10_000) * (8 / beta));
    for (const alpha of [0, 0.15, 1]) {
      const worst = valuesOf(sau(x, alpha, beta)).reduce((most, value, i) => {
        const error = Math.abs(value - activation(x[i]!, Math.fround(alpha), Math.fround(beta)));
        return Math.max(most, error / Math.max(Math.abs(x[i]!), 1 / beta));
      }, 0);
      expect(worst).toBeLessThanOrEqual(3e-7);
    }
  });

  it("multiplies numbers as numbers: no operation of the backend is for them", async () => {
    const x = tf.tensor1d([1, 2]);
    const { kernels } = await tf.profile(() => sau(x, 0.25, 2));
    expect(kernels.map(({ name }) => name)).toEqual([
      "Multiply",
      "Erf",
      "Square",
      "Multiply",
      "Exp",
      "Add",
      "Multiply",
      "Add",
      "Multiply",
      "Multiply",
      "Add",
      "sau", // the gradient's own
    ]);
  });

  it("gives NaN for -infinity at alpha = 0", () => {
    expect([...valuesOf(sau([-Infinity, -1e30], 0, 2))].map((value) => value + 0)).toEqual([NaN, 0]);
  });

  it("takes a tensor beta as it is, where a number is checked", () => {
    const [right, notChecked] = valuesOf(sau([1, 1], 0, [1, -1]));
    expect(right).toBeCloseTo(1.08332, 4);
    expect(notChecked).toBeCloseTo(-0.08332, 4); // the formula at beta = -1
    expect(() => sau([1, 1], 0, -1)).toThrow(RangeError);
  });
});
