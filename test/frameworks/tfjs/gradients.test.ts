/** Promise: the gradients of x, alpha and beta are those of double-precision differences, within 1e-4 of each. */
import { describe, expect, it } from "vitest";
import { randomNumbers, uniformArray } from "../../support/numbers.js";
import { activation } from "../../support/oracle.js";
import { BACKENDS, placeIn, sau, tf, valuesOf } from "./support.js";

const random = randomNumbers(11);

/** The derivative of `f` at `at`, by central differences of two widths, extrapolated; `scale` is that of f's bends. */
function derivative(f: (value: number) => number, at: number, scale = 1): number {
  const step = 1e-3 * scale;
  const [wide, narrow] = [step, step / 2].map((h) => (f(at + h) - f(at - h)) / (2 * h)) as [number, number];
  return (4 * narrow - wide) / 3;
}

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(found[i]! - expected[i]!)).toBeLessThanOrEqual(1e-4 * Math.abs(expected[i]!));
  }
}

const SHAPES: [x: number[], alpha: number[], beta: number[]][] = [
  [[50], [], []],
  [[6, 8, 4], [4], [4]],
  [[6, 8, 4], [8, 1], [4]],
  [
    [6, 8, 4],
    [6, 1, 4],
    [8, 4],
  ],
  [
    [3, 5, 5, 2],
    [5, 1, 2],
    [1, 5, 1],
  ],
];

describe.each(BACKENDS)("on %s", (backend) => {
  it.each(SHAPES)("x of %j, alpha of %j, beta of %j", async (shape, alphaShape, betaShape) => {
    await tf.setBackend(backend);
    const count = tf.util.sizeFromShape(shape);
    // Terms of one sign, so that no sum is small beside them.
    const x = uniformArray(count, 2.5, random);
    const dy = uniformArray(count, 0.5, random).map((value) => value + 1);
    const alpha = uniformArray(tf.util.sizeFromShape(alphaShape), 0.4, random);
    const beta = uniformArray(tf.util.sizeFromShape(betaShape), 0.5, random).map((value) => value + 1.2);
    const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => sau(a, b, c));
    const [dx, dAlpha, dBeta] = gradients(
      [tf.tensor(x, shape), tf.tensor(alpha, alphaShape), tf.tensor(beta, betaShape)],
      tf.tensor(dy, shape),
    );
    expect([dAlpha!.shape, dBeta!.shape]).toEqual([alphaShape, betaShape]);
    const expected = {
      x: new Array(count),
      alpha: new Float64Array(alpha.length),
      beta: new Float64Array(beta.length),
    };
    for (const [i, input] of x.entries()) {
      const [atAlpha, atBeta] = [placeIn(alphaShape, shape, i), placeIn(betaShape, shape, i)];
      const [a, b] = [alpha[atAlpha]!, beta[atBeta]!];
      expected.x[i] = dy[i]! * derivative((value) => activation(value, a, b), input);
      expected.alpha[atAlpha]! += dy[i]! * derivative((value) => activation(input, value, b), a);
      expected.beta[atBeta]! += dy[i]! * derivative((value) => activation(input, a, value), b);
    }
    expectNear(valuesOf(dx!), expected.x);
    expectNear(valuesOf(dAlpha!), expected.alpha);
    expectNear(valuesOf(dBeta!), expected.beta);
  });

  it("of x alone, where the parameters are numbers, at the paper's beta", async () => {
    await tf.setBackend(backend);
    const x = Float32Array.of(-3, -1e-4, 2e-5, 1e-4, 0.5);
    const dx = valuesOf(tf.grad((a: tf.Tensor) => sau(a))(tf.tensor1d(x)));
    const slope = (at: number) => derivative((value) => activation(value, 0.15, 20000), at, 1 / 20000);
    expectNear(dx, Float64Array.from(x, slope));
  });

  it("through other operations, and of integers that were cast", async () => {
    await tf.setBackend(backend);
    const w = tf.variable(tf.tensor2d([[0.5], [-1]]));
    const x = tf.tensor2d([[1, 2]], [1, 2], "int32");
    const { grads } = tf.variableGrads(
      () => tf.sum(sau(tf.matMul(tf.cast(x, "float32"), w), 0.25, 1)) as tf.Scalar,
    );
    const slope = derivative((value) => activation(value, 0.25, 1), -1.5);
    expectNear(valuesOf(grads[w.name]!), [slope, 2 * slope]);
    const dx = tf.grad((a: tf.Tensor) => sau(a, 0.25, 1))(tf.tensor1d([-1, 1], "int32"));
    expectNear(
      valuesOf(dx),
      [-1, 1].map((at) => derivative((value) => activation(value, 0.25, 1), at)),
    );
  });
});

// They are composed, with erf, which the wasm backend has from 4.6 on.
const WITH_ERF = BACKENDS.filter((backend) => tf.getKernel("Erf", backend) !== undefined);

describe.each(WITH_ERF)("of second order, on %s", (backend) => {
  it("of x, alpha and beta", async () => {
    await tf.setBackend(backend);
    const [a, b] = [0.25, 1.25];
    const at = Float32Array.of(-1.5, -0.4, 0.3, 1.1);
    const slopes = (x: tf.Tensor, alpha: tf.Tensor, beta: tf.Tensor) =>
      tf.grad((inner: tf.Tensor) => sau(inner, alpha, beta))(x);
    const [dx, dAlpha, dBeta] = tf.grads(slopes)([tf.tensor1d(at), tf.scalar(a), tf.scalar(b)]);
    const slope = (x: number, alpha: number, beta: number) =>
      derivative((value) => activation(value, alpha, beta), x);
    const sum = (f: (x: number) => number) => at.reduce((total, x) => total + f(x), 0);
    expectNear(
      valuesOf(dx!),
      Array.from(at, (x) => derivative((value) => slope(value, a, b), x)),
    );
    expectNear(valuesOf(dAlpha!), [sum((x) => derivative((value) => slope(x, value, b), a))]);
    expectNear(valuesOf(dBeta!), [sum((x) => derivative((value) => slope(x, a, value), b))]);
  });
});
