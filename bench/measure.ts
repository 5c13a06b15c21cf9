/**
 * Times rows against one another: every round runs each row once, in turn, so that whatever slows the
 * machine slows all of them, and the minimum over the rounds is what a row costs undisturbed.
 */

/** Something to time. */
export interface Row {
  readonly name: string;
  /** What one run handles, to give times an element or a call. */
  readonly elements: number;
  /** The name of the row that this one is compared with. */
  readonly against?: string;
  /** The bar that the ratio should stay below, if one was promised. */
  readonly bar?: number;
  /** Throws when the row computes wrongly; called once, before anything is timed. */
  check(): void;
  run(): void;
}

/** What a row cost. */
export interface Timing {
  readonly row: Row;
  /** Nanoseconds an element: the least, and the middle one. */
  readonly least: number;
  readonly median: number;
}

/** Nanoseconds that a timed batch of runs should take at least: well above the clock's grain. */
const BATCH_NS = 200_000;

/** Runs until V8 has replaced its baseline code by optimised code. */
const WARM_UP_NS = 300_000_000;

/** Times `rows` over `rounds`; `tick` is called after each round. */
export function measure(rows: readonly Row[], rounds: number, tick: () => void): Timing[] {
  const repetitions = rows.map(warmUp);
  const times = rows.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, row] of rows.entries()) {
      const count = repetitions[i]!;
      times[i]!.push(timeOf(row, count) / count / row.elements);
    }
    tick();
  }
  return rows.map((row, i) => {
    const sorted = times[i]!.sort((a, b) => a - b);
    return { row, least: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]! };
  });
}

/** Warms a row up; returns how many runs make a batch. */
function warmUp(row: Row): number {
  let count = 1;
  let spent = 0;
  let last = 0;
  while (spent < WARM_UP_NS) {
    last = timeOf(row, count);
    spent += last;
    if (last < BATCH_NS) count *= 2;
  }
  return count;
}

function timeOf(row: Row, count: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) row.run();
  return Number(process.hrtime.bigint() - start);
}
