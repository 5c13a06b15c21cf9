/** How long calls take, kept without making garbage, and the tail as ratios: absolute times are the machine's. */

/** The tail of a kind of call, in terms of its median. */
export interface Tail {
  readonly calls: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Durations of kinds of calls. */
export class Latencies {
  readonly #durations = new Map<string, { values: Float64Array; count: number }>();

  /** @param most calls of a kind */
  constructor(
    kinds: readonly string[],
    readonly most: number,
  ) {
    // Filled, so that the memory is there from the start.
    for (const kind of kinds)
      this.#durations.set(kind, { values: new Float64Array(most).fill(-1), count: 0 });
  }

  /** Notes what a call took; beyond the most of a kind, over the oldest. */
  note(kind: string, duration: number): void {
    const durations = this.#durations.get(kind)!;
    durations.values[durations.count++ % this.most] = duration;
  }

  /** The tails of all kinds that were called. */
  tails(): Record<string, Tail> {
    const tails: Record<string, Tail> = {};
    for (const [kind, { values, count }] of this.#durations) {
      if (count === 0) continue;
      const sorted = values.slice(0, Math.min(count, this.most)).sort();
      const at = (part: number): number =>
        sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
      const ratio = (value: number): number => Number((value / at(0.5)).toPrecision(3));
      tails[kind] = { calls: count, p99: ratio(at(0.99)), p999: ratio(at(0.999)), max: ratio(at(1)) };
    }
    return tails;
  }
}
