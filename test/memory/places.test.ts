/**
 * Promise: what a call gives does not depend on whether its arrays lie in the arena or elsewhere, for any length and any
 * parameters, and its inputs stay as they were.
 */
import { describe, expect, it } from "vitest";
import { createSauSync, type GradientOutputs, type SauParams } from "../../ts/index.js";
import { TILE } from "../../ts/memory/arena.js";
import { expectSameBits, randomNumbers, uniformArray } from "../support/numbers.js";
import { availableTiers } from "../support/tiers.js";

const random = randomNumbers(15);

const CHANNELS = 4;

/** A beta whose reciprocal overflows, and one that is subnormal: they are computed with x scaled (ts/params.ts). */
const EXTREME = [2e-39, 1e-40] as const;

/** A shape of about so many elements with {@link CHANNELS} channels. */
const shapeOf = (length: number, inner: number): number[] => [
  Math.ceil(length / CHANNELS / inner),
  CHANNELS,
  inner,
];

const CASES: readonly (readonly [what: string, reach: number, params: SauParams, inner?: number])[] = [
  ["numbers", 3, { alpha: 0.25, beta: 2 }],
  ["a bias", 3, { alpha: 0.25, beta: 2, bias: 0.5 }],
  ["a beta whose reciprocal overflows", 3e38, { alpha: 0.25, beta: EXTREME[0] }],
  ["a subnormal beta", 3e38, { alpha: 0.25, beta: EXTREME[1] }],
  [
    "channels of which some are extreme",
    3e38,
    {
      alpha: Float32Array.of(0.25, -1, 0.5, 1),
      beta: Float32Array.of(2, EXTREME[1], 1, EXTREME[0]),
      channelAxis: 1,
    },
    3,
  ],
  [
    "long runs of channels of which some are extreme",
    3e38,
    { alpha: 0.25, beta: Float32Array.of(EXTREME[0], 1, EXTREME[1], 2), channelAxis: 1 },
    1500,
  ],
  ["channels", 3, { alpha: Float32Array.of(0.25, 0.5, -1, 2), channelAxis: 1 }, 5],
  [
    "channels whose alphas are at most 1",
    3,
    { alpha: Float32Array.of(0.25, 0.5, -1, 0.75), channelAxis: 1 },
    5,
  ],
];

/** All ways of choosing between here and there for `count` arrays. */
const ways = (count: number): boolean[][] =>
  Array.from({ length: 2 ** count }, (_, way) =>
    Array.from({ length: count }, (_, k) => (way & (1 << k)) !== 0),
  );

/** Fewer elements than are copied in anyway, some more, and more than a tile. */
const SHORT = [20, 200, TILE + 100] as const;
/** More than a workspace has room for. */
const LONG = 8 * TILE;

const tiers = availableTiers();
const [fastest] = tiers;

describe.each(tiers.map((tier) => [tier]))("on %s", (tier) => {
  // What streams is the same on every tier: the longest arrays go to the fastest alone.
  const lengths = tier === fastest ? [...SHORT, LONG] : SHORT;

  it.each(CASES.map(([what, ...of]) => [what, of] as const))("%s", (_, [reach, given, inner]) => {
    for (const about of lengths) {
      const shape = inner === undefined ? undefined : shapeOf(about, inner);
      const length = shape?.reduce((product, size) => product * size, 1) ?? about;
      const params = shape === undefined ? given : { ...given, shape };
      const sau = createSauSync({ tier });
      const arrays = Array.from({ length: 3 }, () => sau.alloc(length));
      const [x, dy] = [uniformArray(length, reach, random), uniformArray(length, 2, random)];
      const put = (values: Float32Array, isInArena: boolean, k: number): Float32Array => {
        if (!isInArena) return values.slice();
        arrays[k]!.array.set(values);
        return arrays[k]!.array;
      };
      const empty = new Float32Array(length);

      const y = sau.forward(x, params);
      for (const [xIn, outIn] of ways(2)) {
        const [input, out] = [put(x, xIn!, 0), put(empty, outIn!, 1)];
        sau.forward(input, params, { out });
        expectSameBits(out, y, () => `y of ${length} values, x in the arena ${xIn}, y ${outIn}`);
        expectSameBits(input, x, () => "x");
      }

      for (const want of [["dx"], ["dx", "alpha", "beta", "bias"]] as const) {
        const expected = sau.backward(x, dy, params, { want });
        for (const [xIn, dyIn, outIn] of ways(3)) {
          const [input, gradient] = [put(x, xIn!, 0), put(dy, dyIn!, 1)];
          const dx = put(empty, outIn!, 2);
          const found = sau.backward(input, gradient, params, { want, out: { dx } as GradientOutputs });
          expect(found.dx).toBe(dx);
          expectSameBits(
            dx,
            expected.dx,
            () => `dx of ${length} values, x in the arena ${xIn}, dy ${dyIn}, dx ${outIn}`,
          );
          expect({ ...found, dx: 0 }).toEqual({ ...expected, dx: 0 });
          expectSameBits(input, x, () => "x");
          expectSameBits(gradient, dy, () => "dy");
        }
      }
    }
  });

  it("each channel has the gradients of a call with its own parameters, extreme ones too", () => {
    const [alpha, beta] = [Float32Array.of(0.25, -1, 0.5, 1), Float32Array.of(2, EXTREME[1], 1, EXTREME[0])];
    for (const inner of [1, 3, 1100]) {
      const outer = 5;
      const sau = createSauSync({ tier });
      const x = uniformArray(outer * CHANNELS * inner, 3e38, random);
      const dy = uniformArray(x.length, 2, random);
      const want = ["dx", "alpha", "beta"] as const;
      const params = { alpha, beta, shape: [outer, CHANNELS, inner], channelAxis: 1 };
      const found = sau.backward(x, dy, params, { want });
      for (let c = 0; c < CHANNELS; c++) {
        const own = (array: Float32Array): Float32Array =>
          array.filter((_, i) => Math.floor(i / inner) % CHANNELS === c);
        const alone = sau.backward(own(x), own(dy), { alpha: alpha[c]!, beta: beta[c]! }, { want });
        expectSameBits(own(found.dx), alone.dx, () => `dx of channel ${c}, ${inner} in a row`);
        for (const name of ["dAlpha", "dBeta"] as const)
          expect(found[name][c]! / Math.fround(alone[name]) || 1, `${name} of channel ${c}`).toBeCloseTo(
            1,
            4,
          );
      }
    }
  });

  it("short arrays that overlap are as apart, where each channel has a pass of its own", () => {
    const sau = createSauSync({ tier });
    const params = {
      alpha: 0.25,
      beta: Float32Array.of(EXTREME[1], 1, EXTREME[0], 2),
      shape: [3, CHANNELS],
      channelAxis: 1,
    };
    const length = 3 * CHANNELS;
    const [x, dy] = [uniformArray(length, 3e38, random), uniformArray(length, 2, random)];
    const [y, want] = [sau.forward(x, params), ["dx"] as const];
    const { dx } = sau.backward(x, dy, params, { want });
    for (const shift of [-5, -1, 1, 5]) {
      const buffer = new Float32Array(length + 10);
      const [input, out] = [buffer.subarray(5, 5 + length), buffer.subarray(5 + shift, 5 + shift + length)];
      input.set(x);
      expectSameBits(sau.forward(input, params, { out }), y, () => `y, ${shift} from x`);
      input.set(x);
      sau.backward(input, dy, params, { want, out: { dx: out } });
      expectSameBits(out, dx, () => `dx, ${shift} from x`);
      input.set(dy);
      sau.backward(x, input, params, { want, out: { dx: out } });
      expectSameBits(out, dx, () => `dx, ${shift} from dy`);
    }
  });

  it("an output in the memory's first line, which is nobody's, is written by single calls and by batches", () => {
    const sau = createSauSync({ tier });
    const { buffer } = sau.alloc(1).array;
    const [x, dy] = [uniformArray(16, 3, random), uniformArray(16, 2, random)];
    const params = { alpha: 0.25, beta: 2 };
    const [y, { dx }] = [sau.forward(x, params), sau.backward(x, dy, params, { want: ["dx"] })];
    const first = new Float32Array(buffer, 0, 16);
    const long = new Float32Array(65);
    sau.forward(x, params, { out: first });
    expectSameBits(first, y, () => "y");
    sau.backward(x, dy, params, { want: ["dx"], out: { dx: first } });
    expectSameBits(first, dx, () => "dx");
    sau.forwardBatch([long, x], params, { out: [long.slice(), first] });
    expectSameBits(first, y, () => "y of a batch");
    const want = ["dx", "alpha"] as const;
    sau.backwardBatch([long, x], [long, dy], params, { want, out: [{}, { dx: first }] });
    expectSameBits(first, dx, () => "dx of a batch");
  });
});
