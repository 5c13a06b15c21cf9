/** Seeded random numbers, and the seed of a run. */
import { randomNumbers } from "./numbers.js";

/**
 * The seed: always the same, unless the environment variable SAU_TEST_SEED names another, so that what fails is what
 * was changed. test/accuracy/exhaustive.test.ts alone has another one in each run.
 * Put {@link howToRepeat} in the message of every failure.
 */
export const runSeed: number = Number(process.env.SAU_TEST_SEED ?? 20_261_124);

/** How to repeat a failure. */
export const howToRepeat = `repeat with SAU_TEST_SEED=${runSeed}`;

/** A stream of random numbers, the same for the same seed on every engine. */
export class Random {
  /** A number in [0, 1). */
  readonly unit: () => number;

  /** @param streams numbers that tell streams of the same seed apart */
  constructor(seed: number, ...streams: readonly number[]) {
    let mixed = seed;
    for (const stream of streams)
      mixed = randomNumbers(mixed ^ Math.imul(stream + 1, 0x9e3779b1))() * 2 ** 32;
    this.unit = randomNumbers(mixed);
  }

  /** 32 bits, as an unsigned integer. */
  bits(): number {
    return this.unit() * 2 ** 32;
  }

  /** A number in [from, to). */
  between(from: number, to: number): number {
    return from + (to - from) * this.unit();
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(end * this.unit());
  }

  /** One of `choices`. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** `length` float32 numbers in [from, to). */
  array(length: number, from: number, to: number): Float32Array<ArrayBuffer> {
    const result = new Float32Array(length);
    for (let i = 0; i < length; i++) result[i] = this.between(from, to);
    return result;
  }
}
