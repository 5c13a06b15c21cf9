/** What a channel table holds, so that calls with the same parameters write it once. */
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

  /** Whether the table is already that of a pass; if not, the caller writes it next. */
  holds({ alpha, beta, bias }: CheckedParams, pass: Pass, scale: number): boolean {
    const { positions, inner, offset, firstChannel } = pass;
    const channels = Math.ceil((offset + positions) / inner);
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
    return alphas && betas && biases && sameShape;
  }
}
