/** Calls of every verb with answers that are known to the bit, for any tier that gives the same bits. */
import { createSauSync, type Sau, type SauParams, type Tier } from "sau-simd";
import { TIERS } from "../../ts/tier.js";
import { copyOf, expectSameBits } from "../support/numbers.js";
import type { Random } from "../support/random.js";

const WANT = ["dx", "alpha", "beta", "bias"] as const;
const CHANNELS = 8;
/** Arrays of a batch. */
const BATCH = 3;

/** A call, and what it gives. */
export interface Call {
  readonly name: string;
  readonly length: number;
  /** Whether it has a tensor while it runs, which nobody gives back where the host ends the program. */
  readonly allocates?: boolean;
  /** Does it; returns everything that it gives. */
  run(sau: Sau): Float32Array;
  readonly expected: Float32Array;
}

/** Numbers and arrays, end to end. */
function joined(results: readonly (number | Float32Array)[]): Float32Array {
  const arrays = results.map((one) => (typeof one === "number" ? [one] : one));
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** The tiers that run here. */
export function tiersHere(): Tier[] {
  return TIERS.filter((tier) => {
    try {
      createSauSync({ tier }).dispose();
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Calls of all verbs on arrays of `length`, a multiple of the channels: with numbers and one value a channel, in place,
 * accumulating, and on arena tensors.
 *
 * @param sau gives the answers; nothing has happened to it
 */
export function callsOf(length: number, sau: Sau, random: Random): Call[] {
  const [x, dy] = [random.array(length, -3, 3), random.array(length, -1, 1)];
  const shape = { shape: [length / CHANNELS, CHANNELS], channelAxis: 1 };
  const all: readonly SauParams[] = [
    { alpha: random.between(0, 1), beta: random.between(1, 3) },
    { alpha: random.array(CHANNELS, 0, 1), beta: random.between(1, 3), ...shape },
    { alpha: random.array(CHANNELS, 1, 2), beta: random.array(CHANNELS, 1, 3), bias: 0.1, ...shape },
  ];
  const calls = all.flatMap((params, k): Omit<Call, "expected" | "length">[] => [
    { name: `forward ${k}`, run: (own) => own.forward(x, params) },
    {
      name: `forward ${k}, in place`,
      run: (own) => {
        const y = copyOf(x);
        return own.forward(y, params, { out: y });
      },
    },
    {
      name: `forward ${k}, a tensor`,
      allocates: true,
      run: (own) => {
        const tensor = own.alloc(length);
        try {
          tensor.array.set(x);
          return copyOf(own.forward(tensor.array, params, { out: tensor.array }));
        } finally {
          tensor.dispose();
        }
      },
    },
    {
      name: `backward ${k}`,
      run: (own) => joined(Object.values(own.backward(x, dy, params, { want: WANT }))),
    },
    {
      name: `backward ${k}, accumulating`,
      run: (own) => {
        const dx = copyOf(dy);
        const { dAlpha } = own.backward(x, dy, params, {
          want: ["dx", "alpha"],
          out: { dx },
          accumulate: true,
        });
        return joined([dx, dAlpha as number | Float32Array]);
      },
    },
    { name: `forwardBatch ${k}`, run: (own) => joined(own.forwardBatch(Array(BATCH).fill(x), params)) },
    {
      name: `backwardBatch ${k}`,
      run: (own) => {
        const options = { want: ["dx", "alpha"] as const };
        const all = own.backwardBatch(Array(BATCH).fill(x), Array(BATCH).fill(dy), params, options);
        return joined(all.flatMap(({ dx, dAlpha }) => [dx, dAlpha as number | Float32Array]));
      },
    },
  ]);
  return calls.map((call) => ({ ...call, length, expected: call.run(sau) }));
}

/** Does a call and compares it. */
export function check(call: Call, sau: Sau, what: () => string): void {
  expectSameBits(call.run(sau), call.expected, () => `${sau.tier}, ${call.name}, ${what()}`);
}
