/**
 * Promise: the function SAU of a model gives SAU, in float32 within 10 ulp of max(|y|, |1 - alpha| phi(0) / beta), in
 * ONNX Runtime in Node, as WebAssembly and in Python; and onnx.checker finds nothing wrong with the models.
 */
import { describe, expect, it } from "vitest";
import { createSauSync } from "../../../ts/index.js";
import { Codec } from "../../../ts/npy/dtype.js";
import { replaceActivations } from "../../../ts/onnx/index.js";
import { dtype } from "../../support/command.js";
import { expected, worstM2 } from "../../support/errors-in-ulp.js";
import {
  encodeModel,
  ends,
  FLOAT16,
  type GraphJson,
  type ModelJson,
  modelOf,
  unary,
} from "../../support/onnx-models.js";
import { activations, roundedPair } from "../../support/oracle.js";
import { densePoints, PAIRS, pointsOfAllExponents } from "../../support/points.js";
import { howToRepeat, Random, runSeed } from "../../support/random.js";
import { type Case, javascript, python, type Runtime } from "./runtimes.js";

const BOUND = 10;
const POINTS = 2 ** 15;

const RUNTIMES: readonly Runtime[] = [await javascript("node"), await javascript("web"), python()];

function caseOf(
  x: Float32Array,
  options: object,
  more: ModelJson = {},
  graph: GraphJson = {},
  dims: readonly number[] = [x.length],
): Case {
  const model = encodeModel(modelOf([unary("Relu", "x", "y")], more, graph));
  return {
    model: replaceActivations(model, { from: ["Relu"], ...options }).model,
    feeds: { x: { data: x, dims } },
  };
}

describe.each(RUNTIMES)("$name", (runtime) => {
  const random = new Random(runSeed);

  it("is within 10 ulp for all parameters, at points of all exponents and where the errors are", async () => {
    const points = PAIRS.map(([alpha, beta]) => {
      const x = new Float32Array([
        ...pointsOfAllExponents(POINTS / 2, random),
        ...densePoints(POINTS / 2, roundedPair(alpha, beta).beta, random),
      ]);
      return expected(x, roundedPair(alpha, beta));
    });
    const outputs = await runtime.run(points.map(({ x, pair }) => caseOf(x, pair)));
    let worst = 0;
    for (const [i, exact] of points.entries()) {
      const got = outputs[i]!.y!.data as Float32Array;
      const { m2, index } = worstM2(got, exact);
      const { x, y, pair } = exact;
      const where = `x ${x[index]}, alpha ${pair.alpha}, beta ${pair.beta}: ${got[index]}, exact ${y[index]}`;
      expect.soft(m2, `${where}; ${howToRepeat}`).toBeLessThanOrEqual(BOUND);
      worst = Math.max(worst, m2);
    }
    console.log(`${runtime.name}: at worst ${worst.toFixed(2)} ulp`);
  });

  it("has the kernel's results, to 10 ulp and its own error", async () => {
    const pair = roundedPair(0.15, 1.7);
    const x = densePoints(POINTS, pair.beta, random);
    const [outputs] = await runtime.run([caseOf(x, pair)]);
    const ours = createSauSync().forward(x, pair);
    const { m2 } = worstM2(outputs!.y!.data as Float32Array, {
      ...expected(x, pair),
      y: Float64Array.from(ours),
    });
    expect(m2).toBeLessThanOrEqual(BOUND);
  });

  it("keeps NaN and infinities, in every place of a vector", async () => {
    const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1e38, -1e38, 1e-45, -1e-45];
    const x = Float32Array.from({ length: special.length * 37 }, (_, i) => special[i % special.length]!);
    const pairs = [0.15, 0, -1, 2].flatMap((alpha) =>
      [1.7, 20000, 1e30].map((beta) => roundedPair(alpha, beta)),
    );
    const outputs = await runtime.run(pairs.map((pair) => caseOf(x, pair)));
    for (const [i, pair] of pairs.entries()) {
      const exact = activations(x, pair);
      const got = outputs[i]!.y!.data as Float32Array;
      for (const [at, value] of got.entries()) {
        const what = `x ${x[at]}, alpha ${pair.alpha}, beta ${pair.beta}`;
        if (!Number.isFinite(x[at])) expect(value, what).toBe(exact[at]! === 0 ? 0 : exact[at]);
        else expect(value, what).not.toBeNaN();
      }
    }
  });

  it.each([
    [3, 9],
    [4, 10],
    [6, 11],
    [7, 13],
    [7, 14],
    [8, 15],
    [8, 18],
    [10, 21],
  ])("from IR version %i and opset %i", async (ir_version, version) => {
    const pair = roundedPair(0.15, 1.7);
    const x = densePoints(10_000, pair.beta, random);
    const [outputs] = await runtime.run([caseOf(x, pair, { ir_version, opset_import: [{ version }] })]);
    expect(worstM2(outputs!.y!.data as Float32Array, expected(x, pair)).m2).toBeLessThanOrEqual(BOUND);
  });

  it("of float16: right to the last rounding but one in a thousand", async () => {
    const pair = roundedPair(0.15, 1.7);
    const bits = new Uint16Array(0x10000).map((_, i) => i);
    const codec = (values: Float32Array): Codec => new Codec(dtype("<f2"), values);
    const halves = new Float32Array(bits.length);
    const reader = codec(halves);
    reader.bytes(bits.length).set(new Uint8Array(bits.buffer));
    reader.decode(bits.length);
    const model = encodeModel(modelOf([unary("Relu", "x", "y")], {}, ends(["n"], FLOAT16)));
    const replaced = replaceActivations(model, { from: ["Relu"], ...pair }).model;
    const [outputs] = await runtime.run([
      { model: replaced, feeds: { x: { data: bits, dims: [bits.length] } } },
    ]);
    const found = outputs!.y!.data as Uint16Array;
    const exact = Float32Array.from(activations(halves, pair));
    const writer = codec(exact);
    writer.encode(bits.length);
    const nearest = new Uint16Array(writer.bytes(bits.length).slice().buffer);
    let [off, compared] = [0, 0];
    for (const [i, value] of halves.entries()) {
      if (Number.isNaN(value)) continue;
      compared++;
      const distance = Math.abs(found[i]! - nearest[i]!);
      expect(distance, `x ${value}`).toBeLessThanOrEqual(1);
      if (distance > 0) off++;
    }
    expect(compared).toBeGreaterThan(60_000);
    expect(off).toBeLessThan(compared / 1000);
  });

  it("of one alpha and beta a channel, in NCHW and NHWC", async () => {
    const [alpha, beta] = [Float32Array.of(0.15, -1, 0, 2, 0.5), Float32Array.of(1, 2, 20000, 0.5, 100)];
    const channels = alpha.length;
    for (const { dims, channelAxis } of [
      { dims: [3, channels, 4, 5], channelAxis: 1 },
      { dims: [3, 4, 5, channels], channelAxis: -1 },
    ]) {
      const x = random.array(60 * channels, -3, 3);
      const inner = channelAxis === 1 ? 20 : 1;
      const channelOf = (i: number) => Math.floor(i / inner) % channels;
      const [outputs] = await runtime.run([caseOf(x, { alpha, beta, channelAxis }, {}, ends(dims), dims)]);
      const got = outputs!.y!.data as Float32Array;
      expect(outputs!.y!.dims).toEqual(dims);
      for (let channel = 0; channel < channels; channel++) {
        const of = (values: Float32Array) => values.filter((_, i) => channelOf(i) === channel);
        const exact = expected(of(x), roundedPair(alpha[channel]!, beta[channel]!));
        expect(worstM2(of(got), exact).m2).toBeLessThanOrEqual(BOUND);
      }
    }
  });
});
