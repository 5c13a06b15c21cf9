/** What is measured of each result, and what is kept of it. */
import { BOUNDS } from "../support/bounds.js";

/** y in ulp (M2), the others as a fraction of their bound. */
export const MEASURES = ["y", "dy/dx", "dAlpha", "dBeta"] as const;
export type Measure = (typeof MEASURES)[number];

/** The bound in the unit of the measure. */
export const LIMITS: Readonly<Record<Measure, number>> = { y: BOUNDS.y, "dy/dx": 1, dAlpha: 1, dBeta: 1 };

/** Bins of a histogram: the last one has everything from its lower end on. */
export const BINS = 32;
export const BINS_A_UNIT: Readonly<Record<Measure, number>> = { y: 8, "dy/dx": 16, dAlpha: 16, dBeta: 16 };

/** The worst value of one measure, where it is, and how many values each bin has. */
export class Tally {
  worst = -1;
  /** The x of the worst value, the first one that was met. */
  x = 0;
  readonly counts = new Float64Array(BINS);
  readonly #binsAUnit: number;

  constructor(measure: Measure) {
    this.#binsAUnit = BINS_A_UNIT[measure];
  }

  /** Adds a value for each of `x`. */
  add(values: Float64Array, x: Float32Array): void {
    const { counts } = this;
    let worst = this.worst;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value <= worst)) {
        this.#raise(value, x[i]!);
        worst = this.worst;
      }
      counts[this.#binOf(value)]!++;
    }
  }

  /** Adds one value so many times. */
  addEqual(value: number, count: number, x: number): void {
    if (!(value <= this.worst)) this.#raise(value, x);
    this.counts[this.#binOf(value)]! += count;
  }

  #binOf(value: number): number {
    return value < BINS / this.#binsAUnit ? (value * this.#binsAUnit) | 0 : BINS - 1;
  }

  /** A NaN stands for a value without end, and both for the largest that JSON can write. */
  #raise(value: number, x: number): void {
    this.worst = value < Number.MAX_VALUE ? value : Number.MAX_VALUE;
    this.x = x;
  }
}

/** Tallies of all measures. */
export type Tallies = Readonly<Record<Measure, Tally>>;

export function newTallies(): Tallies {
  return Object.fromEntries(MEASURES.map((measure) => [measure, new Tally(measure)])) as Record<
    Measure,
    Tally
  >;
}
