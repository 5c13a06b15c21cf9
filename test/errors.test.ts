/**
 * Promise: what cannot be done is refused with an error of a fitting class whose message names the
 * parameter, the value given and what was expected, before anything is written.
 */
import { describe, expect, it } from "vitest";
import { createSauSync as createJsSauSync } from "../ts/entries/js.js";
import { createSau, createSauSync, DisposedError, type Sau, TierUnavailableError } from "../ts/index.js";
import { TIERS } from "../ts/tier.js";
import { detach, resizableBuffer } from "./support/buffers.js";
import { bitsOf, randomNumbers, uniformArray } from "./support/numbers.js";
import { sauOfEachTier } from "./support/tiers.js";

/** Errors that {@link expectRefusal} takes. */
type ErrorClass = typeof TypeError | typeof RangeError | typeof DisposedError | typeof TierUnavailableError;

/** Asserts that `act` throws an error of just this class with just this message. */
function expectRefusal(act: () => unknown, kind: ErrorClass, message: RegExp): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, `nothing was thrown, expected ${message}`).toBeInstanceOf(kind);
  const { message: found } = thrown as Error;
  expect((thrown as Error).constructor, `${found} is of another class`).toBe(kind);
  expect(found).toMatch(message);
}

/** What a test gives where something else is expected: anything, past the compiler. */
function wrong<T>(value: unknown): T {
  return value as T;
}

/** A Float32Array whose buffer has been detached. */
function detached(length: number): Float32Array {
  const array = new Float32Array(length);
  detach(array.buffer);
  return array;
}

/** A Float32Array whose resizable buffer has shrunk below it. */
function shrunk(length: number): Float32Array {
  const bytes = length * Float32Array.BYTES_PER_ELEMENT;
  const buffer = resizableBuffer(bytes, bytes);
  const array = new Float32Array(buffer, 0, length);
  buffer.resize(bytes - 1);
  return array;
}

/** What is no Float32Array, and how a message calls it. */
const NOT_ARRAYS: readonly (readonly [given: unknown, name: string])[] = [
  [new Float64Array(4), "a Float64Array"],
  [[1, 2, 3, 4], "an array of length 4"],
  [new Uint8Array(4), "an? Uint8Array"],
  [new DataView(new ArrayBuffer(16)), "a DataView"],
  [new ArrayBuffer(16), "an? ArrayBuffer.*"],
  [null, "null"],
  [undefined, "undefined"],
  [{ length: 4 }, ".*[oO]bject.*"],
  ["1234", '"1234"'],
  [4, "4"],
  [() => 1, "a function"],
];

const GONE = /^x is a Float32Array whose buffer is detached or has shrunk\b.*\.$/;

const random = randomNumbers(6);
const LENGTH = 4;
const X = uniformArray(LENGTH, 3, random);
const DY = uniformArray(LENGTH, 2, random);
const OUT = uniformArray(LENGTH, 9, random);

/** Parameters that forward and backward refuse, for arrays of length 4. */
const BAD_PARAMS: readonly (readonly [params: unknown, kind: ErrorClass, message: RegExp])[] = [
  [4, TypeError, /^params is 4, expected an object such as \{ alpha: 0\.15 \}\.$/],
  ["alpha", TypeError, /^params is "alpha", expected an object such as \{ alpha: 0\.15 \}\.$/],
  [null, TypeError, /^params is null, expected an object such as \{ alpha: 0\.15 \}\.$/],
  [() => 1, TypeError, /^params is a function, expected an object such as \{ alpha: 0\.15 \}\.$/],
  // What forward(x, out) would be: not ignored.
  [
    new Float32Array(LENGTH),
    TypeError,
    /^params is a Float32Array, expected an object such as \{ alpha: 0\.15 \}\.$/,
  ],
  [[0.15, 2], TypeError, /^params is an array of length 2, expected an object such as \{ alpha: 0\.15 \}\.$/],

  [{ alpha: Number.NaN }, RangeError, /^alpha is NaN, expected a number that is finite in float32\.$/],
  [{ alpha: Infinity }, RangeError, /^alpha is Infinity, expected a number that is finite in float32\.$/],
  [{ alpha: -Infinity }, RangeError, /^alpha is -Infinity, expected a number that is finite in float32\.$/],
  [{ alpha: 1e39 }, RangeError, /^alpha is 1e\+39, expected a number that is finite in float32\.$/],
  [
    { alpha: "0.15" },
    TypeError,
    /^alpha is "0\.15", expected a number or a Float32Array with one value a channel\.$/,
  ],
  [
    { alpha: null },
    TypeError,
    /^alpha is null, expected a number or a Float32Array with one value a channel\.$/,
  ],
  [{ alpha: 1n }, TypeError, /^alpha is 1n, expected a number or a Float32Array with one value a channel\.$/],
  [
    { alpha: [0.1, 0.2] },
    TypeError,
    /^alpha is an array of length 2, expected a number or a Float32Array with one value a channel\.$/,
  ],
  [
    { alpha: new Float64Array(4), shape: [4], channelAxis: 0 },
    TypeError,
    /^alpha is a Float64Array, expected a number or a Float32Array with one value a channel\.$/,
  ],

  ...[0, -0, -1, Number.NaN, Infinity, 1e-50, 1e39].map((beta) => {
    const given = Object.is(beta, -0) ? "-0" : String(beta).replace("+", "\\+");
    return [
      { beta },
      RangeError,
      new RegExp(`^beta is ${given}, expected a number that is finite and above 0 in float32\\.$`),
    ] as const;
  }),
  [{ beta: "2" }, TypeError, /^beta is "2", expected a number or a Float32Array with one value a channel\.$/],
  [
    // A kind that is wrong beside a parameter with one value a channel.
    { alpha: new Float32Array(4), beta: "2", shape: [4], channelAxis: 0 },
    TypeError,
    /^beta is "2", expected a number or a Float32Array with one value a channel\.$/,
  ],
  [{ bias: Number.NaN }, RangeError, /^bias is NaN, expected a number that is finite in float32\.$/],
  [{ bias: 1e39 }, RangeError, /^bias is 1e\+39, expected a number that is finite in float32\.$/],
  [
    { bias: false },
    TypeError,
    /^bias is false, expected a number or a Float32Array with one value a channel\.$/,
  ],

  [
    { alpha: Float32Array.of(0, Number.NaN), shape: [2, 2], channelAxis: 0 },
    RangeError,
    /^alpha\[1\] is NaN, expected a number that is finite in float32\.$/,
  ],
  [
    { beta: Float32Array.of(1, 0), shape: [2, 2], channelAxis: 0 },
    RangeError,
    /^beta\[1\] is 0, expected a number that is finite and above 0 in float32\.$/,
  ],
  [
    { bias: Float32Array.of(-Infinity, 0), shape: [2, 2], channelAxis: 0 },
    RangeError,
    /^bias\[0\] is -Infinity, expected a number that is finite in float32\.$/,
  ],

  [
    { alpha: new Float32Array(2) },
    TypeError,
    /^A parameter with one value a channel needs shape and channelAxis; neither was given\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: [2, 2] },
    TypeError,
    /^channelAxis is undefined, expected a whole number from -2 to 1, for shape \[2, 2\]\.$/,
  ],
  [
    { alpha: new Float32Array(2), channelAxis: 0 },
    TypeError,
    /^shape is undefined, expected an array of whole numbers from 0\.$/,
  ],
  ...[2, -3, 0.5, Number.NaN].map(
    (channelAxis) =>
      [
        { alpha: new Float32Array(2), shape: [2, 2], channelAxis },
        TypeError,
        new RegExp(
          `^channelAxis is ${channelAxis}, expected a whole number from -2 to 1, for shape \\[2, 2\\]\\.$`,
        ),
      ] as const,
  ),
  [
    { alpha: new Float32Array(2), shape: [2, 2], channelAxis: "0" },
    TypeError,
    /^channelAxis is "0", expected a whole number from -2 to 1, for shape \[2, 2\]\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: "2x2", channelAxis: 0 },
    TypeError,
    /^shape is "2x2", expected an array of whole numbers from 0\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: Int32Array.of(2, 2), channelAxis: 0 },
    TypeError,
    /^shape is an? Int32Array, expected an array of whole numbers from 0\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: [-2, -2], channelAxis: 0 },
    TypeError,
    /^shape is \[-2, -2\], expected an array of whole numbers from 0\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: [2.5, 1.6], channelAxis: 0 },
    TypeError,
    /^shape is \[2\.5, 1\.6\], expected an array of whole numbers from 0\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: [2, "2"], channelAxis: 0 },
    TypeError,
    /^shape is \[2, "2"\], expected an array of whole numbers from 0\.$/,
  ],
  [
    { alpha: new Float32Array(2), shape: [2, 3], channelAxis: 0 },
    TypeError,
    /^shape is \[2, 3\], whose product is 6, expected the length of x, 4\.$/,
  ],
  [
    // Checked although no parameter needs it.
    { shape: [5] },
    TypeError,
    /^shape is \[5\], whose product is 5, expected the length of x, 4\.$/,
  ],
  [
    // Checked although no parameter needs it.
    { shape: [2, 2], channelAxis: 2 },
    TypeError,
    /^channelAxis is 2, expected a whole number from -2 to 1, for shape \[2, 2\]\.$/,
  ],
  [
    { alpha: new Float32Array(3), shape: [2, 2], channelAxis: 0 },
    TypeError,
    /^alpha has 3 values, expected one for each of the 2 channels of shape\[channelAxis\]\.$/,
  ],
  [
    { beta: new Float32Array(1), shape: [2, 2], channelAxis: -1 },
    TypeError,
    /^beta has 1 values?, expected one for each of the 2 channels of shape\[channelAxis\]\.$/,
  ],
  [
    { bias: detached(2), shape: [2, 2], channelAxis: 0 },
    TypeError,
    /^bias is a Float32Array whose buffer is detached or has shrunk; an arena tensor's array must be read from \.array again after alloc\(\)\.$/,
  ],
];

/** Options that forward refuses. */
const BAD_FORWARD_OPTIONS: readonly (readonly [options: unknown, kind: ErrorClass, message: RegExp])[] = [
  [null, TypeError, /^options is null, expected an object such as \{ out: y \}\.$/],
  [3, TypeError, /^options is 3, expected an object such as \{ out: y \}\.$/],
  [
    new Float32Array(LENGTH),
    TypeError,
    /^options is a Float32Array, expected an object such as \{ out: y \}\.$/,
  ],
  [{ out: new Float32Array(3) }, TypeError, /^out has 3 values, expected 4, the length of x\.$/],
  [
    { out: detached(LENGTH) },
    TypeError,
    /^out is a Float32Array whose buffer is detached or has shrunk\b.*\.$/,
  ],
  [{ out: null }, TypeError, /^out is null, expected a Float32Array\.$/],
  [{ out: new Float64Array(LENGTH) }, TypeError, /^out is a Float64Array, expected a Float32Array\.$/],
];

/** Options that backward refuses. */
const BAD_BACKWARD_OPTIONS: readonly (readonly [options: unknown, kind: ErrorClass, message: RegExp])[] = [
  [null, TypeError, /^options is null, expected an object such as \{ want: \["dx"\] \}\.$/],
  ["dx", TypeError, /^options is "dx", expected an object such as \{ want: \["dx"\] \}\.$/],
  [
    new Float32Array(LENGTH),
    TypeError,
    /^options is a Float32Array, expected an object such as \{ want: \["dx"\] \}\.$/,
  ],
  [{ want: "dx" }, TypeError, /^want is "dx", expected an array of "dx", "alpha", "beta", "bias"\.$/],
  [{ want: null }, TypeError, /^want is null, expected an array of "dx", "alpha", "beta", "bias"\.$/],
  [{ want: ["dy"] }, TypeError, /^want has "dy", expected one of "dx", "alpha", "beta", "bias"\.$/],
  [{ want: ["dx", 1] }, TypeError, /^want has 1, expected one of "dx", "alpha", "beta", "bias"\.$/],
  [{ accumulate: 1 }, TypeError, /^accumulate is 1, expected true or false\.$/],
  [{ out: null }, TypeError, /^out is null, expected an object such as \{ dx: new Float32Array\(n\) \}\.$/],
  [
    { out: new Float32Array(LENGTH) },
    TypeError,
    /^out is a Float32Array, expected an object such as \{ dx: new Float32Array\(n\) \}\.$/,
  ],
  [{ out: { dx: new Float32Array(5) } }, TypeError, /^out\.dx has 5 values, expected 4, the length of x\.$/],
  [{ out: { dx: new Uint8Array(4) } }, TypeError, /^out\.dx is an? Uint8Array, expected a Float32Array\.$/],
  [
    { out: { dAlpha: new Float32Array(1) } },
    TypeError,
    /^out\.dAlpha was given, but want does not ask for it\.$/,
  ],
  [
    { want: ["alpha"], out: { dx: new Float32Array(4) } },
    TypeError,
    /^out\.dx was given, but want does not ask for it\.$/,
  ],
  [
    { want: ["bias"], out: { dBias: new Float32Array(2) } },
    TypeError,
    /^out\.dBias has 2 values, expected 1, one for the number bias\.$/,
  ],
];

describe.each(sauOfEachTier().map((sau) => [sau.tier, sau] as const))("on %s", (_, sau) => {
  /** Asserts a refusal after which `outputs` have the bits they had. */
  function expectUntouched(
    act: () => unknown,
    kind: ErrorClass,
    message: RegExp,
    outputs: readonly Float32Array[],
  ): void {
    const before = outputs.map((output) => [...bitsOf(output)]);
    expectRefusal(act, kind, message);
    expect(outputs.map((output) => [...bitsOf(output)])).toEqual(before);
  }

  it.each(NOT_ARRAYS)("x, dy, out and members of batches that are %o are a TypeError", (given, name) => {
    const refused = (argument: string): RegExp =>
      new RegExp(`^${argument} is ${name}, expected a Float32Array\\.$`);
    const [out, dAlpha] = [OUT.slice(), Float32Array.of(7)];
    const bad = wrong<Float32Array>(given);
    const outputs = { dx: out, dAlpha };
    const params = { alpha: 0.3 };
    expectUntouched(() => sau.forward(bad, {}, { out }), TypeError, refused("x"), [out]);
    expectUntouched(() => sau.backward(bad, DY, params, { out: outputs }), TypeError, refused("x"), [
      out,
      dAlpha,
    ]);
    expectUntouched(() => sau.backward(X, bad, params, { out: outputs }), TypeError, refused("dy"), [
      out,
      dAlpha,
    ]);
    const second = OUT.slice();
    expectUntouched(
      () => sau.forwardBatch([X, bad], {}, { out: [out, second] }),
      TypeError,
      refused("xs\\[1\\]"),
      [out, second],
    );
    expectUntouched(
      () => sau.backwardBatch([X, X], [DY, bad], {}, { out: [{ dx: out }, { dx: second }] }),
      TypeError,
      refused("dys\\[1\\]"),
      [out, second],
    );
    if (given === undefined) return; // for an output, that is none
    expectRefusal(() => sau.forward(X, {}, { out: bad }), TypeError, refused("out"));
    expectRefusal(() => sau.backward(X, DY, {}, { out: { dx: bad } }), TypeError, refused("out\\.dx"));
    expectUntouched(
      () => sau.forwardBatch([X, X], {}, { out: [out, bad] }),
      TypeError,
      refused("out\\[1\\]"),
      [out],
    );
  });

  it.each([
    ["detached", detached],
    ["shrunk", shrunk],
  ] as const)("a %s buffer is a TypeError, whatever length the array had", (_, gone) => {
    for (const length of [1, LENGTH]) {
      const x = gone(length);
      expect(x.length).toBe(0);
      expectRefusal(() => sau.forward(x), TypeError, GONE);
      expectRefusal(() => sau.backward(x, new Float32Array(0)), TypeError, GONE);
    }
    const cause = (act: () => unknown): unknown => {
      try {
        return act();
      } catch (error) {
        return (error as Error).cause;
      }
    };
    expect(cause(() => sau.forward(gone(LENGTH)))).toBeInstanceOf(TypeError);
    const empty = new Float32Array(0);
    expectRefusal(
      () => sau.backward(empty, gone(4)),
      TypeError,
      /^dy is a Float32Array whose buffer is detached\b/,
    );
    expectRefusal(
      () => sau.forward(empty, {}, { out: gone(4) }),
      TypeError,
      /^out is a Float32Array whose buffer is detached\b/,
    );
  });

  it("a view of the arena from before it grew is a TypeError that says what to do", () => {
    const own = createSauSync({ tier: sau.tier });
    const stale = own.alloc(LENGTH).array;
    own.alloc(1e6);
    expect(stale.length).toBe(0);
    expectRefusal(
      () => own.forward(stale),
      TypeError,
      /^x is .* must be read from \.array again after alloc\(\)\.$/,
    );
  });

  it.each(BAD_PARAMS)("params %o are refused", (given, kind, message) => {
    const params = wrong<object>(given);
    const [y, dx] = [OUT.slice(), OUT.slice()];
    expectUntouched(() => sau.forward(X, params, { out: y }), kind, message, [y]);
    expectUntouched(() => sau.backward(X, DY, params, { want: ["dx"], out: { dx } }), kind, message, [dx]);
    expectUntouched(() => sau.forwardBatch([X], params, { out: [y] }), kind, message, [y]);
    expectUntouched(
      () => sau.backwardBatch([X], [DY], params, { want: ["dx"], out: [{ dx }] }),
      kind,
      message,
      [dx],
    );
  });

  it("numbers that were good in the last call are refused with a shape or an axis that is not", () => {
    const numbers = { alpha: 0.3, beta: 2 };
    sau.forward(X, numbers);
    const axis = wrong<object>({ ...numbers, channelAxis: 0 });
    expectRefusal(
      () => sau.forward(X, axis),
      TypeError,
      /^shape is undefined, expected an array of whole numbers from 0\.$/,
    );
    sau.forward(X, numbers);
    expectRefusal(
      () => sau.forward(X, { ...numbers, shape: [5] }),
      TypeError,
      /^shape is \[5\], whose product is 5\b/,
    );
  });

  it("refused parameters leave the next call's as they are", () => {
    const params = { alpha: 0.3, beta: 2 };
    const y = sau.forward(X, params);
    expectRefusal(() => sau.forward(X, { alpha: 5, beta: -1 }), RangeError, /^beta is -1/);
    expect(sau.forward(X, params)).toEqual(y);
  });

  it.each(BAD_FORWARD_OPTIONS)("forward refuses the options %o", (given, kind, message) => {
    expectRefusal(() => sau.forward(X, {}, wrong(given)), kind, message);
  });

  it.each(BAD_BACKWARD_OPTIONS)("backward refuses the options %o", (given, kind, message) => {
    const options = wrong<object>(given);
    const dy = DY.slice();
    expectUntouched(() => sau.backward(X, dy, {}, options), kind, message, [dy]);
  });

  it("backward refuses an output of a parameter's wrong length before dx is written", () => {
    const [dx, dAlpha] = [OUT.slice(), OUT.slice(0, 3)];
    const params = { alpha: new Float32Array(2), shape: [2, 2], channelAxis: 0 };
    expectUntouched(
      () => sau.backward(X, DY, params, { out: { dx, dAlpha } }),
      TypeError,
      /^out\.dAlpha has 3 values, expected 2, the channels of alpha\.$/,
      [dx, dAlpha],
    );
  });

  it("a list of outputs with a hole is a TypeError that names it", () => {
    const out = [OUT.slice(), undefined as never];
    const message = /^out\[1\] is undefined, expected a Float32Array\.$/;
    expectUntouched(() => sau.forwardBatch([X, X], {}, { out }), TypeError, message, [out[0]!]);
    const first = /^out\[0\] is undefined, expected a Float32Array\.$/;
    expectRefusal(() => sau.forwardBatch([X, X], {}, { out: out.slice().reverse() }), TypeError, first);
  });

  it("outputs of one call that overlap are a TypeError, and those of several arrays of a batch are not", () => {
    const [dx, dAlpha] = [OUT.slice(), OUT.slice(0, 1)];
    const params = { alpha: 0.15, beta: 1 };
    const outs = [
      [{ dx, dBeta: dx.subarray(3) }, /^out\.dBeta overlaps out\.dx, expected an array of its own\.$/],
      [{ dAlpha, dBeta: dAlpha }, /^out\.dBeta overlaps out\.dAlpha, expected an array of its own\.$/],
    ] as const;
    for (const [out, message] of outs) {
      expectUntouched(() => sau.backward(X, DY, params, { out }), TypeError, message, [dx, dAlpha]);
      const batch = () => sau.backwardBatch([X, X], [DY, DY], params, { out: [{}, out] });
      expectUntouched(batch, TypeError, message, [dx, dAlpha]);
    }
    const { dAlpha: once } = sau.backward(X, DY, params);
    const summed = [{ dAlpha: new Float32Array(1) }].flatMap((out) => [out, out]);
    const options = { want: ["alpha"], out: summed, accumulate: true } as const;
    sau.backwardBatch([X, X], [DY, DY], params, options);
    expect(summed[0]!.dAlpha[0]).toBeCloseTo(2 * once, 5);
  });

  it("outputs of one call that lie side by side, or in shared memories of their own, are written", () => {
    const both = new Float32Array(2);
    const { dAlpha, dBeta } = sau.backward(X, DY, { alpha: 0.15, beta: 1 });
    const outs = [
      { dAlpha: both.subarray(0, 1), dBeta: both.subarray(1) },
      { dAlpha: both.subarray(1), dBeta: both.subarray(0, 1) },
      {
        dAlpha: new Float32Array(new SharedArrayBuffer(4)),
        dBeta: new Float32Array(new SharedArrayBuffer(4)),
      },
    ];
    for (const out of outs) {
      sau.backward(X, DY, { alpha: 0.15, beta: 1 }, { out });
      expect([...out.dAlpha, ...out.dBeta]).toEqual([dAlpha, dBeta].map(Math.fround));
    }
  });

  it("lengths of x and dy that differ are a TypeError", () => {
    const dx = OUT.slice();
    expectUntouched(
      () => sau.backward(X, DY.subarray(1), {}, { out: { dx } }),
      TypeError,
      /^dy has 3 values, expected 4, the length of x\.$/,
      [dx],
    );
  });

  it("a batch is checked whole before any of its arrays is written", () => {
    const outs = [OUT.slice(), OUT.slice()];
    expectUntouched(
      () => sau.forwardBatch([X, X], {}, { out: [outs[0]!, outs[1]!.subarray(1)] }),
      TypeError,
      /^out\[1\] has 3 values, expected 4, the length of xs\[1\]\.$/,
      outs,
    );
    expectUntouched(
      () => sau.forwardBatch([X, X.subarray(1)], { shape: [4] }, { out: [outs[0]!, outs[1]!.subarray(1)] }),
      TypeError,
      /^shape is \[4\], whose product is 4, expected the length of (x|xs\[1\]), 3\.$/,
      outs,
    );
    expectUntouched(
      () => sau.backwardBatch([X, X], [DY, DY.subarray(1)], {}, { out: outs.map((dx) => ({ dx })) }),
      TypeError,
      /^dys\[1\] has 3 values, expected 4, the length of xs\[1\]\.$/,
      outs,
    );
    expectUntouched(
      () =>
        sau.backwardBatch([X, X], [DY, DY], {}, { out: [{ dx: outs[0]! }, { dx: outs[1]!.subarray(1) }] }),
      TypeError,
      /^out(\[1\])?\.dx has 3 values, expected 4, the length of x(s\[1\])?\.$/,
      outs,
    );
  });

  it("lists of a batch that are none or of another length are a TypeError", () => {
    const batch = wrong<Float32Array[]>;
    expectRefusal(() => sau.forwardBatch(batch(X)), TypeError, /^xs is a Float32Array, expected an array\.$/);
    expectRefusal(
      () => sau.forwardBatch(batch(undefined)),
      TypeError,
      /^xs is undefined, expected an array\.$/,
    );
    expectRefusal(
      () => sau.forwardBatch([X], {}, { out: batch(X) }),
      TypeError,
      /^out is a Float32Array, expected an array\.$/,
    );
    expectRefusal(
      () => sau.forwardBatch([X, X], {}, { out: [OUT] }),
      TypeError,
      /^out has 1 entries, expected 2, one for each of xs\.$/,
    );
    expectRefusal(
      () => sau.backwardBatch([X, X], [DY]),
      TypeError,
      /^dys has 1 entries, expected 2, one for each of xs\.$/,
    );
    expectRefusal(
      () => sau.backwardBatch([X], [DY], {}, { out: [] }),
      TypeError,
      /^out has 0 entries, expected 1, one for each of xs\.$/,
    );
    expectRefusal(
      () => sau.backwardBatch([X], [DY], {}, { out: wrong([null]) }),
      TypeError,
      /^out is null, expected an object such as \{ dx: new Float32Array\(n\) \}\.$/,
    );
    expectRefusal(() => sau.backwardBatch(batch(4), [DY]), TypeError, /^xs is 4, expected an array\.$/);
    expectRefusal(
      () => sau.backwardBatch([X], [DY], {}, wrong<object>(3)),
      TypeError,
      /^options is 3, expected an object such as \{ out: \[\] \}\.$/,
    );
    expectRefusal(
      () => sau.forwardBatch([X], {}, wrong(null)),
      TypeError,
      /^options is null, expected an object such as \{ out: \[\] \}\.$/,
    );
    expectRefusal(
      () => sau.backwardBatch([X], [DY], {}, wrong<object>({ want: ["dz"] })),
      TypeError,
      /^want has "dz", expected one of "dx", "alpha", "beta", "bias"\.$/,
    );
  });

  it("a batch whose first member is undefined is none of no arrays", () => {
    const batch = wrong<Float32Array[]>([undefined]);
    expectRefusal(
      () => sau.forwardBatch(batch),
      TypeError,
      /^xs\[0\] is undefined, expected a Float32Array\.$/,
    );
    expectRefusal(() => sau.backwardBatch(batch, [DY]), TypeError, /^xs\[0\] is undefined\b/);
  });

  it.each([
    [-1, "-1"],
    [1.5, "1\\.5"],
    [Number.NaN, "NaN"],
    [Infinity, "Infinity"],
    [2 ** 31, "2147483648"],
    ["4", '"4"'],
    [undefined, "undefined"],
  ])("alloc of %o is a RangeError", (length, name) => {
    expectRefusal(
      () => sau.alloc(wrong(length)),
      RangeError,
      new RegExp(`^alloc: length is ${name}, expected a whole number from 0 to 1073741824\\.$`),
    );
  });

  it("every use after dispose is a DisposedError", () => {
    const own: Sau = createSauSync({ tier: sau.tier });
    const tensor = own.alloc(LENGTH);
    const disposedTensor = own.alloc(LENGTH);
    disposedTensor.dispose();
    const tensorGone = /^This arena tensor was disposed and can no longer be used\.$/;
    expectRefusal(() => disposedTensor.array, DisposedError, tensorGone);
    own.dispose();
    own.dispose();
    const out = OUT.slice();
    const sauGone = /^This Sau was disposed and can no longer be used\.$/;
    const uses: (() => unknown)[] = [
      () => own.forward(X, {}, { out }),
      () => own.backward(X, DY, {}, { out: { dx: out } }),
      () => own.forwardBatch([X], {}, { out: [out] }),
      () => own.backwardBatch([X], [DY], {}, { out: [{ dx: out }] }),
      () => own.forwardBatch([]),
      () => own.alloc(1),
      () => tensor.array,
      // Rather than what is wrong with its arguments.
      () => own.forward(wrong(null)),
    ];
    for (const use of uses) expectUntouched(use, DisposedError, sauGone, [out]);
    expect(() => tensor.dispose()).not.toThrow();
    expect(own.tier).toBe(sau.tier);
  });
});

describe("createSau and createSauSync", () => {
  /** Options that both refuse. */
  const BAD_OPTIONS: readonly (readonly [options: unknown, kind: ErrorClass, message: RegExp])[] = [
    [null, TypeError, /^options is null, expected an object such as \{ tier: "auto" \}\.$/],
    ["js", TypeError, /^options is "js", expected an object such as \{ tier: "auto" \}\.$/],
    [
      { tier: "simd" },
      RangeError,
      new RegExp(
        `^tier is "simd", expected "auto" or one of ${TIERS.map((tier) => `"${tier}"`).join(", ")}\\.$`,
      ),
    ],
    [{ tier: null }, RangeError, /^tier is null, expected "auto" or one of .*\.$/],
    [{ tier: 1 }, RangeError, /^tier is 1, expected "auto" or one of .*\.$/],
    [{ deterministic: "yes" }, TypeError, /^deterministic is "yes", expected true or false\.$/],
    [{ module: "simd.wasm" }, TypeError, /^module is "simd\.wasm", expected a WebAssembly\.Module\b.*\.$/],
    [{ module: null }, TypeError, /^module is null, expected a WebAssembly\.Module\b.*\.$/],
    [
      { module: new Uint8Array(8), tier: "js" },
      TypeError,
      /^module is an? Uint8Array, expected a WebAssembly\.Module\b.*\.$/,
    ],
  ];

  it.each(BAD_OPTIONS)("refuse the options %o", async (given, kind, message) => {
    expectRefusal(() => createSauSync(wrong(given)), kind, message);
    const rejection = await createSau(wrong(given)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expectRefusal(
      () => {
        throw rejection;
      },
      kind,
      message,
    );
  });
});

describe("errors", () => {
  it("are instances of the class of their name, of whichever copy of this package, and of no other", () => {
    const named = (name: string): Error => Object.assign(new Error("another copy's"), { name });
    const tier = new TierUnavailableError("simd128", "why");
    for (const [type, other, name] of [
      [DisposedError, tier, "DisposedError"],
      [TierUnavailableError, new DisposedError("It"), "TierUnavailableError"],
    ] as const) {
      expect(named(name) instanceof type).toBe(true);
      expect(other instanceof type).toBe(false);
      for (const value of [new Error(name), { name }, name, undefined, null])
        expect((value as unknown) instanceof type, String(value)).toBe(false);
    }
  });

  it("of sau-simd/js say that it is plain JavaScript", () => {
    const act = (): unknown => createJsSauSync({ tier: "scalar" });
    expectRefusal(
      act,
      TierUnavailableError,
      /^The tier "scalar" cannot run here: Error: sau-simd\/js is plain JavaScript alone\.$/,
    );
    expect(createJsSauSync().tier).toBe("js");
  });

  it("name the tier, and have a cause where there is one", () => {
    const cause = new Error("why");
    expect(new TierUnavailableError("js", "it is off", cause)).toMatchObject({
      message: 'The tier "js" cannot run here: it is off.',
      tier: "js",
      cause,
    });
    expect("cause" in new TierUnavailableError("js", "it is off")).toBe(false);
  });

  it.each([
    ["a".repeat(64), `"${"a".repeat(64)}"`],
    ["a".repeat(65), `"${"a".repeat(64)}..."`],
    [Symbol("s"), "Symbol(s)"],
    [{}, "an object"],
    [new Map(), "a Map"],
    [new Int8Array(1), "an Int8Array"],
    [-0, "-0"],
  ])("show %o as a value of its kind", (given, shown) => {
    const act = (): unknown => createSauSync({ deterministic: given as never });
    expect(act).toThrow(new TypeError(`deterministic is ${shown}, expected true or false.`));
  });

  it("show an object that cannot say what it is as one", () => {
    const silent = {
      get [Symbol.toStringTag](): string {
        throw new Error("the caller's own");
      },
    };
    expect(() => createSauSync({ deterministic: silent as never })).toThrow(
      new TypeError("deterministic is an object, expected true or false."),
    );
  });
});
