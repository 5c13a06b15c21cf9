/**
 * Promise: arena tensors are zeroed, aligned, live and used where they lie; their memory comes back; what
 * streams through the arena needs at most 16 MiB; and a call makes no garbage.
 */
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { type ArenaTensor, createSauSync, type Sau } from "../ts/index.js";
import { JsMemory } from "../ts/memory/arena.js";
import { changeHost, restoreHost } from "./support/modules.js";
import {
  bitsOf,
  copyOf,
  expectSameBits,
  randomNumbers,
  uniformArray,
  wholeBelow,
} from "./support/numbers.js";
import { builtModule, runModule } from "./support/process.js";
import { availableTiers, sauOfEachTier } from "./support/tiers.js";

const CACHE_LINE = 64;
const MAX_BYTES = 16 * 2 ** 20;

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});
afterEach(() => {
  restoreHost();
  vi.restoreAllMocks();
});

/** Bytes of a Sau's memory. */
function memoryBytes(sau: Sau): number {
  const tensor = sau.alloc(0);
  const { byteLength } = tensor.array.buffer;
  tensor.dispose();
  return byteLength;
}

describe.each(saus.map((sau) => [sau.tier, sau] as const))("on %s", (tier, sau) => {
  const random = randomNumbers(9);

  it("a tensor is zeroed, of the length asked for, and 64-byte aligned", () => {
    for (const length of [0, 1, 15, 16, 17, 1000, 100_003]) {
      // Twice, so that the second lies where the first left its values.
      for (let round = 0; round < 2; round++) {
        const tensor = sau.alloc(length);
        expect(tensor.array).toBeInstanceOf(Float32Array);
        expect(tensor.array.length).toBe(length);
        expect(tensor.array.byteOffset % CACHE_LINE).toBe(0);
        expect(bitsOf(tensor.array).every((bits) => bits === 0)).toBe(true);
        tensor.array.fill(7);
        tensor.dispose();
      }
    }
  });

  it("freed memory is used again, so that it does not grow", () => {
    const lengths = [1, 100, 50_000, 3];
    const round = (): void => {
      for (const tensor of lengths.map((length) => sau.alloc(length))) tensor.dispose();
    };
    round();
    const bytes = memoryBytes(sau);
    for (let k = 0; k < 100; k++) round();
    expect(memoryBytes(sau)).toBe(bytes);
  });

  it.each([
    ["first to last", [0, 1, 2, 3, 4, 5, 6, 7]],
    ["last to first", [7, 6, 5, 4, 3, 2, 1, 0]],
    ["every other first", [1, 3, 5, 7, 0, 2, 4, 6]],
    ["from both ends", [0, 7, 1, 6, 2, 5, 3, 4]],
  ])("free neighbours merge, freed %s, so that their sum can be taken at once", (_, order) => {
    const own = createSauSync({ tier });
    const length = 100_000;
    const tensors = order.map(() => own.alloc(length));
    const bytes = memoryBytes(own);
    for (const k of order) tensors[k]!.dispose();
    own.alloc(order.length * length);
    expect(memoryBytes(own)).toBe(bytes);
  });

  it("many random alloc and dispose leave live tensors' contents alone", () => {
    const own = createSauSync({ tier });
    const live: { tensor: ArenaTensor; contents: Float32Array }[] = [];
    const check = ({ tensor, contents }: (typeof live)[number]): void =>
      expectSameBits(tensor.array, contents, () => `a tensor of length ${contents.length}`);
    for (let step = 0; step < 2000; step++) {
      if (live.length > 0 && random() < 0.48) {
        const [gone] = live.splice(wholeBelow(live.length, random), 1);
        check(gone!);
        gone!.tensor.dispose();
      } else {
        const length = wholeBelow(random() < 0.05 ? 50_000 : 300, random);
        const tensor = own.alloc(length);
        if (tensor.array.some((value) => value !== 0)) throw new Error(`step ${step}: not zeroed`);
        const contents = uniformArray(length, 5, random);
        tensor.array.set(contents);
        live.push({ tensor, contents });
      }
      // A call in between must not touch them either.
      if (step % 50 === 0)
        own.backward(uniformArray(200, 3, random), uniformArray(200, 3, random), { alpha: 0.3, bias: 1 });
    }
    for (const entry of live) check(entry);
  });

  it("t.array is a live view after the memory has grown, the same one until then", () => {
    const own = createSauSync({ tier });
    const tensor = own.alloc(100);
    const values = uniformArray(100, 5, random);
    tensor.array.set(values);
    const before = tensor.array;
    expect(tensor.array).toBe(before);
    const bytes = memoryBytes(own);
    const large = own.alloc(3e6);
    expect(memoryBytes(own)).toBeGreaterThan(bytes);
    expect(before.length).toBe(0);
    expect(tensor.array.length).toBe(100);
    expectSameBits(tensor.array, values, () => "the tensor");
    tensor.array[0] = 42;
    expect(tensor.array[0]).toBe(42);
    expectSameBits(own.forward(tensor.array), own.forward(copyOf(tensor.array)), () => "y of the tensor");
    expect(large.array.length).toBe(3e6);
  });

  it("tensors are used where they lie, and the caller's array is what comes back", () => {
    const [x, dy, y] = [sau.alloc(100_000), sau.alloc(100_000), sau.alloc(100_000)];
    x.array.set(uniformArray(x.array.length, 4, random));
    dy.array.set(uniformArray(dy.array.length, 4, random));
    const params = { alpha: 0.25, beta: 2 };
    const [values, gradients] = [copyOf(x.array), copyOf(dy.array)];
    const expected = sau.forward(values, params);
    // No copy goes through these.
    const copies = [
      vi.spyOn(Float32Array.prototype, "set"),
      vi.spyOn(Float32Array.prototype, "slice"),
      vi.spyOn(Float32Array.prototype, "copyWithin"),
    ];
    expect(sau.forward(x.array, params, { out: y.array })).toBe(y.array);
    expect(copies.map((copy) => copy.mock.calls.length)).toEqual([0, 0, 0]);
    expectSameBits(y.array, expected, () => "y");
    const found = sau.backward(x.array, dy.array, params, { want: ["dx"], out: { dx: dy.array } });
    expect(found.dx).toBe(dy.array);
    expect(sau.forward(x.array, params, { out: x.array })).toBe(x.array);
    expect(copies.map((copy) => copy.mock.calls.length)).toEqual([0, 0, 0]);
    expectSameBits(x.array, expected, () => "x in place");
    expectSameBits(
      dy.array,
      sau.backward(values, gradients, params, { want: ["dx"] }).dx,
      () => "dx in place",
    );
    for (const tensor of [x, dy, y]) tensor.dispose();
  });

  it("tensors and parts of them mix with other arrays, and with another Sau's tensors", () => {
    const other = createSauSync({ tier });
    const [mine, theirs] = [sau.alloc(300), other.alloc(300)];
    const values = uniformArray(200, 4, random);
    mine.array.set(values, 5);
    theirs.array.set(values, 7);
    const y = sau.forward(values, { beta: 2 });
    const part = mine.array.subarray(5, 205);
    expectSameBits(sau.forward(part, { beta: 2 }), y, () => "from a part to a new array");
    expectSameBits(sau.forward(theirs.array.subarray(7, 207), { beta: 2 }), y, () => "from another's tensor");
    sau.forward(part, { beta: 2 }, { out: theirs.array.subarray(50, 250) });
    expectSameBits(theirs.array.subarray(50, 250), y, () => "to another's tensor");
    sau.forward(values, { beta: 2 }, { out: part });
    expectSameBits(part, y, () => "from an array to a part");
    mine.dispose();
  });

  it("dispose is idempotent, for tensors and for all, and is what `using` calls", () => {
    const own = createSauSync({ tier });
    const [first, second] = [own.alloc(10), own.alloc(10)];
    const { byteOffset } = first.array;
    first.dispose();
    first.dispose();
    // Given back once and not twice: the next two do not share it.
    const [third, fourth] = [own.alloc(10), own.alloc(10)];
    expect(third.array.byteOffset).toBe(byteOffset);
    expect(new Set([second, third, fourth].map(({ array }) => array.byteOffset)).size).toBe(3);
    first.dispose();
    const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    third[disposeSymbol]();
    expect(() => third.array).toThrow("disposed");
    own[disposeSymbol]();
    own[disposeSymbol]();
    expect(() => own.forward(new Float32Array(1))).toThrow("disposed");
  });

  it("a refusal of the host is a RangeError with its cause, and leaves the Sau as it was", () => {
    const own = createSauSync({ tier });
    const tensor = own.alloc(4);
    tensor.array.set([1, 2, 3, 4]);
    const refusal = new RangeError("the host has no more");
    const refuse = (): never => {
      throw refusal;
    };
    vi.spyOn(tier === "js" ? JsMemory.prototype : WebAssembly.Memory.prototype, "grow").mockImplementation(
      refuse,
    );
    let thrown: unknown;
    try {
      own.alloc(1e7);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RangeError);
    expect((thrown as Error).message).toMatch(
      /^alloc: the host refused \d+ more bytes for 10000000 values, beside \d+ bytes in use\.$/,
    );
    expect((thrown as Error).cause).toBe(refusal);
    expect([...tensor.array]).toEqual([1, 2, 3, 4]);
    vi.restoreAllMocks();
    expect(own.alloc(1e7).array.length).toBe(1e7);
  });

  it("arrays of 8M elements stream through at most 16 MiB", () => {
    const own = createSauSync({ tier });
    const length = 8 * 2 ** 20;
    const x = new Float32Array(length);
    for (let i = 0; i < length; i += 997) x[i] = (i % 11) - 5;
    own.forward(x, { beta: 2 }, { out: x });
    expect(memoryBytes(own)).toBeLessThanOrEqual(MAX_BYTES);
    own.backward(x, x, { alpha: 0.2, beta: 2, bias: 0.5 }, { out: { dx: x } });
    expect(memoryBytes(own)).toBeLessThanOrEqual(MAX_BYTES);
    own.forward(
      x,
      { alpha: new Float32Array(8).fill(0.3), shape: [8, length / 8], channelAxis: 0 },
      { out: x },
    );
    own.forwardBatch([x, x.subarray(0, 10)]);
    expect(memoryBytes(own)).toBeLessThanOrEqual(MAX_BYTES);
  });
});

it("a host's real refusal is a RangeError", () => {
  for (const tier of availableTiers()) {
    const own = createSauSync({ tier });
    // With what is in use, more than 32 bits can address.
    expect(() => own.alloc(2 ** 30)).toThrow(
      /^alloc: the host refused \d+ more bytes for 1073741824 values, /,
    );
    expect(own.forward(Float32Array.of(1e6))).toEqual(Float32Array.of(1e6));
  }
});

it("the memory of a Sau starts below 16 MiB on a host that grants no more", () => {
  const { Memory } = WebAssembly;
  changeHost({
    Memory: function limited({ initial }: { initial: number }) {
      return new Memory({ initial, maximum: MAX_BYTES / 65536 });
    },
  });
  const tier = availableTiers()[0]!;
  expect(createSauSync().tier).toBe(tier);
});

describe("garbage", () => {
  /** A call may leave less than this on the heap, on average. The smallest typed array takes more. */
  const MAX_BYTES_A_CALL = 64;
  const CALLS = 20_000;
  /** MiB: none of the rounds below may be cut short by a collection. */
  const YOUNG_GENERATION = 64;

  /** Bytes that the heap grows by a call, the median of several rounds, in a process of its own. */
  function bytesACall(tier: string, call: string): number {
    const found = runModule(
      `import { createSauSync } from ${JSON.stringify(builtModule())};
      const sau = createSauSync({ tier: ${JSON.stringify(tier)} });
      const [short, long] = [16, 100].map((length) => new Float32Array(length).fill(0.5));
      const [shortOut, longOut] = [new Float32Array(16), new Float32Array(100)];
      const [params, options, longOptions] = [{ alpha: 0.2, beta: 3 }, { out: shortOut }, { out: longOut }];
      const call = () => ${call};
      const round = (calls) => { for (let k = 0; k < calls; k++) call(); };
      round(${CALLS});
      const growths = [];
      for (let k = 0; k < 7; k++) {
        gc();
        const before = process.memoryUsage().heapUsed;
        round(${CALLS});
        growths.push(process.memoryUsage().heapUsed - before);
      }
      console.log(growths.sort((a, b) => a - b)[3] / ${CALLS});`,
      [
        "--expose-gc",
        `--min-semi-space-size=${YOUNG_GENERATION}`,
        `--max-semi-space-size=${YOUNG_GENERATION}`,
      ],
    );
    return found as number;
  }

  it.each(availableTiers())("forward with out and numbers leaves none on %s", (tier) => {
    expect(bytesACall(tier, "sau.forward(short, params, options)")).toBeLessThan(MAX_BYTES_A_CALL);
    expect(bytesACall(tier, "sau.forward(long, params, longOptions)")).toBeLessThan(MAX_BYTES_A_CALL);
  });

  it("the measure sees a call that makes one small array", () => {
    const tier = availableTiers()[0]!;
    expect(bytesACall(tier, "sau.forward(short, params)")).toBeGreaterThan(MAX_BYTES_A_CALL);
    expect(bytesACall(tier, "(sau.forward(short, params, options), new Float32Array(1))")).toBeGreaterThan(
      MAX_BYTES_A_CALL,
    );
  });
});
