/** What the parts have in common: each is a program of its own, which the runner (run.ts) starts and watches. */
import { readdirSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { Random } from "../support/random.js";

/** What a part is told. */
export interface PartOptions {
  /** Of its random numbers; another one in each run. */
  readonly seed: number;
  /** Whether it does everything, or as much as there is time for in CI. */
  readonly isWhole: boolean;
}

/** What a part found. */
export type Figures = Readonly<Record<string, unknown>>;

/** A message of a part: that it goes on, or what it found. */
export type Message = { readonly step: string } | { readonly figures: Figures };

/** Says that the part goes on: one that is silent for long counts as hung. */
export function beat(step: string): void {
  tell({ step });
}

function tell(message: Message): void {
  process.send!(message);
}

/** Runs a part. What it throws fails it. */
export async function part(run: (random: Random, options: PartOptions) => Promise<Figures>): Promise<void> {
  const options = JSON.parse(process.argv[2]!) as PartOptions;
  const figures = await run(new Random(options.seed), options);
  tell({ figures });
  // A part that left something at work would not end by itself, which the runner takes for hung.
  process.disconnect();
}

/**
 * Most bytes that may be held at the end of a part beyond those in its middle: what the engine keeps of its own, of code and
 * of workers, varies by a few MiB. The memory of one Sau has 1.1 MiB, a pool's 4 MiB and more.
 */
const MOST_GROWTH = 8 * 2 ** 20;

/** Samples of the memory, of which the least counts: what is still to be given back makes a sample larger, never smaller. */
const SAMPLES = 12;

/** Bytes that the process has in memory, once what is garbage is collected. */
export async function leastMemory(): Promise<number> {
  let least = Infinity;
  for (let k = 0; k < SAMPLES; k++) {
    gc!();
    // Threads that have ended, and memory that was freed, are given back by tasks of the host.
    await after(20);
    least = Math.min(least, process.memoryUsage().rss);
  }
  return least;
}

/** What the process holds on to beside memory: handles by kind, files and threads by number. */
function held(): Record<string, number> {
  const count = (folder: string): number => readdirSync(`/proc/self/${folder}`).length;
  const kinds: Record<string, number> = { files: count("fd"), threads: count("task") };
  for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

/** Watches what a process holds on to, from a moment after its warm-up. */
export class Holdings {
  private constructor(
    readonly memory: number,
    readonly others: Readonly<Record<string, number>>,
  ) {}

  /** Takes what is held now for what is needed. */
  static async now(): Promise<Holdings> {
    const memory = await leastMemory();
    return new Holdings(memory, held());
  }

  /**
   * How much the memory has grown since, in bytes.
   *
   * @throws {Error} when that is too much, or more of anything else is held
   */
  async growth(): Promise<number> {
    const growth = (await leastMemory()) - this.memory;
    const others = held();
    for (const [kind, count] of Object.entries(others)) {
      const before = this.others[kind] ?? 0;
      if (count > before) throw new Error(`${count} ${kind} are held, ${before} after the warm-up`);
    }
    if (growth > MOST_GROWTH) {
      throw new Error(
        `the memory has grown by ${inKiB(growth)} since the warm-up, at most ${inKiB(MOST_GROWTH)} may be`,
      );
    }
    return growth;
  }
}

function inKiB(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
