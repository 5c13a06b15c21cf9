/**
 * Promise: a call may end anywhere, because a kernel traps, the stack overflows or the host ends the program that made
 * it, and the next call is right.
 */
import vm from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createSauSync, type Sau, type SauParams } from "../ts/index.js";
import { restoreHost, wrapKernels } from "./support/modules.js";
import { copyOf, expectSameBits } from "./support/numbers.js";
import { howToRepeat, Random, runSeed } from "./support/random.js";
import { availableTiers } from "./support/tiers.js";

afterEach(() => {
  vi.restoreAllMocks();
  restoreHost();
});

const LENGTH = 1000;
const CHANNELS = 8;
const layout = { shape: [LENGTH / CHANNELS, CHANNELS], channelAxis: 1 };
const random = new Random(runSeed, 60);
const [x, dy] = [random.array(LENGTH, -3, 3), random.array(LENGTH, -1, 1)];

/** Of the block and of the channel table, two of each: one may be taken for the other. */
const PARAMS: readonly SauParams[] = [
  { alpha: 0.3, beta: 1.7 },
  { alpha: 0.7, beta: 1.7 },
  { alpha: random.array(CHANNELS, 0, 1), beta: 1.7, ...layout },
  { alpha: random.array(CHANNELS, 1, 2), beta: 1.7, bias: 0.1, ...layout },
];

const WANT = ["dx", "alpha", "beta", "bias"] as const;

/** Everything that calls give, as one array. */
function resultsOf(sau: Sau, params: SauParams): Float32Array {
  const gradients = Object.values(sau.backward(x, dy, params, { want: WANT }));
  return Float32Array.from([
    ...sau.forward(x, params),
    ...gradients.flatMap((value) => (typeof value === "number" ? [value] : [...(value as Float32Array)])),
  ]);
}

describe.each(availableTiers())("on %s", (tier) => {
  const untouched = createSauSync({ tier });
  const expected = PARAMS.map((params) => resultsOf(untouched, params));

  function expectRight(sau: Sau, k: number, what: () => string): void {
    expectSameBits(resultsOf(sau, PARAMS[k]!), expected[k]!, () => `${what()}; ${howToRepeat}`);
  }

  it.runIf(tier !== "js")("a kernel that traps in its middle", () => {
    let traps = 0;
    let isArmed = false;
    // The real kernel, on arrays that the memory ends in the middle of: it has done all elements before.
    wrapKernels((_, kernel, memory) => (...args) => {
      if (!isArmed) return kernel(...args);
      const [address, ...rest] = args as [number, ...number[]];
      const end = memory.buffer.byteLength - 4 * random.below(LENGTH);
      return kernel(Math.max(address, end - (end % 4)), ...rest);
    });
    const sau = createSauSync({ tier });
    for (let round = 0; round < 300; round++) {
      isArmed = true;
      const params = random.pick(PARAMS);
      for (const act of [() => sau.forward(x, params), () => sau.backward(x, dy, params, { want: WANT })]) {
        try {
          act();
        } catch (error) {
          expect(error).toBeInstanceOf(WebAssembly.RuntimeError);
          traps++;
        }
      }
      isArmed = false;
      expectRight(sau, random.below(PARAMS.length), () => `after ${traps} traps`);
    }
    expect(traps).toBeGreaterThan(500);
  });

  it("a stack that overflows while parameters are written", () => {
    const sau = createSauSync({ tier });
    const prototypes = [Float32Array.prototype, Int32Array.prototype, Float64Array.prototype];
    const { fill } = Float32Array.prototype;
    let overflows = 0;
    for (const [from] of PARAMS.entries()) {
      for (const [to] of PARAMS.entries()) {
        // All parameters' writing goes through `fill`; this one overflows at the call of that number.
        for (let call = 0; call < 10; call++) {
          expectRight(sau, from, () => "before");
          let calls = 0;
          const failing = function (this: Float32Array, ...args: Parameters<typeof fill>) {
            if (calls++ === call) throw new RangeError("Maximum call stack size exceeded");
            return fill.apply(this, args);
          };
          for (const prototype of prototypes)
            vi.spyOn(prototype, "fill").mockImplementation(failing as never);
          try {
            resultsOf(sau, PARAMS[to]!);
          } catch {
            overflows++;
          }
          vi.restoreAllMocks();
          const next = random.pick([from, to]);
          expectRight(sau, next, () => `from parameters ${from} to ${to}, at call ${call}, then ${next}`);
        }
      }
    }
    expect(overflows).toBeGreaterThan(30);
  });

  it("a stack that really overflows, at every depth", () => {
    const sau = createSauSync({ tier });
    const deepest = (act: () => void): number => {
      let thrown = 0;
      const down = (): void => {
        try {
          down();
        } catch (error) {
          // On the way up, one frame after the other, until there is room enough.
          try {
            act();
          } catch {
            thrown++;
            throw error;
          }
        }
      };
      down();
      return thrown;
    };
    for (let round = 0; round < 40; round++) {
      const params = random.pick(PARAMS);
      expect(deepest(() => void resultsOf(sau, params))).toBeGreaterThan(0);
      expectRight(sau, random.below(PARAMS.length), () => "after an overflow");
    }
  });

  it("a program that the host ends after a while, as a REPL does at Ctrl-C", () => {
    const sau = createSauSync({ tier });
    const length = 2 ** 20;
    const [many, gradients, out] = [0, 1, 2].map(() => new Float32Array(length).fill(0.5)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const manyChannels = { shape: [length / CHANNELS, CHANNELS], channelAxis: 1 };
    const context = vm.createContext({
      run: (params: SauParams) => {
        for (;;) sau.backward(many, gradients, params, { want: WANT, out: { dx: out } });
      },
    });
    for (let round = 0; round < 30; round++) {
      const params = random.pick(PARAMS);
      context.params = params.shape === undefined ? params : { ...params, ...manyChannels };
      const act = (): unknown => vm.runInContext("run(params)", context, { timeout: 1 + random.below(9) });
      expect(act).toThrow(/timed out/);
      expectRight(sau, random.below(PARAMS.length), () => `round ${round}`);
    }
  });

  it("views that are made anew, of a memory that has grown, and of which the host refuses one", () => {
    const sau = createSauSync({ tier });
    const views = ["Float32Array", "Float64Array", "Int32Array"] as const;
    for (const kind of views) {
      const [a, b] = [sau.alloc(LENGTH), sau.alloc(LENGTH)];
      a.array.set(x);
      const before = copyOf(a.array);
      const Real = globalThis[kind];
      vi.stubGlobal(
        kind,
        new Proxy(Real, {
          construct(target, [first, ...rest]) {
            if (first instanceof ArrayBuffer && rest.length === 0) throw new RangeError("no more views");
            return Reflect.construct(target, [first, ...rest]);
          },
        }),
      );
      expect(() => sau.alloc(2 ** 20)).toThrow("no more views");
      vi.unstubAllGlobals();
      expectSameBits(a.array, before, () => `a tensor, without ${kind}`);
      for (const [k] of PARAMS.entries()) expectRight(sau, k, () => `without ${kind}`);
      for (const tensor of [a, b]) tensor.dispose();
    }
  });
});
