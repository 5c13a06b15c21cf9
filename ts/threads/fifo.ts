/** Memory that is given back in the order in which it was taken: a ring of bytes. */
export class Fifo {
  /** Where the next is taken, and where the oldest that is in use begins. */
  #head: number;
  #tail: number;
  /** What is in use, oldest first: where each ends. */
  readonly #ends: number[] = [];

  /** @param at where the ring begins, and how many `bytes` it has */
  constructor(
    readonly at: number,
    readonly bytes: number,
  ) {
    this.#head = at;
    this.#tail = at;
  }

  /** The address of `bytes` in one piece; undefined while there is no room. */
  take(bytes: number): number | undefined {
    const end = this.at + this.bytes;
    if (this.#ends.length === 0) {
      this.#head = this.at;
      this.#tail = this.at;
    }
    const isWrapped = this.#ends.length > 0 && this.#head <= this.#tail;
    if (isWrapped ? this.#head + bytes > this.#tail : this.#head + bytes > end) {
      // The rest up to the end stays empty for this round.
      if (isWrapped || this.at + bytes > this.#tail) return undefined;
      this.#head = this.at;
    }
    const taken = this.#head;
    this.#head += bytes;
    this.#ends.push(this.#head);
    return taken;
  }

  /** Gives back the oldest. */
  give(): void {
    this.#tail = this.#ends.shift()!;
  }

  /** Gives back everything. */
  clear(): void {
    this.#ends.length = 0;
  }
}
