/** What is measured of each result, and what is kept of it. */
import { BOUNDS } from "../support/bounds.js";

/** y in ulp (M2), the others as a fraction of their bound. */
export const MEASURES = ["y", "dy/dx", "dAlpha", "dBeta"] as const;
export type Measure = (typeof MEASURES)[number];

/** The bound in the unit of the measure. */
export const LIMITS: Readonly<Record<Measure, number>> = { y: BOUNDS.y, "dy/dx": 1, dAlpha: 1, dBeta: 1 };

/** Bins of a histogram: the last one has everything from its lower end on. */
export const BINS = 32;
const BINS_A_UNIT: Readonly<Record<Measure, number>> = { y: 8, "dy/dx": 16, dAlpha: 16, dBeta: 16 };

/** Counters of each bin, a power of two. */
const TURNS = 4;

/** The worst value of one measure, where it is, and how many values each bin has. */
class Tally {
  worst = -1;
  /** The x of the worst value, the first one that was met. */
  x = 0;
  /** In turn, so that counting a value need not wait until the one before has been counted. */
  readonly #counters = new Float64Array(TURNS * BINS);
  readonly #binsAUnit: number;
  /** From here on everything is in the last bin. */
  readonly #end: number;

  constructor(measure: Measure) {
    this.#binsAUnit = BINS_A_UNIT[measure];
    this.#end = BINS / this.#binsAUnit;
  }

  /** How many values each bin has. */
  get counts(): number[] {
    return Array.from({ length: BINS }, (_, bin) =>
      this.#counters.subarray(TURNS * bin, TURNS * (bin + 1)).reduce((sum, count) => sum + count),
    );
  }

  /** Adds a value for each of `x`. */
  add(values: Float64Array, x: Float32Array): void {
    const counters = this.#counters;
    const binsAUnit = this.#binsAUnit;
    const end = this.#end;
    let worst = this.worst;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value <= worst)) {
        this.#raise(value, x[i]!);
        worst = this.worst;
      }
      counters[TURNS * binOf(value, binsAUnit, end) + (i & (TURNS - 1))]!++;
    }
  }

  /** Adds one value so many times. */
  addEqual(value: number, count: number, x: number): void {
    if (!(value <= this.worst)) this.#raise(value, x);
    this.#counters[TURNS * binOf(value, this.#binsAUnit, this.#end)]! += count;
  }

  /** A NaN stands for a value without end, and both for the largest that JSON can write. */
  #raise(value: number, x: number): void {
    this.worst = value < Number.MAX_VALUE ? value : Number.MAX_VALUE;
    this.x = x;
  }
}

function binOf(value: number, binsAUnit: number, end: number): number {
  return value < end ? (value * binsAUnit) | 0 : BINS - 1;
}

/** Tallies of all measures. */
export type Tallies = Readonly<Record<Measure, Tally>>;

export function newTallies(): Tallies {
  return Object.fromEntries(MEASURES.map((measure) => [measure, new Tally(measure)])) as Record<
    Measure,
    Tally
  >;
}
