/** Random numbers that a seed repeats on every engine: integer arithmetic only. */

/**
 * A seed that differs from run to run, unless the environment variable SAU_TEST_SEED names one. Put it in
 * the message of every failure.
 */
export const runSeed: number =
  process.env.SAU_TEST_SEED === undefined ? Date.now() % 2 ** 32 : Number(process.env.SAU_TEST_SEED);

/** How to repeat a failure. */
export const howToRepeat = `repeat with SAU_TEST_SEED=${runSeed}`;

/** A stream of random numbers (mulberry32). */
export class Random {
  #state: number;

  /** Different `more` give different streams of the same seed. */
  constructor(seed: number, ...more: readonly number[]) {
    this.#state = seed | 0;
    for (const value of more) this.#state = this.bits() ^ Math.imul(value + 1, 0x9e3779b1);
  }

  /** 32 bits, as an unsigned integer. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let z = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.bits() / 2 ** 32;
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
  array(length: number, from: number, to: number): Float32Array {
    const result = new Float32Array(length);
    for (let i = 0; i < length; i++) result[i] = this.between(from, to);
    return result;
  }
}
