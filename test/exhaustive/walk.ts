/** Walks magnitudes, with both signs, through the tiers, the judge and the hashes. */
import type { Modules, Tier } from "../../ts/tiers.js";
import { mixWord } from "../support/hash.js";
import { bitsOf, firstDifference } from "../support/numbers.js";
import type { Pair } from "../support/oracle.js";
import { Judge, wrongBeyondFinite } from "./judge.js";
import { newTallies, type Tallies } from "./measures.js";
import { BLOCK, TierOutputs } from "./outputs.js";

/** The first bit pattern that is no finite magnitude. */
export const INFINITE = 0x7f800000;

/** What was found of one tier. */
export interface Found {
  readonly tier: Tier;
  readonly tallies: Tallies;
  /** Results that are not leaky ReLU, or no infinity or NaN, where they must be to the last bit. */
  inexact: number;
  /** Of y and dx for magnitudes, of both for their negatives, of h, of Q. */
  readonly hashes: Int32Array;
}

/** Whether the tier is one of those that give the same bits. */
export function isExact(tier: Tier): boolean {
  return tier !== "relaxed-simd";
}

/**
 * A walk with one pair at a time. Of the tiers that give the same bits one is judged and the others are compared with
 * it, value by value; those that are hashed alone take a third of the time, and no oracle.
 */
export class Walk {
  readonly #judged: readonly TierOutputs[];
  readonly #compared: readonly TierOutputs[];
  readonly #hashed: readonly TierOutputs[];
  /** Of the judged tiers, then of the hashed ones, as {@link found}. */
  readonly #bits: readonly (readonly Uint32Array[])[];
  #judge = new Judge({ alpha: 0, beta: 1 });
  #found: readonly Found[] = [];

  /**
   * @param tiers what is judged and compared
   * @param hashed what is hashed alone
   */
  constructor(tiers: readonly Tier[], modules: Modules, hashed: readonly Tier[] = []) {
    const outputs = tiers.map((tier) => new TierOutputs(tier, modules));
    this.#hashed = hashed.map((tier) => new TierOutputs(tier, modules));
    const leader = outputs.find(({ tier }) => isExact(tier));
    this.#judged = outputs.filter((output) => output === leader || !isExact(output.tier));
    this.#compared = outputs.filter((output) => !this.#judged.includes(output));
    this.#bits = [...this.#judged, ...this.#hashed].map(({ y, dx, smooth, tail }) =>
      [y, dx, smooth, tail].map(bitsOf),
    );
  }

  /** Begins anew, with other parameters. */
  begin(pair: Pair): void {
    for (const outputs of [...this.#judged, ...this.#compared, ...this.#hashed]) outputs.setPair(pair);
    this.#judge = new Judge(pair);
    this.#found = [...this.#judged, ...this.#hashed].map(({ tier }) => ({
      tier,
      tallies: newTallies(),
      inexact: 0,
      hashes: new Int32Array(6),
    }));
  }

  /** What was found since the beginning, of each tier that is judged, then of each that is hashed. */
  get found(): readonly Found[] {
    return this.#found;
  }

  /**
   * Walks `blocks` blocks of bit patterns, `step` apart, all of them finite or none.
   *
   * @throws {Error} where two tiers that must give the same bits do not
   */
  walk(first: number, blocks: number, step = 1): void {
    const finite = first < INFINITE;
    for (let block = 0; block < blocks; block++) {
      const from = first + block * BLOCK * step;
      for (const outputs of this.#judged) outputs.evaluate(from, step);
      const [one] = this.#judged;
      if (finite && one !== undefined) this.#judge.begin(one.x.subarray(0, BLOCK));
      for (const [k, outputs] of this.#judged.entries()) {
        const found = this.#found[k]!;
        if (finite) found.inexact += this.#judge.judge(outputs, found.tallies);
        else found.inexact += wrongBeyondFinite(outputs, this.#judge.pair);
        if (finite) addToHashes(found.hashes, this.#bits[k]!);
      }
      for (const [k, outputs] of this.#hashed.entries()) {
        const found = this.#found[this.#judged.length + k]!;
        outputs.evaluate(from, step);
        if (finite) addToHashes(found.hashes, this.#bits[this.#judged.length + k]!);
        else found.inexact += wrongBeyondFinite(outputs, this.#judge.pair);
      }
      for (const outputs of this.#compared) {
        outputs.evaluate(from, step);
        this.#compare(outputs);
      }
    }
  }

  #compare(found: TierOutputs): void {
    const expected = this.#judged.find(({ tier }) => isExact(tier))!;
    for (const name of ["y", "dx", "smooth", "tail"] as const) {
      if (equalBytes(found[name], expected[name])) continue;
      const at = firstDifference(found[name], expected[name], true);
      if (at < 0) continue;
      const { alpha, beta } = this.#judge.pair;
      throw new Error(
        `${name} on ${found.tier} at x ${found.x[at]}, alpha ${alpha}, beta ${beta} is ${found[name][at]}, ` +
          `expected the bits of ${expected.tier}, ${expected[name][at]}.`,
      );
    }
  }
}

function equalBytes(a: Float32Array, b: Float32Array): boolean {
  const bytes = (array: Float32Array): Buffer =>
    Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
  return bytes(a).equals(bytes(b));
}

/** Six hashes, so that none waits for another. */
function addToHashes(hashes: Int32Array, [y, dx, smooth, tail]: readonly Uint32Array[]): void {
  let [yPlus, yMinus, dxPlus, dxMinus, h, Q] = hashes as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < BLOCK; i++) {
    yPlus = mixWord(yPlus, y![i]!);
    yMinus = mixWord(yMinus, y![BLOCK + i]!);
    dxPlus = mixWord(dxPlus, dx![i]!);
    dxMinus = mixWord(dxMinus, dx![BLOCK + i]!);
    h = mixWord(h, smooth![i]!);
    Q = mixWord(Q, tail![i]!);
  }
  hashes.set([yPlus, yMinus, dxPlus, dxMinus, h, Q]);
}
