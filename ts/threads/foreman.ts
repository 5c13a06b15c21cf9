/**
 * Cuts calls into items, has them done, and takes the results back in their order, on the thread that made the
 * pool, which never waits for them by blocking.
 */
import type { Stream } from "../memory/stream.js";
import { TILE, type Workspace } from "../memory/workspace.js";
import { type Board, canWaitAsync, PLACES } from "./board.js";
import type { Crew } from "./crew.js";
import { Fifo } from "./fifo.js";
import { deliverItem, EMPTY_ITEM_BYTES, ItemRunner, type Task, taskBytes, writeItem } from "./item.js";

/** An item has room for three tiles, and sums and parameters beside them; more calls go to the next one. */
export const ITEM_BYTES: number = 2 ** 20;

/** Calls of an item. */
const MOST_CALLS = 64;

/** Small items ring once in so many, so that this thread can sleep. */
const ITEMS_A_RING: number = PLACES / 4;

/** Items of this size or above ring each: this thread has to make room for others, or to copy. */
const LARGE_ITEM = 2 ** 16;

/** This thread works for so many milliseconds before it lets others have the event loop. */
const TURN_MS = 5;

/** The number of the thread that made the pool among those that claim items; workers' are above. */
const MYSELF = 1;

/** The number of the first worker. */
export const FIRST_WORKER: number = MYSELF + 1;

interface Item {
  readonly at: number;
  readonly tasks: readonly Task[];
}

/** Tasks that make an item. */
interface Packed {
  readonly tasks: readonly Task[];
  readonly bytes: number;
}

/** Consecutive tasks in groups that make an item each. */
function* pack(source: Iterable<Task>): Generator<Packed, undefined> {
  let tasks: Task[] = [];
  let [elements, bytes] = [0, EMPTY_ITEM_BYTES];
  for (const task of source) {
    const more = taskBytes(task, tasks[tasks.length - 1]?.setUp);
    const isFull = tasks.length === MOST_CALLS || elements + task.length > TILE || bytes + more > ITEM_BYTES;
    if (isFull && tasks.length > 0) {
      yield { tasks, bytes };
      tasks = [];
      [elements, bytes] = [0, EMPTY_ITEM_BYTES];
    }
    bytes += taskBytes(task, tasks[tasks.length - 1]?.setUp);
    elements += task.length;
    tasks.push(task);
  }
  if (tasks.length > 0) yield { tasks, bytes };
  return undefined;
}

/** Lets others have the event loop, where the host has one: a bare context has no timers. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    try {
      setImmediate(resolve);
    } catch {
      // There is none, or, at Next's edge, one that throws.
      if (typeof setTimeout === "function") setTimeout(resolve, 0);
      else resolve();
    }
  });
}

/** Milliseconds; a bare context has but the date. */
const now: () => number = typeof performance === "object" ? () => performance.now() : Date.now;

/** The foreman of a pool, or of a single thread. */
export class Foreman {
  readonly #runner: ItemRunner;
  readonly #fifo: Fifo;
  readonly #items: (Item | undefined)[] = new Array(PLACES);
  /** Without workers, this thread does the items itself. */
  crew: Crew | undefined;
  /** The next item's tasks, for which there was no room yet. */
  #waiting: Packed | undefined;
  /** Something was heard since this was last looked at. */
  #hasHeard = false;
  #wake: (() => void) | undefined;
  /** Whether a promise for the bell is still pending. */
  #isListening = false;
  #turnBegan = 0;
  /** Why the call at work cannot go on. */
  #failure: { readonly error: unknown } | undefined;
  /** Why no call can. */
  #stopped: { readonly error: unknown } | undefined;

  /** @param fifoBytes room for items, from `fifoAt` */
  constructor(
    readonly stream: Stream,
    readonly board: Board,
    fifoAt: number,
    fifoBytes: number,
  ) {
    this.#runner = new ItemRunner(stream);
    this.#fifo = new Fifo(fifoAt, fifoBytes);
  }

  /**
   * Has all tasks done, and their results delivered in their order. One at a time.
   *
   * @throws the signal's reason, what a task threw, or the reason of {@link stop}; no thread writes any more then
   */
  async run(tasks: Iterable<Task>, signal?: AbortSignal): Promise<void> {
    const source = pack(tasks);
    const hear = (): void => this.hear();
    signal?.addEventListener("abort", hear);
    this.#failure = undefined;
    this.#turnBegan = now();
    this.crew?.muster();
    try {
      for (;;) {
        const { rung } = this.board;
        this.#hasHeard = false;
        this.#check(signal);
        this.#deliver();
        this.#publish(source);
        if (this.board.count === 0) return;
        await this.#proceed(rung);
      }
    } catch (error) {
      await this.#withdraw();
      throw error;
    } finally {
      signal?.removeEventListener("abort", hear);
    }
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#stopped !== undefined) throw this.#stopped.error;
    if (this.#failure !== undefined) throw this.#failure.error;
    signal?.throwIfAborted();
  }

  /** Takes items off the board that are done, oldest first. */
  #deliver(): void {
    const { board } = this;
    while (board.count > 0 && board.isDone(board.oldest)) {
      const { at, tasks } = this.#itemAt(board.oldest);
      deliverItem(this.stream.arena, at, tasks);
      this.#removeOldest();
    }
  }

  #itemAt(index: number): Item {
    return this.#items[index & (PLACES - 1)]!;
  }

  #removeOldest(): void {
    this.#items[this.board.oldest & (PLACES - 1)] = undefined;
    this.board.removeOldest();
    this.#fifo.give();
  }

  /** Puts items on the board as long as there is room. */
  #publish(source: Iterator<Packed, undefined>): void {
    const { board } = this;
    // What this thread does itself it does one by one, while the inputs are in its cache.
    const most = this.#workers === 0 ? 1 : PLACES;
    while (board.count < most) {
      this.#waiting ??= source.next().value;
      if (this.#waiting === undefined) return;
      const { tasks, bytes } = this.#waiting;
      const at = this.#fifo.take(bytes);
      if (at === undefined) return;
      this.#waiting = undefined;
      writeItem(this.stream.arena, at, tasks);
      this.#items[board.published & (PLACES - 1)] = { at, tasks };
      board.publish(at, bytes >= LARGE_ITEM || board.published % ITEMS_A_RING === 0);
    }
  }

  get #workers(): number {
    return this.crew?.ready ?? 0;
  }

  /** Waits for something to happen; or does an item, where nobody else does. */
  async #proceed(rung: number): Promise<void> {
    if (now() - this.#turnBegan > TURN_MS) {
      await turn();
      this.#turnBegan = now();
    }
    if (this.#workers > 0 || !this.#doOne()) await this.#listen(rung);
  }

  /** Does the next item on this thread; returns whether there was one. */
  #doOne(): boolean {
    const index = this.board.claim(MYSELF);
    if (index === undefined) return false;
    this.#redo(index);
    return true;
  }

  /** Does a claimed item from its start on. */
  #redo(index: number): void {
    const at = this.board.addressOf(index);
    // Others may have used the workspace since.
    this.#runner.reset();
    try {
      this.#runner.compute(at);
      this.#runner.copy(at, this.stream.arena.at.outTile);
    } catch (error) {
      this.#failure = { error };
    }
    this.board.setDone(index);
  }

  /** Waits until the bell was rung more often than `rung`, or something was heard. */
  async #listen(rung: number): Promise<void> {
    if (this.#hasHeard) return;
    if (canWaitAsync() && !this.#isListening) {
      const bell = this.board.waitForBell(rung);
      if (bell === undefined) return;
      this.#isListening = true;
      bell.then(() => {
        this.#isListening = false;
        this.hear();
      });
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#turnBegan = now();
  }

  /** Something has happened: the foreman looks at everything anew. */
  hear(): void {
    this.#hasHeard = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  /**
   * Does again what a worker that is gone had claimed and not finished, on this thread: whoever dies, every item
   * is done in the end.
   */
  replace(owner: number, workspace: Workspace): void {
    const { board } = this;
    for (const index of board.items()) {
      if (!board.isClaimedBy(owner, index)) continue;
      if (this.#stopped !== undefined) {
        board.setDone(index);
      } else if (board.isComputed(index)) {
        this.#runner.copy(board.addressOf(index), workspace.outTile);
        board.setDone(index);
      } else {
        this.#redo(index);
      }
    }
    this.hear();
  }

  /** Takes everything off the board, and waits for what is claimed. */
  async #withdraw(): Promise<void> {
    const { board } = this;
    for (const index of board.items()) board.withdraw(index);
    for (;;) {
      const { rung } = board;
      this.#hasHeard = false;
      if (board.isAllDone()) break;
      await this.#listen(rung);
    }
    while (board.count > 0) this.#removeOldest();
    // An item that could not be written has room there, and is not on the board.
    this.#fifo.clear();
    this.#waiting = undefined;
  }

  /** Ends the call at work, and all later ones, with `error`, and sends the workers away. */
  stop(error: unknown): void {
    this.#stopped ??= { error };
    this.board.close();
    this.hear();
  }

  /**
   * Rings the bell for the last time, after {@link stop} and the last call: the engine keeps a promise that still waits for
   * it for ever, and with it the whole pool.
   */
  release(): void {
    this.board.ring();
  }
}
