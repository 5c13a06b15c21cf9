/**
 * Promise: a batch gives what single calls give, to the bit, in as few kernel calls as the arena allows.
 */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createSauSync, type SauParams } from "../ts/index.js";
import { TILE } from "../ts/memory/arena.js";
import { restoreHost, wrapKernels } from "./support/modules.js";
import { expectSameBits, randomNumbers, uniformArray, wholeBelow } from "./support/numbers.js";
import { availableTiers, sauOfEachTier } from "./support/tiers.js";

const random = randomNumbers(8);

/** Arrays of these lengths. */
function arrays(lengths: readonly number[], reach: number): Float32Array[] {
  return lengths.map((length) => uniformArray(length, reach, random));
}

function repeat(length: number, count: number): number[] {
  return new Array(count).fill(length);
}

const MIXED = Array.from({ length: 300 }, () => wholeBelow(101, random));
const EVERY_LENGTH = Array.from({ length: 101 }, (_, length) => length);
/** More than a tile in sum, and arrays about as long as a tile. */
const MANY = Array.from({ length: 2000 }, () => wholeBelow(101, random));
const AROUND_A_TILE = [TILE - 1, 1, TILE, 2, 0, TILE - 5, 6, 0];
const BEYOND_A_TILE = [5, TILE + 1, 7];

const CHANNELS = 12;
const channelValues = {
  alpha: uniformArray(CHANNELS, 2, random),
  beta: uniformArray(CHANNELS, 4, random).map((beta) => Math.abs(beta) + 0.1),
  bias: uniformArray(CHANNELS, 1, random),
};

/** Parameters of every kind, and lengths of the arrays that they fit. */
const CASES: [what: string, params: SauParams | undefined, lengths: readonly number[]][] = [
  ["the defaults", undefined, MIXED],
  ["no arrays", {}, []],
  ["arrays of every length", { alpha: 0.25, beta: 2 }, EVERY_LENGTH],
  ["empty arrays alone", { beta: 2 }, [0, 0, 0]],
  ["more than a tile in sum", { alpha: 0.25, beta: 2 }, MANY],
  ["arrays about as long as a tile", { alpha: 0.25, beta: 2 }, AROUND_A_TILE],
  ["an array longer than a tile", { alpha: 0.25, beta: 2 }, BEYOND_A_TILE],
  ["alpha above 1", { alpha: 1.5, beta: 2 }, MIXED],
  ["alpha 0", { alpha: 0, beta: 2 }, MIXED],
  ["a bias", { alpha: 0.25, beta: 2, bias: -0.5 }, MIXED],
  ["an extreme beta", { beta: 2e-39 }, MIXED],
  [
    "one value a channel, channels last",
    { ...channelValues, shape: [5, CHANNELS], channelAxis: -1 },
    repeat(5 * CHANNELS, 50),
  ],
  [
    "one value a channel, channels first",
    { ...channelValues, shape: [CHANNELS, 7], channelAxis: 0 },
    repeat(7 * CHANNELS, 50),
  ],
  [
    "one value a channel, more than a tile",
    { ...channelValues, shape: [CHANNELS], channelAxis: 0 },
    repeat(CHANNELS, 5000),
  ],
  [
    "one value a channel, long runs",
    { ...channelValues, shape: [CHANNELS, 2000], channelAxis: 0 },
    repeat(CHANNELS * 2000, 3),
  ],
  [
    "one value a channel, empty arrays alone",
    { ...channelValues, shape: [0, CHANNELS], channelAxis: 1 },
    [0, 0],
  ],
  [
    "one value for the one channel, in long runs",
    { alpha: uniformArray(1, 1, random), shape: [3, 1, 1500], channelAxis: 1 },
    repeat(4500, 3),
  ],
  [
    "one value in many channels",
    { alpha: uniformArray(5000, 1, random), shape: [5000], channelAxis: 0 },
    repeat(5000, 3),
  ],
];

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});

/** A gradient as an array, whether it is a number or one. */
function asArray(gradient: unknown): Float32Array | Float64Array {
  return gradient instanceof Float32Array ? gradient : Float64Array.of(gradient as number);
}

describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it.each(CASES)("forwardBatch is forward of each: %s", (_, params, lengths) => {
    const xs = arrays(lengths, 4);
    const expected = xs.map((x) => sau.forward(x, params));
    const check = (ys: readonly Float32Array[], what: string): void => {
      expect(ys.length).toBe(xs.length);
      for (const [i, y] of ys.entries()) expectSameBits(y, expected[i]!, () => `${what}, array ${i}`);
    };
    check(sau.forwardBatch(xs, params), "new arrays");

    const out = lengths.map((length) => new Float32Array(length));
    const returned = sau.forwardBatch(xs, params, { out });
    check(out, "out given");
    for (const [i, y] of returned.entries()) expect(y).toBe(out[i]);

    const inPlace = xs.map((x) => x.slice());
    sau.forwardBatch(inPlace, params, { out: inPlace });
    check(inPlace, "in place");
  });

  it.each(CASES)("backwardBatch is backward of each: %s", (_, params, lengths) => {
    const xs = arrays(lengths, 4);
    const dys = arrays(lengths, 2);
    for (const want of [undefined, ["dx"], ["alpha", "bias"], ["dx", "alpha", "beta", "bias"], []] as const) {
      const options = want === undefined ? {} : { want };
      const expected = xs.map((x, i) => sau.backward(x, dys[i]!, params, options));
      const found = sau.backwardBatch(xs, dys, params, options);
      expect(found.length).toBe(xs.length);
      for (const [i, gradients] of found.entries()) {
        expect(Object.keys(gradients)).toEqual(Object.keys(expected[i]!));
        for (const [name, gradient] of Object.entries(expected[i]!)) {
          const of = (gradients as Record<string, unknown>)[name];
          expect(typeof of, name).toBe(typeof gradient);
          const [a, b] = [asArray(of), asArray(gradient)];
          if (a.length !== b.length || a.some((value, k) => !Object.is(value, b[k])))
            throw new Error(`want ${want}, array ${i}: ${name} is ${a}, expected ${b}`);
        }
      }
    }
  });

  it.each(CASES)("backwardBatch writes dx to the caller's arrays, and in place: %s", (_, params, lengths) => {
    const xs = arrays(lengths, 4);
    const dys = arrays(lengths, 2);
    const want = ["dx"] as const;
    const expected = xs.map((x, i) => sau.backward(x, dys[i]!, params, { want }).dx);
    const apart = xs.map((x) => new Float32Array(x.length));
    const [inX, inDy] = [xs, dys].map((list) => list.map((array) => array.slice())) as [
      Float32Array[],
      Float32Array[],
    ];
    for (const [what, inputs, gradients, dxs] of [
      ["apart", xs, dys, apart],
      ["in x", inX, dys, inX],
      ["in dy", xs, inDy, inDy],
    ] as const) {
      const found = sau.backwardBatch(inputs, gradients, params, { want, out: dxs.map((dx) => ({ dx })) });
      for (const [i, dx] of dxs.entries()) {
        expect(found[i]!.dx).toBe(dx);
        expectSameBits(dx, expected[i]!, () => `${what}, array ${i}`);
      }
    }
  });

  it("backwardBatch adds to the caller's arrays if asked", () => {
    const xs = arrays(MIXED, 4);
    const dys = arrays(MIXED, 2);
    const params = { alpha: 0.25, beta: 2 };
    const before = arrays(MIXED, 1);
    const outputs = (): { dx: Float32Array; dAlpha: Float32Array; dBeta: Float32Array }[] =>
      before.map((dx) => ({ dx: dx.slice(), dAlpha: Float32Array.of(3), dBeta: Float32Array.of(-2) }));
    const [found, expected] = [outputs(), outputs()];
    sau.backwardBatch(xs, dys, params, { out: found, accumulate: true });
    for (const [i, out] of expected.entries())
      sau.backward(xs[i]!, dys[i]!, params, { out, accumulate: true });
    expect(found).toEqual(expected);
    for (const [i, { dx }] of found.entries()) if (dx.length > 0) expect(dx).not.toEqual(before[i]);
  });

  it("of no arrays asks for neither parameters nor gradients", () => {
    const params = { alpha: Number.NaN };
    const asked = { want: ["nothing"], out: [] } as never;
    expect(sau.forwardBatch([], 4 as never)).toEqual([]);
    expect(sau.backwardBatch([], [], 4 as never, asked)).toEqual([]);
    expect(sau.backwardBatch([], [], params)).toEqual([]);
  });

  it("a batch may have more arrays than a call has room for arguments", () => {
    const count = 200_000;
    const xs = repeat(1, count).map((_, i) => Float32Array.of(i));
    const ys = sau.forwardBatch(xs);
    expect(ys.length).toBe(count);
    expect(ys[count - 1]).toEqual(sau.forward(xs[count - 1]!));
  });
});

describe.each(availableTiers().filter((tier) => tier !== "js"))("kernel calls on %s", (tier) => {
  afterEach(restoreHost);

  /** How many kernel calls `act` makes with a Sau of its own. */
  function callsOf(act: (sau: ReturnType<typeof createSauSync>) => unknown): number {
    let calls = 0;
    wrapKernels((_, kernel) => (...args) => {
      calls++;
      kernel(...args);
    });
    const sau = createSauSync({ tier });
    calls = 0; // without the self-test's
    act(sau);
    restoreHost();
    return calls;
  }

  it("arrays that fill a tile to the last element take one call", () => {
    const xs = arrays([TILE - 16, 16], 3);
    expect(callsOf((sau) => sau.forwardBatch(xs))).toBe(1);
    expect(callsOf((sau) => sau.forwardBatch([...xs, ...xs]))).toBe(2);
    expect(callsOf((sau) => sau.backwardBatch(xs, xs))).toBe(1);
  });

  it("1,000 arrays of 16 elements take one call, forward and backward", () => {
    const xs = arrays(repeat(16, 1000), 3);
    expect(callsOf((sau) => sau.forwardBatch(xs))).toBe(1);
    expect(callsOf((sau) => sau.forwardBatch(xs, { bias: 1 }))).toBe(1);
    expect(callsOf((sau) => sau.backwardBatch(xs, xs))).toBe(1);
    expect(callsOf((sau) => xs.map((x) => sau.forward(x)))).toBe(xs.length);
  });

  it("arrays with one value a channel share calls too", () => {
    const shape = [2, CHANNELS];
    const xs = arrays(repeat(2 * CHANNELS, 500), 3);
    const params = { ...channelValues, shape, channelAxis: 1 };
    expect(callsOf((sau) => sau.forwardBatch(xs, params))).toBe(1);
    expect(callsOf((sau) => sau.backwardBatch(xs, xs, params, { want: ["dx"] }))).toBe(1);
  });

  it("what does not fit a tile takes as few calls as tiles", () => {
    const xs = arrays(MANY, 3);
    const elements = MANY.reduce((sum, length) => sum + length, 0);
    const tiles = Math.ceil(elements / TILE);
    expect(tiles).toBeGreaterThan(1);
    const longest = Math.max(...MANY);
    // A tile may be left with less room than the next array takes.
    expect(callsOf((sau) => sau.forwardBatch(xs))).toBeLessThanOrEqual(
      Math.ceil(elements / (TILE - longest)),
    );
  });

  it("an array of many tiles takes a call a tile, one in the arena takes one", () => {
    const length = 3 * TILE + 1;
    expect(callsOf((sau) => sau.forward(new Float32Array(length)))).toBe(4);
    expect(
      callsOf((sau) => {
        const { array } = sau.alloc(length);
        sau.forward(array, {}, { out: array });
      }),
    ).toBe(1);
  });
});
