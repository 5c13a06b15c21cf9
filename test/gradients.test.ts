/**
 * The gradients are those of forward: dx, dAlpha, dBeta and dBias are compared with differences of the
 * oracle's SAU in double precision, for parameters that are numbers and for one value a channel.
 */
import { describe, expect, test } from "vitest";
import type { Sau } from "../ts/index.js";
import { activation } from "./support/oracle.js";
import { howToRepeat, Random, runSeed } from "./support/random.js";
import { sauOfEachTier } from "./support/tiers.js";

/**
 * The error of float32 gradients: 2^-23 of dy/dx and some roundings. The differences add nothing to it: at a
 * step of 1e-3 of what the function changes over, five points leave a truncation of 1e-3^4 / 30 = 3e-14 of
 * the fifth derivative, and double's roundings 1e-16 / 1e-3 = 1e-13.
 */
const BOUND = 1.25e-6;
const STEP = 1e-3;

/** The derivative of `f` at `at` from values within two steps of it. */
function derivative(f: (at: number) => number, at: number, step: number): number {
  return (8 * (f(at + step) - f(at - step)) - (f(at + 2 * step) - f(at - 2 * step))) / (12 * step);
}

/** Parameters of one element. */
interface Element {
  readonly x: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

type Name = keyof Element;

/** dy/d(name) of an element from differences. */
function difference({ x, alpha, beta, bias }: Element, name: Name): number {
  // The float32 sum is what the kernels take SAU of, so that its rounding is no error of theirs.
  const input = Math.fround(x + bias);
  switch (name) {
    case "alpha":
      return derivative((at) => activation(input, at, beta), alpha, STEP);
    case "beta":
      return derivative((at) => activation(input, alpha, at), beta, STEP * beta);
    default:
      return derivative((at) => activation(at, alpha, beta), input, STEP / beta);
  }
}

/** What a derivative is compared with: the magnitude of its term, or of its smooth part at x = 0. */
function scaleOf({ alpha, beta }: Element, name: Name, value: number): number {
  const at0 = difference({ x: 0, alpha, beta, bias: 0 }, name);
  const slopes = name === "x" || name === "bias" ? Math.max(1, Math.abs(alpha), Math.abs(1 - alpha)) : 0;
  return Math.max(Math.abs(value), Math.abs(at0), slopes);
}

/** A sum over elements, and what its error is compared with. */
interface Sum {
  sum: number;
  scale: number;
}

function expectClose(found: number, { sum, scale }: Sum, what: string): void {
  const message = `${what}: ${found}, by differences ${sum}; ${howToRepeat}`;
  expect(Math.abs(found - sum), message).toBeLessThanOrEqual(BOUND * scale);
}

/** Checks the gradients of an array against differences, its elements' parameters being those of `elementAt`. */
function check(
  sau: Sau,
  x: Float32Array,
  params: Parameters<Sau["backward"]>[2] & object,
  elementAt: (i: number) => Element,
  channelOf: (i: number) => number,
  random: Random,
): void {
  const dy = random.array(x.length, -2, 2);
  const found = sau.backward<typeof params, "dx" | "alpha" | "beta" | "bias">(x, dy, params, {
    want: ["dx", "alpha", "beta", "bias"],
  });
  const sums = { alpha: [] as Sum[], beta: [] as Sum[], bias: [] as Sum[] };
  for (let i = 0; i < x.length; i++) {
    const element = elementAt(i);
    const slope = difference(element, "x");
    const scale = scaleOf(element, "x", slope) * Math.abs(dy[i]!);
    expectClose(found.dx[i]!, { sum: slope * dy[i]!, scale }, `dx at ${JSON.stringify(element)}`);
    for (const name of ["alpha", "beta", "bias"] as const) {
      const term = difference(element, name);
      const c = params[name] instanceof Float32Array ? channelOf(i) : 0;
      const total = sums[name][c] ?? { sum: 0, scale: 0 };
      sums[name][c] = total;
      total.sum += term * dy[i]!;
      total.scale += scaleOf(element, name, term) * Math.abs(dy[i]!);
    }
  }
  for (const [name, key] of [
    ["alpha", "dAlpha"],
    ["beta", "dBeta"],
    ["bias", "dBias"],
  ] as const) {
    const gradient = found[key];
    const values = typeof gradient === "number" ? [gradient] : gradient;
    expect(values.length).toBe(sums[name].length);
    for (const [c, total] of sums[name].entries()) expectClose(values[c]!, total, `${key} of channel ${c}`);
  }
}

const PAIRS = [-1, 0, 0.15, 1, 2].flatMap((alpha) =>
  [1e-3, 1.7, 20000].map((beta) => [alpha, beta] as const),
);

describe.each(sauOfEachTier().map((sau) => [sau.tier, sau] as const))("gradients on %s", (_, sau) => {
  test.each(PAIRS)("of numbers alpha %d, beta %d", (alphaGiven, betaGiven) => {
    const random = new Random(runSeed);
    const [alpha, beta] = [Math.fround(alphaGiven), Math.fround(betaGiven)];
    for (const bias of [0, Math.fround(0.3 / beta)]) {
      const x = random.array(1500, -7 / beta, 7 / beta);
      const elementAt = (i: number): Element => ({ x: x[i]!, alpha, beta, bias });
      check(sau, x, { alpha, beta, bias }, elementAt, () => 0, random);
    }
  });

  test.each([
    ["last", [300, 5], -1],
    ["between, in short runs", [3, 5, 7, 11], 1],
    ["between, in long runs", [2, 3, 1100], 1],
    ["first", [6, 200], 0],
    ["last, more than a table holds", [2, 5000], 1],
    // In runs that do not divide the slices which such a table is cut into.
    ["between, more than a table holds", [2, 700, 7], 1],
  ] as const)("of one value a channel, the channels %s", (_, shape, channelAxis) => {
    const random = new Random(runSeed, 1);
    const channels = shape.at(channelAxis)!;
    const length = shape.reduce((product: number, size) => product * size, 1);
    const axis = channelAxis < 0 ? channelAxis + shape.length : channelAxis;
    const inner = shape.slice(axis + 1).reduce((product: number, size) => product * size, 1);
    const channelOf = (i: number): number => Math.floor(i / inner) % channels;
    const all = {
      alpha: random.array(channels, -2, 3),
      beta: random.array(channels, 0.5, 3),
      bias: random.array(channels, -1, 1),
    };
    const number = { alpha: Math.fround(0.15), beta: Math.fround(1.7), bias: 0.25 };
    // Each subset of the parameters by channel, the rest numbers.
    for (let subset = 1; subset < 8; subset++) {
      const params = {
        shape,
        channelAxis,
        alpha: subset & 1 ? all.alpha : number.alpha,
        beta: subset & 2 ? all.beta : number.beta,
        bias: subset & 4 ? all.bias : number.bias,
      };
      const value = (given: number | Float32Array, i: number): number =>
        typeof given === "number" ? given : given[channelOf(i)]!;
      const x = random.array(length, -4, 4);
      const elementAt = (i: number): Element => ({
        x: x[i]!,
        alpha: value(params.alpha, i),
        beta: value(params.beta, i),
        bias: value(params.bias, i),
      });
      check(sau, x, params, elementAt, channelOf, random);
    }
  });
});
