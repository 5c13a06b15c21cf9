/** Promise: a parameter by itself is checked as in a call, and what is derived from parameters is right at its bounds. */
import { describe, expect, it } from "vitest";
import { smooth } from "../scripts/fit/coefficients.json";
import { checkParameter, halfTailScale, isTailScaleFinite, rescueScale, smoothScale } from "../ts/params.js";
import { detach } from "./support/buffers.js";
import { sauOfEachTier } from "./support/tiers.js";

const { fround } = Math;

describe("one parameter by itself", () => {
  it("is a number, or one value a channel, copied, with one zero", () => {
    expect(checkParameter("alpha", 0.5)).toEqual({ perChannel: false, values: Float32Array.of(0.5) });
    const given = Float32Array.of(0.25, -0, 0, -3);
    const { perChannel, values } = checkParameter("alpha", given);
    expect(perChannel).toBe(true);
    expect([...values]).toEqual([0.25, 0, 0, -3]);
    expect(values.buffer).not.toBe(given.buffer);
    expect([...checkParameter("alpha", -0).values]).toEqual([0]);
  });

  it("is refused as in a call", () => {
    const gone = new Float32Array(2);
    detach(gone.buffer);
    for (const [name, given, error] of [
      ["alpha", Number.NaN, new RangeError("alpha is NaN, expected a number that is finite in float32.")],
      ["beta", 0, new RangeError("beta is 0, expected a number that is finite and above 0 in float32.")],
      // As it was given, before it is rounded.
      [
        "beta",
        1e39,
        new RangeError("beta is 1e+39, expected a number that is finite and above 0 in float32."),
      ],
      [
        "beta",
        Float32Array.of(1, -2),
        new RangeError("beta[1] is -2, expected a number that is finite and above 0 in float32."),
      ],
      ["alpha", new Float32Array(0), new TypeError("alpha has no values, expected one for each channel.")],
      [
        "alpha",
        "0.15",
        new TypeError('alpha is "0.15", expected a number or a Float32Array with one value a channel.'),
      ],
    ] as const) {
      expect(() => checkParameter(name, given)).toThrow(error);
    }
    expect(() => checkParameter("alpha", gone)).toThrow(
      /^alpha is a Float32Array whose buffer is detached or has shrunk;/,
    );
  });
});

describe("what is derived from parameters", () => {
  it("scales are 1 for all but extreme parameters, and powers of two for those", () => {
    for (const alpha of [0.15, -1, 2, 1])
      for (const beta of [1e-30, 1, 20000, 1e30]) expect(rescueScale(alpha, beta)).toBe(1);
    expect(rescueScale(0.15, 2 ** -124)).toBe(2 ** 30);
    expect(rescueScale(1, 2 ** -149)).toBe(1);
    // (1 - alpha) / beta is 2^127.
    expect(rescueScale(1 - 2 ** 7, 2 ** -120)).toBe(2 ** 5);
    expect(rescueScale(1 - 2 ** 120, 1)).toBe(1);
  });

  it("twice half the tail's scale is finite where it is said to be", () => {
    expect(isTailScaleFinite(-(2 ** 125))).toBe(true);
    expect(isTailScaleFinite(2 ** 127)).toBe(false);
  });
});

describe.each(sauOfEachTier().map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it("slopes are finite for the largest alphas of all", () => {
    const largest = fround(2 ** 128 - 2 ** 104);
    for (const alpha of [largest, -largest]) {
      expect(Math.abs(halfTailScale(alpha))).toBe(largest);
      const x = Float32Array.of(-1e30, -1, -0.1, 0, 0.1, 1, 1e30);
      const { dx } = sau.backward(
        x,
        new Float32Array(x.length).fill(0.5),
        { alpha, beta: 1 },
        { want: ["dx"] },
      );
      expect(dx.every((slope) => Number.isFinite(slope))).toBe(true);
      expect([dx[0], dx[6]]).toEqual([alpha / 2, 0.5]);
    }
  });

  it("-0 stays -0 where the smooth part is too small to see, by the least", () => {
    const alpha = fround(1 - 2 ** -24);
    // Around where the scale is the smallest that counts.
    for (const at of [2 ** -147, 2 ** -146, 2 ** -145.5, 2 ** -145]) {
      const beta = fround((smooth.unit * (1 - alpha)) / at);
      const y = sau.forward(Float32Array.of(-0, 0), { alpha, beta });
      const isSeen = fround(smoothScale(alpha, beta) / 16) > 0;
      if (!isSeen) expect(Object.is(y[0], -0), `beta ${beta}`).toBe(true);
      expect(y[1]).toBeGreaterThanOrEqual(0);
    }
  });

  it("a shape has at most 64 dimensions", () => {
    const x = Float32Array.of(-1);
    const shaped = (rank: number) => ({
      alpha: Float32Array.of(0.5),
      shape: new Array(rank).fill(1),
      channelAxis: -1,
    });
    expect(sau.forward(x, shaped(64))).toEqual(sau.forward(x, { alpha: 0.5 }));
    expect(() => sau.forward(x, shaped(65))).toThrow(
      new TypeError("shape has 65 dimensions, expected at most 64."),
    );
  });

  it("a shape without dimensions has no channel axis", () => {
    const x = Float32Array.of(-1);
    expect(() => sau.forward(x, { alpha: Float32Array.of(0.5), shape: [], channelAxis: 0 })).toThrow(
      new TypeError("channelAxis is 0, expected a shape with a dimension, for shape []."),
    );
    expect(sau.forward(x, { alpha: 0.5, shape: [] })).toEqual(sau.forward(x, { alpha: 0.5 }));
  });
});
