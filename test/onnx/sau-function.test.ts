/**
 * Promise: the function SAU computes SAU within its bound, by the operators of every opset that it is written for: each
 * evaluated in float32 as ONNX defines it. That runtimes do as well, test/frameworks/onnx holds.
 */
import stdlibErfc from "@stdlib/math-base-special-erfc";
import { describe, expect, it } from "vitest";
import { addSauFunction } from "../../ts/onnx/index.js";
import { expected, worstM2 } from "../support/errors-in-ulp.js";
import { decodeModel, encodeModel, type FunctionJson, modelOf, unary } from "../support/onnx-models.js";
import { roundedPair } from "../support/oracle.js";
import { densePoints, pointsOfAllExponents } from "../support/points.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

/** ts/onnx/sau-function.ts promises it. */
const BOUND = 10;

const POINTS = 4000;

const { fround } = Math;

/** A function's operators of two inputs or fewer, on one value. */
const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Abs: (a) => Math.abs(a),
  Add: (a, b) => a + b,
  Cast: (a) => a,
  CastLike: (a) => a,
  Div: (a, b) => a / b,
  Erf: (a) => 1 - stdlibErfc(a),
  Exp: (a) => Math.exp(a),
  Less: (a, b) => Number(a < b),
  Mul: (a, b) => a * b,
  Neg: (a) => -a,
  Relu: (a) => (a > 0 || Number.isNaN(a) ? a : 0),
  Sub: (a, b) => a - b,
};

/** The function's Y of one X, each step rounded to float32. */
function evaluate({ node: nodes }: FunctionJson, x: number, alpha: number, beta: number): number {
  const values = new Map([
    ["X", x],
    ["alpha", alpha],
    ["beta", beta],
  ]);
  for (const { op_type: opType = "", input = [], output = [], attribute = [] } of nodes!) {
    const [first] = attribute;
    const given = input.map((name) => values.get(name)!);
    const [a, b, c] = given as [number, number, number];
    const others: Readonly<Record<string, (() => number) | undefined>> = {
      Constant: () => first!.t!.float_data![0]!,
      Clip: () => Math.max(a, first?.name === "min" ? (first.f as number) : b),
      Where: () => (a ? b : c),
    };
    values.set(output[0]!, fround(others[opType]?.() ?? OPERATORS[opType]!(a, b)));
  }
  return values.get("Y")!;
}

function functionOf(version: number): FunctionJson {
  const model = modelOf([unary("Relu", "x", "y")], { opset_import: [{ version }] });
  return decodeModel(addSauFunction(encodeModel(model))).functions![0]!;
}

const PAIRS = [
  [0.15, 20_000],
  [0.01, 1.7],
  [-0.5, 0.1],
  [0, 1e-6],
  [1, 3],
  [2.5, 1e6],
] as const;

describe.each([9, 10, 11, 14, 15, 17, 24])("at opset %i", (version) => {
  const sau = functionOf(version);

  it("is within 10 ulp", () => {
    const random = new Random(runSeed);
    for (const [alpha, beta] of PAIRS) {
      const pair = roundedPair(alpha, beta);
      const x = new Float32Array([
        ...pointsOfAllExponents(POINTS / 2, random),
        ...densePoints(POINTS / 2, pair.beta, random),
      ]);
      const y = x.map((value) => evaluate(sau, value, pair.alpha, pair.beta));
      const { m2, index } = worstM2(y, expected(x, pair));
      expect(m2, `x ${x[index]}, alpha ${alpha}, beta ${beta}; ${howToRepeat}`).toBeLessThanOrEqual(BOUND);
    }
  });

  it("keeps NaN and infinities, and is leaky ReLU far from 0", () => {
    const at = (x: number, alpha: number): number => evaluate(sau, x, alpha, 2);
    expect(at(Number.NaN, 0.25)).toBeNaN();
    expect(at(Infinity, 0.25)).toBe(Infinity);
    expect(at(-Infinity, 0.25)).toBe(-Infinity);
    expect(at(-Infinity, -0.25)).toBe(Infinity);
    expect(at(-Infinity, 0)).toBe(0);
    expect([at(3, 0.25), at(-4, 0.25), at(-4, 0)]).toEqual([3, -1, 0]);
  });

  it("computes in float32, with casts of X, alpha and beta from opset 15 on, and has the source in its words", () => {
    const casts = sau.node!.filter(({ op_type }) => op_type === "Cast");
    const to = [{ name: "to", type: "INT", i: "1" }];
    expect(casts.map(({ input, attribute }) => [...input!, attribute])).toEqual(
      version < 15 ? [] : ["X", "alpha", "beta"].map((name) => [name, to]),
    );
    const last = sau.node!.at(-1)!;
    expect(last).toMatchObject(
      version < 15 ? { op_type: "Add", output: ["Y"] } : { op_type: "CastLike", input: ["y", "X"] },
    );
    const clip = sau.node!.find(({ op_type }) => op_type === "Clip")!;
    expect(clip.input).toHaveLength(version < 11 ? 1 : 2);
    expect(clip.attribute?.map(({ name, type, f }) => [name, type, f])).toEqual(
      version < 11 ? [["min", "FLOAT", -6]] : undefined,
    );
    const values = sau.node!.flatMap(({ output, input = [] }) => [...input, ...output!]);
    expect(values).not.toContain("");
    expect(sau.node!.some(({ output }) => output![0] === "lowest")).toBe(version >= 11);
    expect(sau.doc_string).toContain("2109.13210");
  });
});
