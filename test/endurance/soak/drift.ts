/**
 * How the resident memory moves in the second half of a soak, when compilers have done their work.
 *
 * A sample varies by a MiB or two either way, since allocators and the engines of workers give back and take again what
 * they need. So it is taken often, each time as the least of several with garbage collected, and the median of the last
 * half of these is compared with the median of the first: what is kept call after call moves the one and not the other.
 */
import { leastMemory } from "../part.js";

/** Bytes by which the medians may differ. */
const MOST_DRIFT = 2 ** 20;

/** Samples in the second half of a soak, whose calls they divide. */
const SAMPLES = 25;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export class Drift {
  readonly #samples: number[] = [];

  /** @param calls of the soak */
  constructor(readonly calls: number) {}

  /** Takes a sample, if it is time for one after that many calls. */
  async after(call: number): Promise<void> {
    const from = this.calls / 2;
    if (call >= from && (call - from) % (from / SAMPLES) === 0) this.#samples.push(await leastMemory());
  }

  /**
   * The drift in bytes.
   *
   * @throws {Error} when it is too large, or was not sampled throughout
   */
  result(): number {
    if (this.#samples.length !== SAMPLES) {
      throw new Error(`${this.#samples.length} samples of the memory were taken, expected ${SAMPLES}`);
    }
    const middle = Math.floor(this.#samples.length / 2);
    const drift = median(this.#samples.slice(middle)) - median(this.#samples.slice(0, middle));
    if (drift > MOST_DRIFT) {
      const samples = this.#samples.map((bytes) => Math.round(bytes / 1024)).join(", ");
      throw new Error(
        `the memory drifts by ${drift} bytes, at most ${MOST_DRIFT} may be; samples in KiB: ${samples}`,
      );
    }
    return drift;
  }
}
