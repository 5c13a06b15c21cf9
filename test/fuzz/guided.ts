/**
 * A coverage-guided fuzzer: inputs that reach code which no input before has reached are kept, and changed further.
 *
 * What was reached is what V8 itself counts, block by block (Profiler.takePreciseCoverage of node:inspector), so that
 * nothing has to be instrumented, built or installed. Asking takes as long as some calls, so that it is asked once a
 * batch; of a batch that has reached something new each input is tried again by itself. The same seed gives the same
 * inputs in the same order, on one version of V8.
 *
 * Jazzer.js would be the tool for this. Its native part of version 4.0.0 needs a C library newer than that of Debian 12,
 * and that of 2.1.0 is downloaded outside of npm; a fresh clone on any machine with Node has to run this.
 */
import { Session } from "node:inspector";
import type { Random } from "../support/random.js";

/** Inputs between two questions about coverage. */
const BATCH = 48;

/** Inputs grow no longer than this. */
const MOST_BYTES = 4096;

/** Bytes at the edges of what numbers can be. */
const INTERESTING = [0, 1, 2, 3, 4, 8, 16, 32, 64, 100, 127, 128, 129, 192, 254, 255];

/** What is called with each input; throws where something is wrong. */
export type Target = (input: Uint8Array) => void | Promise<void>;

/** What a run did. */
export interface FuzzReport {
  readonly inputs: number;
  /** Inputs that were kept, those given included. */
  readonly kept: number;
  /** Characters of the code that was reached. */
  readonly reached: number;
}

/** What is fuzzed. */
export interface Subject {
  readonly target: Target;
  /** Inputs to begin with. */
  readonly corpus: readonly Uint8Array[];
  /** Texts and words that the code under test knows, to be put into inputs. */
  readonly dictionary?: readonly Uint8Array[];
  /** How many inputs to try. */
  readonly inputs: number;
}

/** What a run is given. */
export interface FuzzOptions {
  /** Imports the code under test: V8 counts the blocks of what it compiles from then on. */
  readonly load: () => Promise<Subject>;
  readonly random: Random;
  /** Whether a script counts, by its address. */
  readonly counts: (url: string) => boolean;
}

/** Which code has been reached. */
class Coverage {
  readonly #session = new Session();
  readonly #counts: (url: string) => boolean;
  /** By function, character by character of its text: 1 where a block of it has been reached. */
  readonly #known = new Map<string, Uint8Array>();

  constructor(counts: (url: string) => boolean) {
    this.#counts = counts;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: false, detailed: true });
  }

  /** Characters of the code that has been reached. */
  get reached(): number {
    let sum = 0;
    for (const known of this.#known.values()) for (const bit of known) sum += bit;
    return sum;
  }

  /** Whether what has been reached since the last question is new, and takes note of it unless told not to. */
  isNew(takesNote = true): boolean {
    let isNew = false;
    // The answer comes before post returns: the session is with this thread.
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      for (const { scriptId, url, functions } of answer.result) {
        if (!this.#counts(url)) continue;
        for (const { ranges } of functions) {
          const [{ startOffset, endOffset, count }] = ranges as [(typeof ranges)[number]];
          if (count === 0) continue;
          // An inner block is listed only where it differs from the one around it, which comes first.
          const reached = new Uint8Array(endOffset - startOffset);
          for (const range of ranges) {
            reached.fill(
              Number(range.count > 0),
              range.startOffset - startOffset,
              range.endOffset - startOffset,
            );
          }
          const key = `${scriptId}:${startOffset}:${endOffset}`;
          const known = this.#known.get(key) ?? new Uint8Array(reached.length);
          if (takesNote) this.#known.set(key, known);
          for (let i = 0; i < reached.length; i++) {
            if (reached[i] === 0 || known[i] === 1) continue;
            isNew = true;
            if (!takesNote) return;
            known[i] = 1;
          }
        }
      }
    });
    return isNew;
  }

  stop(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.disconnect();
  }
}

/** One of `corpus`, whose first `given` ones were given, changed in up to four ways. */
function mutate(
  corpus: readonly Uint8Array[],
  given: number,
  dictionary: readonly Uint8Array[],
  random: Random,
): Uint8Array<ArrayBuffer> {
  // Those given, any, and those that have led furthest.
  const from = random.pick([
    random.below(given),
    random.below(corpus.length),
    Math.max(0, corpus.length - 1 - random.below(16)),
  ]);
  let bytes = Uint8Array.from(corpus[from]!);
  for (let left = random.pick([1, 1, 1, 2, 4]); left > 0; left--) {
    const at = random.below(bytes.length + 1);
    const length = 1 + random.below(8);
    switch (random.below(9)) {
      case 0:
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random.below(8));
        break;
      case 1:
        if (at < bytes.length) bytes[at] = random.below(256);
        break;
      case 2:
        if (at < bytes.length) bytes[at] = random.pick(INTERESTING);
        break;
      case 3:
        if (at < bytes.length) bytes[at] = bytes[at]! + random.pick([-1, 1, -4, 4]);
        break;
      case 4:
        bytes = spliced(bytes, at, length, new Uint8Array(0));
        break;
      case 5:
        bytes = spliced(
          bytes,
          at,
          0,
          Uint8Array.from({ length }, () => random.below(256)),
        );
        break;
      case 6:
        bytes = spliced(bytes, at, 0, bytes.subarray(random.below(bytes.length + 1)).slice(0, length * 4));
        break;
      case 7: {
        const other = random.pick(corpus);
        const piece = other.subarray(random.below(other.length + 1)).slice(0, 1 + random.below(64));
        bytes = spliced(bytes, at, random.below(2) * piece.length, piece);
        break;
      }
      default: {
        const word = dictionary.length === 0 ? new Uint8Array(length) : random.pick(dictionary);
        bytes = spliced(bytes, at, random.below(2) * word.length, word);
      }
    }
  }
  return bytes.length > MOST_BYTES ? bytes.slice(0, MOST_BYTES) : bytes;
}

/** `bytes` with `piece` in place of `removed` bytes from `at` on. */
function spliced(bytes: Uint8Array, at: number, removed: number, piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const rest = bytes.subarray(at + removed);
  const result = new Uint8Array(at + piece.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(piece, at);
  result.set(rest, at + piece.length);
  return result;
}

/** An input that fails, without what it fails without too. */
async function reduced(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let smallest = input;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length; ) {
      const shorter = spliced(smallest, at, size, new Uint8Array(0));
      if (await fails(shorter)) smallest = shorter;
      else at += size;
    }
  }
  return smallest;
}

/**
 * Calls the target with as many inputs as it asks for.
 *
 * @throws {Error} for the first one at which the target throws, reduced, with its bytes and the target's error
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { random, counts, load } = options;
  const coverage = new Coverage(counts);
  const { target, inputs, dictionary = [], ...subject } = await load();
  const given = subject.corpus.length;
  const corpus: Uint8Array[] = subject.corpus.map((input) => Uint8Array.from(input));
  const run = async (input: Uint8Array): Promise<void> => {
    try {
      await target(input);
    } catch (error) {
      throw await explained(target, input, error);
    }
  };
  try {
    for (const input of corpus) await run(input);
    coverage.isNew();
    let done = corpus.length;
    while (done < inputs) {
      const batch: Uint8Array[] = [];
      for (; batch.length < BATCH && done < inputs; done++) {
        const input = mutate(corpus, given, dictionary, random);
        batch.push(input);
        await run(input);
      }
      if (!coverage.isNew(false)) continue;
      for (const input of batch) {
        await run(input);
        if (coverage.isNew()) corpus.push(input);
      }
    }
    return { inputs: done, kept: corpus.length, reached: coverage.reached };
  } finally {
    coverage.stop();
  }
}

async function explained(target: Target, input: Uint8Array, first: unknown): Promise<Error> {
  let cause = first;
  const smallest = await reduced(input, async (bytes) => {
    try {
      await target(bytes);
      return false;
    } catch (error) {
      cause = error;
      return true;
    }
  });
  const hex = Buffer.from(smallest).toString("hex");
  return new Error(`the input 0x${hex} fails: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
