/**
 * What a caller may do without noticing: arrays of a subclass, outputs that are also parameters, two shared
 * buffers over one memory, views of the arena's own bytes, parameters and gradients at float32's end. Each
 * gives the right answer or a typed error.
 */
import { describe, expect, it } from "vitest";
import { createSauSync, DisposedError } from "../ts/index.js";
import { TILE } from "../ts/memory/arena.js";
import { detach } from "./support/buffers.js";
import { sauOfEachTier } from "./support/tiers.js";

class Labelled extends Float32Array {
  constructor(
    readonly label: string,
    length: number,
  ) {
    super(length);
  }
}

const LONG = TILE + 1000;

function ramp(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 37) % 801) / 100 - 4);
}

describe.each(sauOfEachTier().map((sau) => ({ tier: sau.tier, sau })))("on $tier", ({ sau }) => {
  it("an array of a subclass counts as its values, longer than a tile or overlapping its output", () => {
    const expected = sau.forward(ramp(LONG), { beta: 1 });
    const labelled = new Labelled("a", LONG);
    labelled.set(ramp(LONG));
    expect(sau.forward(labelled, { beta: 1 })).toEqual(expected);

    const whole = new Labelled("b", LONG + 16);
    whole.set(ramp(LONG));
    const x = new Float32Array(whole.buffer, 0, LONG);
    expect(sau.forward(x, { beta: 1 }, { out: new Float32Array(whole.buffer, 64, LONG) })).toEqual(expected);
  });

  it("a batch takes its parameters as they are before it writes", () => {
    const x = Float32Array.of(-1, -2);
    const dy = Float32Array.of(1, 2);
    const params = () => ({ alpha: Float32Array.of(0.1, 0.2), shape: [1, 2], channelAxis: 1 });
    const expected = sau.backward(x, dy, params(), { want: ["dx", "alpha"] });
    const shared = params();
    const options = { want: ["dx", "alpha"] as const, out: [{ dAlpha: shared.alpha }, {}] };
    const [first, second] = sau.backwardBatch([x, x], [dy, dy], shared, options);
    expect(second).toEqual(expected);
    expect(first!.dAlpha).toBe(shared.alpha);
    expect(shared.alpha).toEqual(expected.dAlpha);
  });

  it("two shared buffers over one memory are one memory", () => {
    const one = new SharedArrayBuffer((LONG + 16) * 4);
    const other = structuredClone(one);
    new Float32Array(one).set(ramp(LONG));
    const out = new Float32Array(one, 64, LONG);
    const expected = sau.forward(ramp(LONG), { beta: 1 });
    sau.forward(new Float32Array(other, 0, LONG), { beta: 1 }, { out });
    expect(Float32Array.from(out)).toEqual(expected);
  });

  it("a bias is added before x is scaled at parameters where (1 - alpha) / beta overflows", () => {
    for (const bias of [1e37, -3e38, Float32Array.of(1e37)]) {
      const added = typeof bias === "number" ? bias : bias[0]!;
      const channel = typeof bias === "number" ? {} : { shape: [1], channelAxis: 0 };
      const params = { alpha: 0.15, beta: 1.5e-39 };
      const expected = sau.forward(Float32Array.of(added), params);
      expect(sau.forward(Float32Array.of(0), { ...params, bias, ...channel })).toEqual(expected);
    }
  });

  it("the gradient of a bias is right where dx overflows float32, whether the bias is 0 or not", () => {
    const x = new Float32Array(4).fill(-1);
    const dy = Float32Array.of(1e20, -1e20, 1, 1);
    const gradient = (bias: number) =>
      sau.backward(x, dy, { alpha: 1e30, beta: 1, bias }, { want: ["bias"] }).dBias as number;
    // Phi(1) times 1e30 for each of the last two elements.
    expect(gradient(0) / 1.682689e30).toBeCloseTo(1, 1);
    expect(gradient(0)).toBeCloseTo(gradient(1e-30), -25);
  });
});

it("arrays over the arena's own bytes are refused, and the instance goes on", () => {
  const sau = createSauSync();
  const tensor = sau.alloc(16);
  const own = new Float32Array(tensor.array.buffer, 64, 200);
  const x = ramp(200);
  const expected = sau.forward(x);
  expect(() => sau.forward(x, {}, { out: own })).toThrow(/begins at byte 64 of the arena's buffer/);
  expect(() => sau.backward(own, x)).toThrow(TypeError);
  expect(sau.forward(x)).toEqual(expected);
});

it("what is checked is what is used, of a shape and of outputs that answer otherwise the next time", () => {
  const sau = createSauSync();
  const own = sau.alloc(96).array;
  const x = ramp(48);
  /** Gives the first, and then always the second. */
  const changing = <T>(first: T, second: T) => {
    let asked = 0;
    return () => (asked++ === 0 ? first : second);
  };
  const shape = Object.defineProperty([1, 48], "1", { get: changing(48, 96) });
  const params = { alpha: new Float32Array(48).fill(0.5), shape, channelAxis: 1 };
  const expected = sau.forward(x, { alpha: 0.5 });
  expect(sau.forward(x, params, { out: own.subarray(0, 48) })).toEqual(expected);
  expect(own.subarray(48).every((value) => value === 0)).toBe(true);

  own.fill(0);
  const dx = changing(own.subarray(0, 48), own.subarray(0, 4));
  const out = Object.defineProperty({}, "dx", { get: dx, enumerable: true });
  sau.backward(x, x, {}, { want: ["dx"], out });
  expect(own.subarray(0, 48)).toEqual(sau.backward(x, x).dx);
  expect(own.subarray(48).every((value) => value === 0)).toBe(true);
});

it("an empty batch is an empty answer", () => {
  const sau = createSauSync();
  const params = { alpha: new Float32Array(3), shape: [2, 3], channelAxis: 1 };
  expect(sau.forwardBatch([], params)).toEqual([]);
  expect(sau.backwardBatch([], [], params)).toEqual([]);
});

it("a Sau in JavaScript whose memory was transferred says so, whatever it is asked for", () => {
  const sau = createSauSync({ tier: "js" });
  const tensor = sau.alloc(8);
  detach(tensor.array.buffer as ArrayBuffer);
  const uses = [
    () => sau.forward(ramp(100)),
    () => sau.backward(ramp(100), ramp(100)),
    () => sau.forwardBatch([ramp(3), ramp(4)]),
    () => sau.alloc(8),
    () => tensor.array,
  ];
  for (const use of uses) expect(use).toThrow(DisposedError);
  sau.dispose();
});
