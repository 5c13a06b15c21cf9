/** Promise: what a call leaves out is the paper's and as documented, and accumulate adds to what is there. */
import { describe, expect, it } from "vitest";
import type { GradientOutputs, SauParams } from "../ts/index.js";
import { copyOf, expectSameBits } from "./support/numbers.js";
import { Random, runSeed } from "./support/random.js";
import { sauOfEachTier } from "./support/tiers.js";

const random = new Random(runSeed);
const LENGTH = 100;
const CHANNELS = 5;
/** Where the paper's beta, 20000, is smooth; and beyond. */
const x = random.array(LENGTH, -2e-4, 2e-4);
const dy = random.array(LENGTH, -1, 1);

const paper = { alpha: 0.15, beta: 20_000 };

const ALL = ["dx", "alpha", "beta", "bias"] as const;

const SHAPE = { shape: [LENGTH / CHANNELS, CHANNELS], channelAxis: 1 } as const;

/** Each parameter as a number, and as one value a channel. */
const PARAMETERS: Record<string, SauParams> = {
  numbers: { alpha: 0.2, beta: 10_000, bias: 1e-5 },
  "values a channel": {
    alpha: random.array(CHANNELS, -1, 1),
    beta: random.array(CHANNELS, 5000, 20_000),
    bias: random.array(CHANNELS, -1e-5, 1e-5),
    ...SHAPE,
  },
  "values a channel of alpha alone": { alpha: random.array(CHANNELS, -1, 1), beta: 10_000, ...SHAPE },
};

describe.each(sauOfEachTier().map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it.each([[undefined], [{}], [{ alpha: 0.15 }], [{ beta: 20_000 }], [{ bias: 0 }]])(
    "%o means alpha 0.15, beta 20000 and no bias",
    (params) => {
      expectSameBits(sau.forward(x, params), sau.forward(x, paper), () => "y");
      const want = { want: ALL };
      expect(sau.backward(x, dy, params, want)).toEqual(sau.backward(x, dy, paper, want));
    },
  );

  it.each([
    [undefined, ["dx"]],
    [{}, ["dx"]],
    [{ alpha: 0.15 }, ["dx", "dAlpha"]],
    [{ beta: 1, bias: 0 }, ["dx", "dBeta", "dBias"]],
    [{ alpha: undefined, beta: 1 }, ["dx", "dBeta"]],
  ] as const)("of %o, backward gives %j", (params, names) => {
    expect(Object.keys(sau.backward(x, dy, params as SauParams))).toEqual(names);
  });

  it("gives the caller's arrays back, and no others", () => {
    const out = { dx: new Float32Array(LENGTH), dAlpha: new Float32Array(1), dBeta: new Float32Array(1) };
    const found = sau.backward(x, dy, paper, { want: ["dx", "alpha", "beta"], out });
    expect(found.dx).toBe(out.dx);
    const apart = sau.backward(x, dy, paper, { want: ["dx", "alpha", "beta"] });
    expect(apart.dx).not.toBe(out.dx);
    expect(found).toEqual(apart);
    expect([...out.dAlpha, ...out.dBeta]).toEqual([Math.fround(apart.dAlpha), Math.fround(apart.dBeta)]);
  });

  it.each(Object.entries(PARAMETERS))("accumulates, with %s", (_, params) => {
    const alone = sau.backward(x, dy, params, { want: ALL }) as Record<string, number | Float32Array>;
    const start: Record<string, Float32Array> = {};
    for (const [key, value] of Object.entries(alone)) {
      start[key] = random.array(typeof value === "number" ? 1 : value.length, -1, 1);
    }
    const out = Object.fromEntries(Object.entries(start).map(([key, values]) => [key, copyOf(values)]));
    const found = sau.backward(x, dy, params, { want: ALL, out: out as GradientOutputs, accumulate: true });
    for (const [key, value] of Object.entries(alone)) {
      const terms = typeof value === "number" ? [value] : value;
      const expected = start[key]!.map((before, i) => before + terms[i]!);
      // A sum is added in double, before it is rounded: half an ulp more or less.
      for (const [i, sum] of expected.entries()) expect(out[key]![i]! / sum, key).toBeCloseTo(1, 6);
      const given = (found as Record<string, number | Float32Array>)[key]!;
      if (typeof given === "number") expect(Math.fround(given)).toBe(out[key]![0]);
      else expect(given).toBe(out[key]);
    }
  });

  it("overwrites without accumulate, whatever was there", () => {
    const dx = new Float32Array(LENGTH).fill(Number.NaN);
    const dAlpha = new Float32Array(1).fill(Number.NaN);
    sau.backward(x, dy, { alpha: 0.2 }, { out: { dx, dAlpha }, accumulate: false });
    const alone = sau.backward(x, dy, { alpha: 0.2 });
    expectSameBits(dx, alone.dx, () => "dx");
    expect(dAlpha[0]).toBe(Math.fround(alone.dAlpha));
  });
});
