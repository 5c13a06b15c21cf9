/**
 * A hash of results in plain arithmetic, since some hosts have no crypto: MurmurHash3_x86_32 of the results' bits as
 * 32-bit words, with two seeds, as 16 hexadecimal digits.
 *
 * Source: Austin Appleby's MurmurHash3.cpp (github.com/aappleby/smhasher, public domain).
 */

// Looked up once: in a vm context every look-up of a global is slow.
const { imul } = Math;
const { isNaN: isNotANumber } = Number;

const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** One step of it: a state and the next word. */
export function mixWord(state: number, word: number): number {
  const mixed = imul(rotateLeft(imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (imul(rotateLeft(state ^ mixed, 13), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3_x86_32 of whole words. Its fields are private to the compiler alone: ES2020 has no fast private ones. */
export class Murmur3 {
  private state: number;
  private words = 0;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  add(word: number): void {
    this.state = mixWord(this.state, word);
    this.words++;
  }

  /** The hash of what was added so far, as an unsigned number. */
  get value(): number {
    let mixed = this.state ^ (4 * this.words);
    mixed = imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  }
}

/** A hash of numbers and texts, in which every NaN is the same. */
export class ResultsHash {
  private readonly first = new Murmur3(0);
  private readonly second = new Murmur3(1);

  private add(word: number): void {
    this.first.add(word);
    this.second.add(word);
  }

  addSingles(values: Float32Array): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    this.add(values.length);
    for (let i = 0; i < values.length; i++) this.add(isNotANumber(values[i]) ? 0x7fc00000 : bits[i]!);
  }

  addDouble(value: number): void {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value);
    const isNumber = !isNotANumber(value);
    this.add(isNumber ? bits.getUint32(0) : 0x7ff80000);
    this.add(isNumber ? bits.getUint32(4) : 0);
  }

  addText(text: string): void {
    this.add(text.length);
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
  }

  get digits(): string {
    return [this.first, this.second].map(({ value }) => value.toString(16).padStart(8, "0")).join("");
  }
}
