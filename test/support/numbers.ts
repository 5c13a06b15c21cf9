/** Numbers for tests: random ones that are the same in every run, and comparisons by bits. */

/** A generator of numbers in [0, 1), the same for the same seed (the mulberry32 generator). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [0, limit). */
export function wholeBelow(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

/** `length` numbers in [-reach, reach). */
export function uniformArray(length: number, reach: number, random: () => number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, () => (2 * random() - 1) * reach);
}

/** The bits of an array's values, as a view of the same memory. */
export function bitsOf(array: Float32Array): Uint32Array {
  return new Uint32Array(array.buffer, array.byteOffset, array.length);
}

/** A copy of an array's values in memory of its own, to the bit. */
export function copyOf(array: Float32Array): Float32Array<ArrayBuffer> {
  const copy = new Float32Array(array.length);
  bitsOf(copy).set(bitsOf(array));
  return copy;
}

/** Where two arrays' bits first differ, or -1; any NaN equals any other if `anyNaN` is set. */
export function firstDifference(found: Float32Array, expected: Float32Array, anyNaN = false): number {
  if (found.length !== expected.length) return Math.min(found.length, expected.length);
  const [foundBits, expectedBits] = [bitsOf(found), bitsOf(expected)];
  for (let i = 0; i < foundBits.length; i++) {
    if (foundBits[i] === expectedBits[i]) continue;
    if (!(anyNaN && Number.isNaN(found[i]) && Number.isNaN(expected[i]))) return i;
  }
  return -1;
}

/**
 * Asserts that two arrays have the same bits, NaN payloads aside.
 *
 * @param what the subject of the message, made only when it is needed
 * @throws {Error} naming the first value that differs
 */
export function expectSameBits(found: Float32Array, expected: Float32Array, what: () => string): void {
  const at = firstDifference(found, expected, true);
  if (at < 0) return;
  const show = (array: Float32Array): string => {
    const value = array[at];
    if (value === undefined) return `nothing (length ${array.length})`;
    return `${Object.is(value, -0) ? "-0" : value} (0x${bitsOf(array)[at]!.toString(16).padStart(8, "0")})`;
  };
  throw new Error(`${what()}: value ${at} is ${show(found)}, expected ${show(expected)}`);
}
