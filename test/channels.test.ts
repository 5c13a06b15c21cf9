/**
 * Promise: parameters with one value a channel give what calls channel by channel with numbers give.
 *
 * The slow loop gathers a channel's elements, calls the verbs with that channel's numbers, and scatters the
 * results back. y and dx must be the same to the bit; sums, whose order differs, within 1e-6 of the sum of
 * their terms' magnitudes.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Sau, SauParams } from "../ts/index.js";
import { UNITS } from "../ts/kernels/layout.js";
import { TABLE_POSITIONS, TILE } from "../ts/memory/arena.js";
import { expectSameBits, randomNumbers, uniformArray } from "./support/numbers.js";
import { alphaSlope, betaSlope } from "./support/oracle.js";
import { sauOfEachTier } from "./support/tiers.js";

/** Bound of a sum's error, of the sum of its terms' magnitudes. */
const MAX_SUM_ERROR = 1e-6;
const NAMES = ["alpha", "beta", "bias"] as const;
type Name = (typeof NAMES)[number];
const GRADIENT = { alpha: "dAlpha", beta: "dBeta", bias: "dBias" } as const;

/** Each parameter alone, and all together, with one value a channel. */
const PER_CHANNEL: readonly (readonly Name[])[] = [["alpha"], ["beta"], ["bias"], NAMES];

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});

const random = randomNumbers(5);

interface Case {
  readonly shape: readonly number[];
  readonly axis: number;
}

/** Every axis of a shape, counted from both ends. */
function everyAxis(shape: readonly number[]): Case[] {
  return shape.flatMap((_, axis) => [
    { shape, axis },
    { shape, axis: axis - shape.length },
  ]);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((sizesBefore, size) => sizesBefore * size, 1);
}

const SHAPES = [
  [0],
  [1],
  [3],
  [5],
  [64],
  [300],
  [5000],
  [1, 1],
  [7, 1],
  [1, 7],
  [0, 3],
  [3, 0],
  [5, 49],
  [33, 3],
  [2, 300],
  [64, 64],
  [2, 3, 7],
  [1, 5, 1],
  [4, 0, 2],
  [3, 64, 49],
  [2, 1, 1024],
  [2, 3, 7, 7],
  [1, 1, 1, 1],
  [2, 5, 1, 3],
  [2, 2, 0, 2],
  [3, 4, 5, 6],
];

const CHANNELS = [1, 3, 5, 64, 300, 5000];
const INNER = [1, 7, 49, 1023, 1024, 3000];
/** Enough outer rows to reach a second tile where that stays quick. */
const MAX_ELEMENTS = 4 * TILE;

const GRID: Case[] = CHANNELS.flatMap((channels) =>
  INNER.filter((inner) => channels * inner <= MAX_ELEMENTS).map((inner) => {
    const outer = Math.min(3, Math.max(1, Math.floor(MAX_ELEMENTS / channels / inner)));
    return { shape: [outer, channels, inner], axis: 1 };
  }),
);

/** Shapes whose channels lie across the borders of tiles and of the table. */
const BORDERS: Case[] = [
  { shape: [Math.ceil((TILE + 5) / 3), 3], axis: 1 },
  { shape: [Math.ceil((2 * TILE + 100) / 300), 300], axis: -1 },
  { shape: [2, 3, TILE + 1], axis: 1 },
  { shape: [3, TABLE_POSITIONS], axis: 1 },
  { shape: [3, TABLE_POSITIONS - 1], axis: 1 },
  { shape: [3, TABLE_POSITIONS + 1], axis: 1 },
  { shape: [2, 2 * TABLE_POSITIONS + 7], axis: 1 },
  { shape: [13, 2, TABLE_POSITIONS / 4 - 1, 2], axis: 1 },
  { shape: [TABLE_POSITIONS + 1, 13], axis: 0 },
];

const CASES = [...SHAPES.flatMap(everyAxis), ...GRID, ...BORDERS];

/** The places of one channel's elements, in order. */
function placesOf(channel: number, { shape, axis }: Case): number[] {
  const at = axis < 0 ? axis + shape.length : axis;
  const channels = shape[at]!;
  const inner = product(shape.slice(at + 1));
  const places: number[] = [];
  for (let start = channel * inner; start < product(shape); start += channels * inner) {
    for (let i = start; i < start + inner; i++) places.push(i);
  }
  return places;
}

function gather(from: Float32Array, places: readonly number[]): Float32Array {
  return Float32Array.from(places, (at) => from[at]!);
}

function scatter(values: Float32Array, places: readonly number[], to: Float32Array): void {
  for (const [i, at] of places.entries()) to[at] = values[i]!;
}

type Sums = Record<Name, Float64Array>;

interface Expected {
  readonly y: Float32Array;
  readonly dx: Float32Array;
  /** Sums a channel, and those of their terms' magnitudes. */
  readonly sums: Sums;
  readonly magnitudes: Sums;
}

function emptySums(channels: number): Sums {
  return {
    alpha: new Float64Array(channels),
    beta: new Float64Array(channels),
    bias: new Float64Array(channels),
  };
}

/** The slow loop: channel by channel, with numbers as parameters. */
function byChannel(
  sau: Sau,
  x: Float32Array,
  dy: Float32Array,
  numbersOf: (channel: number) => Record<Name, number>,
  channels: number,
  shaped: Case,
): Expected {
  const expected: Expected = {
    y: new Float32Array(x.length),
    dx: new Float32Array(x.length),
    sums: emptySums(channels),
    magnitudes: emptySums(channels),
  };
  for (let channel = 0; channel < channels; channel++) {
    const places = placesOf(channel, shaped);
    const numbers = numbersOf(channel);
    const [xs, dys] = [gather(x, places), gather(dy, places)];
    scatter(sau.forward(xs, numbers), places, expected.y);
    const gradients = sau.backward(xs, dys, numbers, { want: ["dx", ...NAMES] });
    scatter(gradients.dx, places, expected.dx);
    for (const name of NAMES) expected.sums[name][channel] = gradients[GRADIENT[name]];
    for (const [i, value] of xs.entries()) {
      const magnitudes = magnitudesOf(Math.fround(value + numbers.bias), dys[i]!, numbers, gradients.dx[i]!);
      for (const name of NAMES) expected.magnitudes[name][channel]! += magnitudes[name];
    }
  }
  return expected;
}

/** The magnitudes of one element's terms. */
function magnitudesOf(
  input: number,
  dy: number,
  { alpha, beta }: Record<Name, number>,
  dx: number,
): Record<Name, number> {
  return {
    alpha: Math.abs(alphaSlope(input, alpha, beta) * dy),
    beta: Math.abs(betaSlope(input, alpha, beta) * dy),
    bias: Math.abs(dx),
  };
}

/** Values a channel; numbers where the parameter is one for all. */
function parametersFor(names: readonly Name[], channels: number): Record<Name, number | Float32Array> {
  const ofBlock = Float32Array.of(0.15, 3, 0.25);
  const perChannel = {
    // Of every sign, above 1, and exactly 0 and 1.
    alpha: uniformArray(channels, 2, random).map((value, c) => [0, 1][c % 7] ?? value),
    beta: uniformArray(channels, 4, random).map((value) => Math.abs(value) + 0.01),
    bias: uniformArray(channels, 1, random).map((value, c) => (c % 5 === 2 ? 0 : value)),
  };
  const chosen = (name: Name, k: number): number | Float32Array =>
    names.includes(name) ? perChannel[name] : ofBlock[k]!;
  return {
    alpha: chosen("alpha", 0),
    beta: chosen("beta", 1),
    bias: names.length === 1 ? (names[0] === "bias" ? perChannel.bias : 0) : chosen("bias", 2),
  };
}

function ofChannel(parameter: number | Float32Array, channel: number): number {
  return typeof parameter === "number" ? parameter : parameter[channel]!;
}

/** Compares a call of each verb with the slow loop. */
function compare(sau: Sau, shaped: Case, names: readonly Name[]): void {
  const { shape, axis } = shaped;
  const channels = shape.at(axis)!;
  const x = uniformArray(product(shape), 4, random);
  const dy = uniformArray(x.length, 2, random);
  const values = parametersFor(names, channels);
  const numbersOf = (channel: number): Record<Name, number> => ({
    alpha: ofChannel(values.alpha, channel),
    beta: ofChannel(values.beta, channel),
    bias: ofChannel(values.bias, channel),
  });
  const expected = byChannel(sau, x, dy, numbersOf, channels, shaped);
  const what = `shape [${shape}], axis ${axis}, ${names} a channel`;
  const params: SauParams = { ...values, shape, channelAxis: axis };
  expectSameBits(sau.forward(x, params), expected.y, () => `y, ${what}`);
  const found = sau.backward(x, dy, params, { want: ["dx", ...NAMES] });
  expectSameBits(found.dx, expected.dx, () => `dx, ${what}`);
  const dxAlone = sau.backward(x, dy, params, { want: ["dx"] }).dx;
  expectSameBits(dxAlone, expected.dx, () => `dx alone, ${what}`);
  for (const name of NAMES) {
    const gradient = found[GRADIENT[name]];
    expectSums(`${GRADIENT[name]}, ${what}`, gradient, expected.sums[name], expected.magnitudes[name]);
  }
}

/** A sum a channel, or their total where the parameter is one for all. */
function expectSums(
  what: string,
  found: number | Float32Array,
  sums: Float64Array,
  magnitudes: Float64Array,
): void {
  const near = (value: number, sum: number, magnitude: number, where: string): void => {
    // Half an ulp of float32 more, for a gradient that is stored in one.
    if (Math.abs(value - sum) <= MAX_SUM_ERROR * magnitude + Math.abs(sum) * 2 ** -24) return;
    throw new Error(`${what}${where} is ${value}, expected ${sum} within ${MAX_SUM_ERROR * magnitude}`);
  };
  const total = (terms: Float64Array): number => terms.reduce((sum, term) => sum + term, 0);
  if (typeof found === "number") near(found, total(sums), total(magnitudes), "");
  else {
    expect(found.length, what).toBe(sums.length);
    for (const [c, value] of found.entries()) near(value, sums[c]!, magnitudes[c]!, `[${c}]`);
  }
}

describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  it.each(CASES)("shape $shape, axis $axis is channel by channel what numbers give", (shaped) => {
    for (const names of PER_CHANNEL) compare(sau, shaped, names);
  });

  it("many channels leave nothing behind for a call with few", () => {
    for (const channels of [5000, 300, 64, 24, 5, 3, 1, 300, 2])
      compare(sau, { shape: [3, channels], axis: 1 }, NAMES);
  });

  it("channels of the same values in longer runs are another table", () => {
    const alpha = uniformArray(8, 1, random);
    // The table of the first is that of a whole call, and has as many positions and channels as the second begins with.
    const whole = TABLE_POSITIONS - (TABLE_POSITIONS % UNITS.group);
    const calls = [whole / 8, whole / 8 + 4].map((inner) => {
      const x = uniformArray(8 * inner, 3, random);
      return { inner, x, y: sau.forward(x, { alpha, beta: 2, shape: [8, inner], channelAxis: 0 }) };
    });
    for (const { inner, x, y } of calls) {
      for (const [c, value] of alpha.entries()) {
        const [from, to] = [c * inner, (c + 1) * inner];
        const expected = sau.forward(x.slice(from, to), { alpha: value, beta: 2 });
        expectSameBits(y.subarray(from, to), expected, () => `channel ${c} of runs of ${inner}`);
      }
    }
  });

  it("a bias of 0 a channel is what a bias of 0 is, for -0 too", () => {
    const x = Float32Array.of(-0, -0, 0, 0);
    const dy = Float32Array.of(1, -1, 1, -1);
    for (const alpha of [1, 0.15, 1.5, -0.3, 0]) {
      const zeros = { alpha, beta: 2, bias: new Float32Array(2), shape: [2, 2], channelAxis: 1 };
      const zero = { alpha, beta: 2, bias: 0 };
      expectSameBits(sau.forward(x, zeros), sau.forward(x, zero), () => `y at alpha ${alpha}`);
      const [found, expected] = [zeros, zero].map(
        (params) => sau.backward(x, dy, params, { want: ["dx"] }).dx,
      );
      expectSameBits(found!, expected!, () => `dx at alpha ${alpha}`);
    }
  });

  it("a negative axis is the axis counted from the end", () => {
    const x = uniformArray(2 * 3 * 5, 3, random);
    const alpha = uniformArray(3, 1, random);
    const y = sau.forward(x, { alpha, beta: 2, shape: [2, 3, 5], channelAxis: 1 });
    expect(sau.forward(x, { alpha, beta: 2, shape: [2, 3, 5], channelAxis: -2 })).toEqual(y);
  });

  it("an output may be the array a parameter came from", () => {
    const x = uniformArray(4, 3, random);
    const dy = uniformArray(4, 1, random);
    const [alpha, beta] = [Float32Array.of(0.1, 0.2, 1.3, 0.4), 2];
    const shaped = { shape: [4], channelAxis: 0 };
    const expected = sau.backward(x, dy, { alpha, beta, ...shaped });
    const given = alpha.slice();
    const found = sau.backward(x, dy, { alpha: given, beta, ...shaped }, { out: { dAlpha: given } });
    expect(found.dx).toEqual(expected.dx);
    expect(found.dAlpha).toBe(given);
    expect(given).toEqual(expected.dAlpha);
  });

  it("each call has the parameters of its own time, whatever was kept from the last", () => {
    const shape = { shape: [40, 3, 2], channelAxis: 1 };
    const x = uniformArray(240, 3, random);
    const dy = uniformArray(240, 1, random);
    const alpha = Float32Array.of(0.1, 0.2, 0.3);
    const bias = new Float32Array(3);
    const byChannel = (params: { alpha: Float32Array; bias?: Float32Array; beta: number }) => {
      const y = new Float32Array(x.length);
      for (let i = 0; i < x.length; i++) {
        const c = Math.floor(i / 2) % 3;
        const one = { alpha: params.alpha[c]!, beta: params.beta, bias: params.bias?.[c] ?? 0 };
        y[i] = sau.forward(x.subarray(i, i + 1), one)[0]!;
      }
      return y;
    };
    const steps: (() => { alpha: Float32Array; bias?: Float32Array; beta: number })[] = [
      () => ({ alpha, beta: 2 }),
      () => ({ alpha: alpha.fill(0.4, 1, 2), beta: 2 }), // the same array, changed
      () => ({ alpha: alpha.fill(1.5, 0, 1), beta: 2 }), // above 1: no maximum
      () => ({ alpha: alpha.fill(0, 0, 1), beta: 2 }),
      () => ({ alpha: alpha.fill(-0.5, 0, 1), beta: 2 }),
      () => ({ alpha, bias: bias.fill(0.25, 2), beta: 2 }),
      () => ({ alpha, bias: bias.fill(0), beta: 2 }),
      () => ({ alpha, beta: 3 }),
    ];
    for (const [k, step] of steps.entries()) {
      const params = step();
      const expected = byChannel(params);
      sau.forward(x.subarray(0, 6), { alpha: Float32Array.of(9, 9), beta: 1, shape: [3, 2], channelAxis: 1 });
      for (let time = 0; time < 2; time++) {
        expectSameBits(sau.forward(x, { ...params, ...shape }), expected, () => `step ${k}, time ${time}`);
        sau.backward(x, dy, { ...params, ...shape });
      }
    }
  });
});
