/**
 * The sums of the parameters' gradients: the same bits wherever the arrays lie, in place or not, with dx
 * wanted or not, for arrays longer than a tile too; right where terms or partial sums overflow float32; and
 * within 1e-6 of the sum of the magnitudes of the terms even where all roundings go the same way.
 */
import { describe, expect, test } from "vitest";
import type { Sau, SauParams, Want } from "../ts/index.js";
import { UNITS } from "../ts/kernels/layout.js";
import { TILE } from "../ts/memory/arena.js";
import { mixedArray } from "./support/cases.js";
import { copyOf, expectSameBits } from "./support/numbers.js";
import { alphaSlope, betaSlope, DENSITY_AT_ZERO, roundedPair, slope, smoothScale } from "./support/oracle.js";
import { howToRepeat, Random, runSeed } from "./support/random.js";
import { sauOfEachTier } from "./support/tiers.js";

const BOUND = 1e-6;
const WANT = ["dx", "alpha", "beta", "bias"] as const;
const SUMS = ["alpha", "beta", "bias"] as const;
const LENGTHS = [0, 1, 5, UNITS.group, 1000, TILE - 1, TILE, TILE + 1, 2 * TILE + 12_346];

/** The three ways through the kernels: the block, a table of one position, a table of many. */
const PARAMETERS: Record<string, (length: number) => SauParams> = {
  numbers: () => ({ alpha: 0.15, beta: 1.7, bias: 0 }),
  "a bias": () => ({ alpha: 0.15, beta: 1.7, bias: 0.25 }),
  "one alpha a channel": (length) => {
    const channels = length % 5 === 0 ? 5 : 1;
    return {
      alpha: Float32Array.of(0.15, 2, 0, -1, 1).subarray(0, channels),
      beta: 1.7,
      bias: Float32Array.of(0.5, 0, -0.25, 1, 3).subarray(0, channels),
      shape: [length / channels, channels],
      channelAxis: -1,
    };
  },
  "long runs of a channel": (length) => {
    const channels = length % 5 === 0 ? 5 : 1;
    return {
      alpha: Float32Array.of(0.15, 2, 0, -1, 1).subarray(0, channels),
      beta: 1.7,
      bias: 0.25,
      shape: [channels, length / channels],
      channelAxis: 0,
    };
  },
};

/** Every gradient in one array of doubles. */
type Gradients = Partial<Record<"dx" | "dAlpha" | "dBeta" | "dBias", Float32Array | number>>;

function expectSameSums(found: Gradients, expected: Gradients, what: () => string): void {
  for (const name of ["dAlpha", "dBeta", "dBias"] as const) {
    const [value, right] = [found[name], expected[name]];
    if (right instanceof Float32Array) {
      expectSameBits(value as Float32Array, right, () => `${name}, ${what()}`);
    } else {
      expect(value, `${name}, ${what()}`).toBe(right);
    }
  }
}

const saus = sauOfEachTier();
const tiers = saus.map((sau) => [sau.tier, sau] as const);

describe.each(tiers)("sums on %s have the same bits", (_, sau) => {
  describe.each(Object.entries(PARAMETERS))("%s:", (_, parametersFor) => {
    function calls(): { x: Float32Array; dy: Float32Array; params: SauParams; expected: Gradients }[] {
      return LENGTHS.map((length, k) => {
        const random = new Random(runSeed, k);
        const x = mixedArray(length, 1.7, "finite", random).map((value) =>
          Math.max(-1e9, Math.min(value, 1e9)),
        );
        const dy = random.array(length, -1, 1);
        const params = parametersFor(length);
        return { x, dy, params, expected: backward(sau, x, dy, params, WANT) };
      });
    }

    test("whatever the arrays' offsets in their buffers", () => {
      for (const { x, dy, params, expected } of calls()) {
        for (const [xOffset, dyOffset] of [
          [1, 0],
          [2, 3],
          [3, 1],
          [16, 7],
        ] as const) {
          const found = backward(sau, moved(x, xOffset), moved(dy, dyOffset), params, WANT);
          const what = (): string => `${x.length} elements, offsets ${xOffset}, ${dyOffset}; ${howToRepeat}`;
          expectSameSums(found, expected, what);
          expectSameBits(found.dx as Float32Array, expected.dx as Float32Array, what);
        }
      }
    });

    test("in the arena, outside of it, and half of each", () => {
      for (const { x, dy, params, expected } of calls()) {
        for (const [xIn, dyIn] of [
          [true, true],
          [true, false],
          [false, true],
        ] as const) {
          // All tensors first: alloc makes older views stale.
          const tensors = [sau.alloc(x.length), sau.alloc(x.length), sau.alloc(x.length)] as const;
          tensors[0].array.set(x);
          tensors[1].array.set(dy);
          const found = sau.backward<SauParams, Want>(
            xIn ? tensors[0].array : x,
            dyIn ? tensors[1].array : dy,
            params,
            { want: WANT, out: { dx: tensors[2].array } },
          );
          const what = (): string =>
            `${x.length} elements, x in the arena: ${xIn}, dy: ${dyIn}; ${howToRepeat}`;
          expectSameSums(found, expected, what);
          expectSameBits(found.dx, expected.dx as Float32Array, what);
          for (const tensor of tensors) tensor.dispose();
        }
      }
    });

    test("with dx in the place of x, or of dy, in the arena or not", () => {
      for (const { x, dy, params, expected } of calls()) {
        for (const place of ["x", "dy"] as const) {
          for (const inArena of [false, true]) {
            const tensors = [sau.alloc(x.length), sau.alloc(x.length)] as const;
            const [xs, dys] = inArena ? [tensors[0].array, tensors[1].array] : [copyOf(x), copyOf(dy)];
            if (inArena) xs.set(x);
            if (inArena) dys.set(dy);
            const dx = place === "x" ? xs : dys;
            const found = sau.backward<SauParams, Want>(xs, dys, params, { want: WANT, out: { dx } });
            const what = (): string =>
              `${x.length} elements, dx = ${place}, in the arena: ${inArena}; ${howToRepeat}`;
            expectSameSums(found, expected, what);
            expectSameBits(dx, expected.dx as Float32Array, what);
            for (const tensor of tensors) tensor.dispose();
          }
        }
      }
    });

    test("with and without dx, all at once and one by one", () => {
      for (const { x, dy, params, expected } of calls()) {
        const what = (): string => `${x.length} elements; ${howToRepeat}`;
        expectSameSums(backward(sau, x, dy, params, SUMS), expected, what);
        const oneByOne = Object.assign({}, ...SUMS.map((want) => backward(sau, x, dy, params, [want])));
        expectSameSums(oneByOne, expected, what);
        const { dx } = backward(sau, x, dy, params, ["dx"]);
        expectSameBits(dx as Float32Array, expected.dx as Float32Array, what);
      }
    });
  });
});

function backward(
  sau: Sau,
  x: Float32Array,
  dy: Float32Array,
  params: SauParams,
  want: readonly Want[],
  dx?: Float32Array,
): Gradients {
  return sau.backward<SauParams, Want>(x, dy, params, { want, ...(dx === undefined ? {} : { out: { dx } }) });
}

/** A copy that starts `offset` values after the start of its buffer. */
function moved(array: Float32Array, offset: number): Float32Array {
  const copy = new Float32Array(offset + array.length).subarray(offset);
  copy.set(array);
  return copy;
}

describe.each(tiers)("sums on %s are right where float32 overflows", (_, sau) => {
  const [alpha, beta] = [0.15, 1.7];
  const pair = roundedPair(alpha, beta);

  /** Compares each sum with the exact one. */
  function check(x: Float32Array, dy: Float32Array, found: Gradients, what: string): void {
    for (const [name, derivative] of [
      ["dAlpha", alphaSlope],
      ["dBeta", betaSlope],
      ["dBias", slope],
    ] as const) {
      let [sum, magnitude] = [0, 0];
      for (let i = 0; i < x.length; i++) {
        const term = derivative(x[i]!, pair.alpha, pair.beta) * dy[i]!;
        sum += term;
        magnitude += Math.abs(term);
      }
      const message = `${name} of ${what}: ${found[name]}, exact ${sum}`;
      expect(Math.abs((found[name] as number) - sum), message).toBeLessThanOrEqual(BOUND * magnitude);
    }
  }

  /** One huge x in each few, the others so near the kink that no term is small beside phi(0). */
  function huge(length: number, each: number, value: number, near: number): Float32Array {
    return Float32Array.from({ length }, (_, i) => (i % each === 0 ? value : near * Math.sin(i)));
  }

  test.each([
    ["partial sums overflow", -3e38, 1],
    ["terms overflow", -3e38, 1e3],
    ["terms overflow by as much as they can", -3.4e38, 3.4e38],
    ["the sum of the slopes overflows", 3e38, 3e38],
  ])("%s: x = %d, dy = +-%d", (what, value, gradient) => {
    for (const length of [1, 2, 23, 24, 25, 400, TILE + 100]) {
      for (const each of [1, 2, 7]) {
        const x = huge(length, each, value, 0.5);
        // All of one sign, so that sums grow; then of both, so that infinities would meet.
        for (const dy of [x.map(() => gradient), x.map((_, i) => (i % 3 === 0 ? -gradient : gradient))]) {
          for (const params of [
            { alpha, beta },
            { alpha, beta, bias: -0 },
          ]) {
            const found = backward(sau, x, dy, params, SUMS);
            check(x, dy, found, `${length} elements, ${what}`);
          }
        }
      }
    }
  });

  test("dx is not changed by the second try, in place or not", () => {
    const x = huge(TILE + 100, 3, -3e38, 2);
    const dy = x.map((_, i) => (i % 2 ? 1e3 : -1e3));
    const expected = backward(sau, x, dy, { alpha, beta }, ["dx"]).dx as Float32Array;
    const found = backward(sau, x, dy, { alpha, beta }, WANT);
    expectSameBits(found.dx as Float32Array, expected, () => "dx beside sums");
    for (const inArena of [false, true]) {
      for (const place of [0, 1] as const) {
        const tensors = [sau.alloc(x.length), sau.alloc(x.length)] as const;
        const arrays = inArena
          ? ([tensors[0].array, tensors[1].array] as const)
          : ([copyOf(x), copyOf(dy)] as const);
        arrays[0].set(x);
        arrays[1].set(dy);
        const { dx, ...sums } = backward(sau, arrays[0], arrays[1], { alpha, beta }, WANT, arrays[place]);
        const what = (): string => `dx in the place of ${["x", "dy"][place]}, in the arena: ${inArena}`;
        expectSameBits(dx as Float32Array, expected, what);
        expectSameSums(sums, found, what);
        for (const tensor of tensors) tensor.dispose();
      }
    }
  });

  test("one channel's overflow leaves the others' sums as they are", () => {
    const rows = 2000;
    const channels = 3;
    const x = new Random(runSeed, 1).array(rows * channels, -3, 3);
    const dy = new Random(runSeed, 2).array(rows * channels, -1, 1);
    const params = {
      alpha: new Float32Array(channels).fill(alpha),
      beta,
      shape: [rows, channels],
      channelAxis: 1,
    };
    const expected = sau.backward(x, dy, params, { want: ["alpha"] }).dAlpha;
    for (let i = 1; i < x.length; i += channels) {
      x[i] = i % 2 ? -3e38 : -2e38;
      dy[i] = i % 2 ? 1e-1 : -1e-1;
    }
    const found = sau.backward(x, dy, params, { want: ["alpha"] }).dAlpha;
    expect([found[0], found[2]]).toEqual([expected[0], expected[2]]);
    let [sum, magnitude] = [0, 0];
    for (let i = 1; i < x.length; i += channels) {
      sum += x[i]! * dy[i]!;
      magnitude += Math.abs(x[i]! * dy[i]!);
    }
    // Rounded to float32, where it is no infinity unless the exact one is.
    if (Number.isFinite(Math.fround(sum))) {
      expect(Math.abs(found[1]! - sum)).toBeLessThanOrEqual(BOUND * magnitude);
    } else {
      expect(found[1]).toBe(Math.fround(sum));
    }
  });

  test("dAlpha where x is as large as 1 / beta, and beta is near the smallest normal number", () => {
    const [tiny, dy] = [2 ** -125, Float32Array.of(1, -0.5, 0.25, 0.5)];
    const x = Float32Array.of(-(2 ** 124), 2 ** 123, -(2 ** 125), -(2 ** 122));
    const terms = Array.from(x, (value, i) => alphaSlope(value, alpha, tiny) * dy[i]!);
    const sum = terms.reduce((total, term) => total + term, 0);
    const magnitude = terms.reduce((total, term) => total + Math.abs(term), 0);
    const perChannel = { alpha: Float32Array.of(alpha), beta: tiny, shape: [1, 4], channelAxis: 0 };
    const found = sau.backward(x, dy, { alpha, beta: tiny }, { want: ["alpha"] }).dAlpha;
    const [ofChannel] = sau.backward(x, dy, perChannel, { want: ["alpha"] }).dAlpha;
    for (const value of [found, ofChannel!])
      expect(Math.abs(value - sum)).toBeLessThanOrEqual(BOUND * magnitude);
  });

  test("an infinity or a NaN among the terms is in the sum", () => {
    const dy = new Float32Array(100).fill(1);
    const ordinary = new Random(runSeed, 3).array(100, -3, 3);
    const dAlphaWith = (value: number): number => {
      const x = copyOf(ordinary);
      x[50] = value;
      return sau.backward(x, dy, { alpha, beta }, { want: ["alpha"] }).dAlpha;
    };
    expect(dAlphaWith(-Infinity)).toBe(-Infinity);
    expect(dAlphaWith(Infinity)).not.toBe(-Infinity);
    expect(dAlphaWith(Infinity)).toBeCloseTo(dAlphaWith(100), 5);
    expect(dAlphaWith(Number.NaN)).toBeNaN();
  });
});

describe.each(tiers)("sums of equal elements on %s are within their bounds", (_, sau) => {
  const [alpha, beta] = [0.15, 1.7];
  const pair = roundedPair(alpha, beta);
  const { fround } = Math;

  /** Sums of `length` times x and dy, with the scale of the contract: |term|, or its smooth part at x = 0. */
  function check(x: number, dy: number, length: number): void {
    const array = (value: number): Float32Array => new Float32Array(length).fill(value);
    const found = sau.backward(array(x), array(dy), { alpha, beta, bias: 0 }, { want: SUMS });
    for (const [name, derivative, floor] of [
      ["dAlpha", alphaSlope, DENSITY_AT_ZERO / pair.beta],
      ["dBeta", betaSlope, smoothScale(pair) / pair.beta],
      ["dBias", slope, 0],
    ] as const) {
      const exact = derivative(x, pair.alpha, pair.beta);
      const error = Math.abs(found[name] / length - exact * dy);
      const scale = Math.max(Math.abs(exact), floor) * Math.abs(dy);
      // Equal elements show an element's own error, which for dBeta is larger (README.md, "How exact").
      const bound = name === "dBeta" ? 1.25 * BOUND : BOUND;
      const message = `${name}, ${length} times x ${x}, dy ${dy}: ${found[name]}, exact ${length * exact * dy}; ${howToRepeat}`;
      expect(error / scale, message).toBeLessThanOrEqual(bound);
    }
  }

  test("2^22 elements", () => {
    const random = new Random(runSeed, 4);
    for (let k = 0; k < 6; k++) check(fround(random.between(-2, 1)), fround(random.between(-1, 1)), 2 ** 22);
  });

  // Equal elements give every chunk the same sum, so that one chunk shows the roundings of any number.
  test("one chunk of them, for many values", () => {
    const random = new Random(runSeed, 5);
    const chunk = UNITS.group * UNITS.groupsAChunk;
    for (let k = 0; k < 4000; k++) check(fround(random.between(-4, 4)), fround(random.between(-1, 1)), chunk);
  });
});
