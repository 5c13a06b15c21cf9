/** Promise: the heap gives out the first free bytes that fit, none of them twice, and puts together what comes back. */
import { describe, expect, it } from "vitest";
import { Heap } from "../../ts/memory/heap.js";
import { randomNumbers, wholeBelow } from "../support/numbers.js";

/** The same with a flag a byte. */
class SlowHeap {
  readonly #free: boolean[];

  constructor(size: number) {
    this.#free = new Array(size).fill(false);
  }

  take(bytes: number): number | undefined {
    for (let at = 0; at + bytes <= this.#free.length; at++) {
      if (this.#free.slice(at, at + bytes).every(Boolean)) {
        this.#free.fill(false, at, at + bytes);
        return at;
      }
    }
    return undefined;
  }

  give(at: number, bytes: number): void {
    this.#free.fill(true, at, at + bytes);
  }
}

describe("the heap", () => {
  it.each([1, 2, 3, 4])("gives what a heap with a flag a byte gives, of seed %i", (seed) => {
    const random = randomNumbers(seed);
    const size = 96;
    const [heap, slow] = [new Heap(), new SlowHeap(size)];
    /** What is neither free nor taken yet, so that spans come in any order. */
    const unknown = Array.from({ length: size / 8 }, (_, k) => ({ at: 8 * k, bytes: 8 }));
    const taken: { at: number; bytes: number }[] = [];
    for (let step = 0; step < 3000; step++) {
      const give = random() < 0.5 ? taken : unknown;
      if (random() < 0.5 && give.length > 0) {
        const [span] = give.splice(wholeBelow(give.length, random), 1);
        heap.give(span!.at, span!.bytes);
        slow.give(span!.at, span!.bytes);
      } else {
        const bytes = 1 + wholeBelow(20, random);
        const at = heap.take(bytes);
        expect(at).toBe(slow.take(bytes));
        if (at !== undefined) taken.push({ at, bytes });
      }
    }
  });

  it("takes no span of no bytes", () => {
    const heap = new Heap();
    heap.give(64, 0);
    expect(heap.take(0)).toBe(undefined);
    heap.give(64, -4);
    expect(heap.take(1)).toBe(undefined);
    heap.give(64, 4);
    expect(heap.take(4)).toBe(64);
    expect(heap.take(0)).toBe(undefined);
  });
});
