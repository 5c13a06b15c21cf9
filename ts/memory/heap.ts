/** The free bytes of a memory: first fit, neighbours merged. */

interface Span {
  at: number;
  bytes: number;
}

/** Free spans in order of address, no two adjacent. */
export class Heap {
  readonly #free: Span[] = [];

  /** Takes `bytes` from the first span that has them; undefined when none has. */
  take(bytes: number): number | undefined {
    const free = this.#free;
    const index = free.findIndex((span) => span.bytes >= bytes);
    if (index < 0) return undefined;
    const span = free[index]!;
    const { at } = span;
    span.at += bytes;
    span.bytes -= bytes;
    if (span.bytes === 0) free.splice(index, 1);
    return at;
  }

  /** Adds a free span, merged with its neighbours. */
  give(at: number, bytes: number): void {
    if (bytes <= 0) return;
    const free = this.#free;
    const next = free.findIndex((other) => other.at > at);
    const index = next === -1 ? free.length : next;
    const [before, after] = [free[index - 1], free[index]];
    let merged: Span = { at, bytes };
    if (before !== undefined && before.at + before.bytes === at) {
      before.bytes += bytes;
      merged = before;
    } else {
      free.splice(index, 0, merged);
    }
    if (after !== undefined && merged.at + merged.bytes === after.at) {
      merged.bytes += after.bytes;
      free.splice(free.indexOf(after), 1);
    }
  }
}
