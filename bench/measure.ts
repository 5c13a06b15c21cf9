/**
 * Times rows against one another: every round runs each row once, in turn, so that whatever slows the
 * machine slows all of them, and the minimum over the rounds is what a row costs undisturbed.
 */
import type { Row } from "./rows.js";

/** What a row cost, in nanoseconds an element. */
export interface Timing {
  readonly row: Row;
  readonly least: number;
  readonly median: number;
  /** A quarter of the rounds took longer. */
  readonly upperQuartile: number;
  readonly rounds: number;
}

/** Nanoseconds that a timed batch of runs should take at least: well above the clock's grain. */
const BATCH_NS = 200_000;

/**
 * Nanoseconds that each row runs for in the first pass of the warm-up. V8 compiles WebAssembly anew on
 * threads of its own once a function has been hot for a while, and swaps the code when it is done.
 */
const HEAT_NS = 200_000_000;

/**
 * Nanoseconds in the second pass, after every row has been hot: code that the first pass of a later row has
 * made the engine throw away is back in place, and whatever was still being compiled has arrived.
 */
const SETTLE_NS = 40_000_000;

/** Nanoseconds that all timed batches of a row may take; slower rows take their turn in fewer rounds. */
const BUDGET_NS = 1_200_000_000;

/** But in no fewer than these. */
const FEWEST_TURNS = 5;

/** Times `rows` over `rounds`; `tick` is called with the part that is done, from 0 to 1. */
export async function measure(
  rows: readonly Row[],
  rounds: number,
  tick: (done: number) => void,
): Promise<Timing[]> {
  const turns = rows.map((row) => new Turn(row));
  const steps = rounds + 2 * rows.length; // rounds are short beside the warm-up
  let step = 0;
  for (const nanoseconds of [HEAT_NS, SETTLE_NS]) {
    for (const turn of turns) {
      await turn.warmUp(nanoseconds);
      tick(++step / steps);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const turn of turns) if (turn.isDue(round, rounds)) await turn.take();
    tick(++step / steps);
  }
  return turns.map((turn) => turn.timing());
}

/** One row's turns. */
class Turn {
  readonly #row: Row;
  /** Runs a batch. */
  #count = 1;
  /** What the last batch of the warm-up took. */
  #batchNs = 0;
  readonly #times: number[] = [];

  constructor(row: Row) {
    this.#row = row;
  }

  async warmUp(nanoseconds: number): Promise<void> {
    let spent = 0;
    while (spent < nanoseconds) {
      this.#batchNs = await timeOf(this.#row, this.#count);
      spent += this.#batchNs;
      if (this.#batchNs < BATCH_NS) this.#count *= 2;
    }
  }

  isDue(round: number, rounds: number): boolean {
    const turns = Math.min(rounds, Math.max(FEWEST_TURNS, Math.floor(BUDGET_NS / this.#batchNs)));
    return round % Math.floor(rounds / turns) === 0;
  }

  async take(): Promise<void> {
    this.#times.push((await timeOf(this.#row, this.#count)) / this.#count / this.#row.elements);
  }

  timing(): Timing {
    const sorted = this.#times.sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!;
    return { row: this.#row, least: at(0), median: at(0.5), upperQuartile: at(0.75), rounds: sorted.length };
  }
}

/** Nanoseconds of `count` runs. Rows that return no promise are not waited for: an await costs as much as a small call. */
async function timeOf(row: Row, count: number): Promise<number> {
  if (row.prepare !== undefined) await row.prepare();
  const start = process.hrtime.bigint();
  const first = row.run();
  if (first instanceof Promise) {
    await first;
    for (let i = 1; i < count; i++) await row.run();
  } else {
    for (let i = 1; i < count; i++) row.run();
  }
  return Number(process.hrtime.bigint() - start);
}
