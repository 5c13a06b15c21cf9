/** Atomics, or what stands in for it where the host has none (Hermes): one thread has the board to itself there. */

/** What the board needs of Atomics. */
interface Used {
  add(words: Int32Array, index: number, value: number): number;
  compareExchange(words: Int32Array, index: number, expected: number, value: number): number;
  load(words: Int32Array, index: number): number;
  notify(words: Int32Array, index: number): number;
  store(words: Int32Array, index: number, value: number): number;
}

const alone: Used = {
  add(words, index, value) {
    const before = words[index]!;
    words[index] = before + value;
    return before;
  },
  compareExchange(words, index, expected, value) {
    const before = words[index]!;
    if (before === expected) words[index] = value;
    return before;
  },
  load: (words, index) => words[index]!,
  notify: () => 0,
  store(words, index, value) {
    words[index] = value;
    return value;
  },
};

export const atomics: Used = typeof Atomics === "object" ? Atomics : alone;
