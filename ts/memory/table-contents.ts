/**
 * What a channel table holds, so that calls with the same parameters write it once.
 *
 * A call may end anywhere: the stack overflows, or the host ends the program that made it. What is written down here
 * therefore never runs ahead of the table.
 */
import type { CheckedParams, ParameterValues } from "../params.js";
import type { Pass } from "./tiles.js";

/** A parameter's values, remembered. */
class Remembered {
  #values = new Float32Array(0);
  #length = -1;

  /** Whether `values` are those of the last question, bit for bit; they are from now on. */
  wereThose({ perChannel, values }: ParameterValues, first: number, count: number): boolean {
    const [from, length] = perChannel ? [first, count] : [0, 1];
    if (this.#values.length < length) this.#values = new Float32Array(length);
    let same = this.#length === length;
    for (let i = 0; i < length; i++) {
      const value = values[from + i]!;
      if (!Object.is(this.#values[i], value)) same = false;
      this.#values[i] = value;
    }
    this.#length = length;
    return same;
  }
}

export class TableContents {
  readonly #alpha = new Remembered();
  readonly #beta = new Remembered();
  readonly #bias = new Remembered();
  #positions = 0;
  #inner = 0;
  #offset = 0;
  #scale = 0;
  /** Whether the table is what is remembered. */
  #isWritten = false;

  /** Whether the table is already that of a pass; if not, the caller writes it next, and then says so. */
  holds({ alpha, beta, bias }: CheckedParams, pass: Pass, scale: number): boolean {
    const { positions, inner, offset, firstChannel } = pass;
    const channels = Math.ceil((offset + positions) / inner);
    const wasWritten = this.#isWritten;
    this.#isWritten = false;
    // Each is asked, since each remembers.
    const alphas = this.#alpha.wereThose(alpha, firstChannel, channels);
    const betas = this.#beta.wereThose(beta, firstChannel, channels);
    const biases = this.#bias.wereThose(bias, firstChannel, channels);
    const sameShape =
      positions === this.#positions &&
      inner === this.#inner &&
      offset === this.#offset &&
      scale === this.#scale;
    this.#positions = positions;
    this.#inner = inner;
    this.#offset = offset;
    this.#scale = scale;
    this.#isWritten = wasWritten && alphas && betas && biases && sameShape;
    return this.#isWritten;
  }

  /** The table of the last question was written. */
  written(): void {
    this.#isWritten = true;
  }
}
