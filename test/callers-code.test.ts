/**
 * Promise: code of the caller's that a call runs (accessors, proxies) can call the same Sau, or take an array away,
 * and every call is right even so, or refused with nothing written. What is asked for is asked for before anything is
 * checked, and once.
 */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { SauParams } from "../ts/index.js";
import { TILE } from "../ts/memory/arena.js";
import { createSauPool } from "../ts/threads/index.js";
import { detach } from "./support/buffers.js";
import { sauOfEachTier } from "./support/tiers.js";

const x = (): Float32Array => Float32Array.of(-2, -0.5, 0.5, 2);
const PARAMS = { alpha: 0.15, beta: 1.7 };
/** Other ones, of a call in between. */
const OTHERS = { alpha: 0.5, beta: 1 };

/** `value`, with something done first whenever any part of it is asked for. */
function doing<T extends object>(value: T, act: () => unknown): T {
  return new Proxy(value, {
    get(target, name, receiver) {
      act();
      return Reflect.get(target, name, receiver);
    },
  });
}

describe.each(sauOfEachTier().map((sau) => ({ tier: sau.tier, sau })))("on $tier", ({ sau }) => {
  const between = (): unknown => sau.forward(x(), OTHERS);
  const [y, ofOthers] = [sau.forward(x(), PARAMS), sau.forward(x(), OTHERS)];
  const gradients = sau.backward(x(), x(), PARAMS, { want: ["dx", "alpha", "beta"] });

  const perChannel = (shape: readonly number[]): SauParams => ({
    ...PARAMS,
    alpha: Float32Array.of(0.15, 0.15),
    shape,
    channelAxis: 1,
  });

  it("a call in the middle of another changes neither, nor what comes after", () => {
    expect(sau.forward(x(), doing(PARAMS, between))).toEqual(y);
    expect(sau.forward(x(), perChannel(doing([2, 2], between)))).toEqual(y);
    expect(sau.forward(x(), OTHERS)).toEqual(ofOthers);
    expect(sau.forward(x(), PARAMS, doing({ out: new Float32Array(4) }, between))).toEqual(y);
    const out = doing({ dx: new Float32Array(4) }, between);
    const want = doing(["dx", "alpha", "beta"] as const, between);
    expect(sau.backward(x(), x(), PARAMS, doing({ want, out }, between))).toEqual(gradients);
    expect(
      sau.backwardBatch([x()], [x()], PARAMS, doing({ want, out: doing([out], between) }, between)),
    ).toEqual([gradients]);
    const lists = [doing([x()], between), doing([new Float32Array(4)], between)] as const;
    expect(sau.forwardBatch(lists[0], doing(PARAMS, between), doing({ out: lists[1] }, between))).toEqual([
      y,
    ]);
  });

  it.each(["forward", "backward", "forwardBatch", "backwardBatch"] as const)(
    "%s refuses an array that goes while it asks for its parameters or options",
    (verb) => {
      const call = (given: Float32Array, params: SauParams, options: object): unknown => {
        if (verb === "forward") return sau.forward(given, params, options);
        if (verb === "backward") return sau.backward(given, x(), params, options);
        if (verb === "forwardBatch") return sau.forwardBatch([given], params, options);
        return sau.backwardBatch([given], [x()], params, options);
      };
      const [first, second] = [x(), x()];
      expect(() =>
        call(
          first,
          doing(PARAMS, () => first.length && detach(first.buffer as ArrayBuffer)),
          {},
        ),
      ).toThrow(TypeError);
      expect(() =>
        call(
          second,
          PARAMS,
          doing({}, () => second.length && detach(second.buffer as ArrayBuffer)),
        ),
      ).toThrow(TypeError);
      const tensor = sau.alloc(4);
      const { array } = tensor;
      const { buffer } = array;
      const grow = (): void => {
        while (tensor.array.buffer === buffer) sau.alloc(2 ** 16);
      };
      expect(() => call(array, doing(PARAMS, grow), {})).toThrow(TypeError);
    },
  );

  it("two shared buffers of another realm over one memory are one memory", () => {
    const length = TILE + 1000;
    const one: SharedArrayBuffer = runInNewContext(`new SharedArrayBuffer(${4 * (length + 16)})`);
    const values = Float32Array.from({ length }, (_, i) => ((i * 37) % 801) / 100 - 4);
    new Float32Array(one).set(values);
    const out = new Float32Array(one, 64, length);
    const expected = sau.forward(values, PARAMS);
    sau.forward(new Float32Array(structuredClone(one), 0, length), PARAMS, { out });
    expect(Float32Array.from(out)).toEqual(expected);
  });

  it("an output over the kernels' own memory is refused before anything is written, whatever the verb", () => {
    const own = new Float32Array(sau.alloc(4).array.buffer, 64, 1);
    const [one, before] = [Float32Array.of(1), new Float32Array(1)];
    const first = before.slice();
    const refuse = (call: () => unknown): void => {
      expect(call).toThrow(/the kernels' own memory lies there/);
      expect(first).toEqual(before);
    };
    refuse(() => sau.forward(one, PARAMS, { out: own }));
    refuse(() => sau.forward(one, { beta: 1e-40 }, { out: own }));
    refuse(() => sau.forwardBatch([one, one], PARAMS, { out: [first, own] }));
    refuse(() => sau.forwardBatch([one, one], { beta: 1e-40 }, { out: [first, own] }));
    refuse(() => sau.backward(one, one, PARAMS, { out: { dx: own }, accumulate: true }));
    refuse(() => sau.backward(one, one, PARAMS, { out: { dx: first, dAlpha: own } }));
    refuse(() => sau.backwardBatch([one, one], [one, one], PARAMS, { out: [{ dx: first }, { dBeta: own }] }));
    refuse(() =>
      sau.backwardBatch([one, one], [one, one], PARAMS, { want: ["dx"], out: [{ dx: first }, { dx: own }] }),
    );
    expect(sau.forward(x(), PARAMS)).toEqual(y);
  });

  it("shapes and strings of any length are refused in few words", () => {
    const shape = new Array<number>(2 ** 32 - 1);
    const long = { alpha: Float32Array.of(1), shape, channelAxis: 0 };
    expect(() => sau.forward(x(), long)).toThrow("shape has 4294967295 dimensions, expected at most 64.");
    const message = /^alpha is "a{64}\.\.\.", expected/;
    expect(() => sau.forward(x(), { alpha: "a".repeat(10_000_000) as never })).toThrow(message);
  });

  it("a pool asks once, however long it takes until the call's turn", async () => {
    const pool = await createSauPool({ threads: 2, tier: sau.tier });
    let asked = 0;
    const count = (): unknown => asked++;
    const underWay = pool.forward(new Float32Array(2 ** 21));
    const waiting = [
      pool.backward(x(), x(), doing(PARAMS, count), doing({ want: ["dx", "alpha", "beta"] as const }, count)),
      pool.forward(x(), doing(PARAMS, count), doing({}, count)),
    ] as const;
    const atOnce = asked;
    expect(await Promise.all(waiting)).toEqual([gradients, y]);
    expect(asked).toBe(atOnce);
    await underWay;
    await pool.dispose();
  });
});
