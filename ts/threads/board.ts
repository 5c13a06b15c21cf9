/**
 * Where threads agree on who does what: a ring of places for work items, and the words that threads wait on.
 *
 * A place's state is one word, so that claiming an item and saying who claimed it are one step: a thread can
 * die at any moment and leave nothing in between. Each place and each word has a cache line of its own.
 */
import { atomics } from "./atomics.js";

/** Places for items; a power of two. */
export const PLACES = 256;

const LINE = 16;

/** Words that all share. */
const WORD = {
  /** How many items were published. */
  published: 0,
  /** Items before this one are claimed: where to look first. */
  next: LINE,
  /** Items before this one were taken off the board. */
  oldest: 2 * LINE,
  /** Counts up when there is something for the thread that made the pool. */
  bell: 3 * LINE,
  /** Counts up when there is something for threads without work, which wait on it. */
  call: 4 * LINE,
  /** Not 0 when there will be no more work. */
  closed: 5 * LINE,
} as const;

const PLACE_WORDS = 6 * LINE;

/** Words of a place. */
const STATE = 0;
const ADDRESS = 1;
const RINGS = 2;

/** Phases of an item; in the state's low bits, below who is at it. */
const PHASE = {
  /** Done, or nothing there. */
  done: 0,
  ready: 1,
  claimed: 2,
  /** What remains is to copy the results from the claimer's out tile to where they belong. */
  computed: 3,
} as const;

/** Items are counted in 32 bits and wrap around. */
function wrap(index: number): number {
  return index | 0;
}

/** The board, as each thread sees it. */
export class Board {
  readonly #words: Int32Array;

  /** @param buffer of {@link Board.BYTES}, shared with the other threads */
  constructor(readonly buffer: ArrayBufferLike) {
    this.#words = new Int32Array(buffer);
  }

  static readonly BYTES: number = (PLACE_WORDS + PLACES * LINE) * Int32Array.BYTES_PER_ELEMENT;

  #place(index: number): number {
    return PLACE_WORDS + (index & (PLACES - 1)) * LINE;
  }

  /** How many items were published; wraps around. */
  get published(): number {
    return atomics.load(this.#words, WORD.published);
  }

  /** Puts an item on the board, which must have room, and wakes threads. */
  publish(address: number, rings: boolean): void {
    const words = this.#words;
    const index = this.published;
    const place = this.#place(index);
    words[place + ADDRESS] = address;
    words[place + RINGS] = rings ? 1 : 0;
    atomics.store(words, place + STATE, PHASE.ready);
    atomics.store(words, WORD.published, wrap(index + 1));
    this.#callAll();
  }

  #callAll(): void {
    atomics.add(this.#words, WORD.call, 1);
    atomics.notify(this.#words, WORD.call);
  }

  /** Sends all threads away: each leaves when it has done what it is at. */
  close(): void {
    atomics.store(this.#words, WORD.closed, 1);
    this.#callAll();
  }

  get isClosed(): boolean {
    return atomics.load(this.#words, WORD.closed) !== 0;
  }

  /** Claims an item for `owner`, a number from 1; undefined when there is none. */
  claim(owner: number): number | undefined {
    const words = this.#words;
    // In this order: the end only grows, so that it is not before where the search begins.
    let index = atomics.load(words, WORD.next);
    const end = this.published;
    // A thread that was asleep for long may have left an old value there.
    if (wrap(end - index) > PLACES) index = wrap(end - PLACES);
    for (; index !== end; index = wrap(index + 1)) {
      const state = this.#place(index) + STATE;
      if (atomics.load(words, state) !== PHASE.ready) continue;
      if (atomics.compareExchange(words, state, PHASE.ready, owner * 4 + PHASE.claimed) !== PHASE.ready)
        continue;
      atomics.store(words, WORD.next, wrap(index + 1));
      return index;
    }
    return undefined;
  }

  /** Takes back an item that nobody has claimed; returns whether that was so. */
  withdraw(index: number): boolean {
    const state = this.#place(index) + STATE;
    return atomics.compareExchange(this.#words, state, PHASE.ready, PHASE.done) === PHASE.ready;
  }

  /** Where a claimed item lies in the memory. */
  addressOf(index: number): number {
    return this.#words[this.#place(index) + ADDRESS]! >>> 0;
  }

  /** Says that `owner` has computed an item's results and has them in its out tile. */
  setComputed(index: number, owner: number): void {
    atomics.store(this.#words, this.#place(index) + STATE, owner * 4 + PHASE.computed);
  }

  /** Says that an item is done; returns whether the bell is to be rung for it. */
  setDone(index: number): boolean {
    const place = this.#place(index);
    const rings = this.#words[place + RINGS] !== 0;
    atomics.store(this.#words, place + STATE, PHASE.done);
    return rings;
  }

  isDone(index: number): boolean {
    return atomics.load(this.#words, this.#place(index) + STATE) === PHASE.done;
  }

  /** Whether `owner` has claimed an item and not finished it. */
  isClaimedBy(owner: number, index: number): boolean {
    return atomics.load(this.#words, this.#place(index) + STATE) >> 2 === owner;
  }

  isComputed(index: number): boolean {
    return (atomics.load(this.#words, this.#place(index) + STATE) & 3) === PHASE.computed;
  }

  /** The first item that is still on the board; the end of them is {@link published}. */
  get oldest(): number {
    return atomics.load(this.#words, WORD.oldest);
  }

  /** Takes the oldest item off the board. */
  removeOldest(): void {
    atomics.store(this.#words, WORD.oldest, wrap(this.oldest + 1));
  }

  /** How many items are on the board. */
  get count(): number {
    return wrap(this.published - this.oldest);
  }

  /** The items on the board, oldest first. */
  *items(): Generator<number> {
    for (let index = this.oldest; index !== this.published; index = wrap(index + 1)) yield index;
  }

  /** Whether every item on the board is done. */
  isAllDone(): boolean {
    // In this order, as in `claim`.
    let index = this.oldest;
    const end = this.published;
    for (; index !== end; index = wrap(index + 1)) {
      if (!this.isDone(index)) return false;
    }
    return true;
  }

  /** How often threads without work were called. */
  get called(): number {
    return atomics.load(this.#words, WORD.call);
  }

  /** Blocks this thread until threads were called more often than `called`. */
  sleep(called: number): void {
    Atomics.wait(this.#words, WORD.call, called);
  }

  /** How often the bell was rung. */
  get rung(): number {
    return atomics.load(this.#words, WORD.bell);
  }

  /** Rings the bell. */
  ring(): void {
    atomics.add(this.#words, WORD.bell, 1);
    atomics.notify(this.#words, WORD.bell);
  }

  /**
   * Waits, without blocking, until the bell was rung more often than `rung`.
   *
   * @returns undefined when it already was
   */
  waitForBell(rung: number): Promise<unknown> | undefined {
    const { async, value } = (Atomics as AtomicsWithWaitAsync).waitAsync(this.#words, WORD.bell, rung);
    return async ? value : undefined;
  }
}

/** Part of ECMAScript 2024; Node has it since 16. */
interface AtomicsWithWaitAsync extends Atomics {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { async: false; value: string } | { async: true; value: Promise<string> };
}

/** Whether a thread that may not block can wait for a word of the board. */
export function canWaitAsync(): boolean {
  return (
    typeof Atomics === "object" && typeof (Atomics as Partial<AtomicsWithWaitAsync>).waitAsync === "function"
  );
}
