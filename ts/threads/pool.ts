/** The verbs on a pool: checked, queued, and cut into tasks for the foreman. What they promise is in api.ts. */
import type { ArenaTensor, BackwardBatchOptions, ForwardBatchOptions, ForwardOptions, Sau } from "../api.js";
import { packing } from "../batch.js";
import {
  checkBackwardBatch,
  checkForward,
  checkForwardBatch,
  checkPair,
  checkPlaces,
  isDxAlone,
  readBackward,
  readOut,
} from "../checks.js";
import { DisposedError, describe } from "../errors.js";
import {
  type BackwardOptions,
  type CheckedWant,
  checkWant,
  finish,
  type Gradients,
  type Want,
} from "../gradients.js";
import { SUM } from "../kernels/layout.js";
import { PassSums } from "../memory/pass-sums.js";
import { apart } from "../memory/stream.js";
import {
  type CheckedParams,
  checkArray,
  needsBetaRescue,
  needsRescue,
  ParamsChecker,
  type SauParams,
} from "../params.js";
import type { Tier, TierReport } from "../tiers.js";
import type { Abortable, SauPool } from "./api.js";
import type { Foreman } from "./foreman.js";
import type { Task } from "./item.js";
import { backwardTasks, forwardTasks, packedTasks, pieceOf } from "./tasks.js";

const SUBJECT = "This SauPool";

const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** Elements from which other threads are worth waking. */
export interface WorthSharing {
  readonly forward: number;
  readonly backward: number;
}

/** A pool at work. */
export interface PoolParts {
  /** For what is done on the calling thread, in the same memory. */
  readonly local: Sau;
  readonly foreman: Foreman;
  readonly threads: number;
  readonly report: string;
  readonly worthSharing: WorthSharing;
}

/** A pool. */
export class Pool implements SauPool {
  readonly tier: Tier;
  readonly tierReport: readonly TierReport[];
  readonly threads: number;
  readonly report: string;
  readonly #local: Sau;
  readonly #foreman: Foreman;
  readonly #worthSharing: WorthSharing;
  /** One for all calls, whose sums are folded one after the other. */
  readonly #fold = new PassSums();
  /** Calls that have not settled, and when the last of them has. */
  #pending = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #disposed: Promise<void> | undefined;

  constructor({ local, foreman, threads, report, worthSharing }: PoolParts) {
    this.tier = local.tier;
    this.tierReport = local.tierReport;
    this.threads = threads;
    this.report = report;
    this.#local = local;
    this.#foreman = foreman;
    this.#worthSharing = worthSharing;
  }

  #use(): void {
    if (this.#disposed !== undefined) throw new DisposedError(SUBJECT);
  }

  /** Does `call` after all that were made before it. */
  #queue<T>(signal: AbortSignal | undefined, call: () => T | Promise<T>): Promise<T> {
    this.#pending++;
    if (this.#pending === 1) this.#foreman.crew?.keepAlive(true);
    const result = this.#tail.then(() => {
      this.#use();
      signal?.throwIfAborted();
      return call();
    });
    const settle = (): void => {
      this.#pending--;
      if (this.#pending === 0 && this.#disposed === undefined) this.#foreman.crew?.keepAlive(false);
    };
    this.#tail = result.then(settle, settle);
    return result;
  }

  /** Does a call of `length` elements on this thread, at once where nothing else is under way. */
  #alone<T>(signal: AbortSignal | undefined, call: () => T): T | Promise<T> {
    signal?.throwIfAborted();
    return this.#pending === 0 ? call() : this.#queue(signal, call);
  }

  async forward(
    x: Float32Array,
    params?: SauParams,
    options: ForwardOptions & Abortable = {},
  ): Promise<Float32Array> {
    this.#use();
    const out = readOut(options);
    const signal = checkSignal(options);
    const checker = new ParamsChecker().read(params);
    checkForward(x, out);
    const checked = checker.check(x.length);
    signal?.throwIfAborted();
    const { length } = x;
    const y = out ?? new Float32Array(length);
    if (length < this.#worthSharing.forward || needsRescue(checked)) {
      return this.#alone(signal, () => this.#local.forward(x, givenTo(checker), { out: y }));
    }
    return this.#queue(signal, async () => {
      checkUnchanged(length, x, y);
      const tasks = forwardTasks(this.#arena, apart(x, y), y, checked, pieceOf(length, this.threads));
      await this.#foreman.run(tasks, signal);
      return y;
    });
  }

  get #arena() {
    return this.#foreman.stream.arena;
  }

  /** Whether other threads compute, any of which may die over its work. */
  get hasWorkers(): boolean {
    return this.#foreman.crew !== undefined;
  }

  /** The address of an array of {@link alloc}. */
  addressOf(array: Float32Array): number {
    return this.#arena.addressOf(array);
  }

  /** Has kernel calls done that somebody else has checked and cut (long-call.ts). */
  run(tasks: Iterable<Task>): Promise<void> {
    return this.#queue(undefined, () => this.#foreman.run(tasks));
  }

  async backward<const P extends SauParams, const W extends Want>(
    x: Float32Array,
    dy: Float32Array,
    params?: P,
    options: BackwardOptions<W> & Abortable = {},
  ): Promise<Gradients<P, W>> {
    this.#use();
    const question = readBackward(options);
    const signal = checkSignal(options);
    const checker = new ParamsChecker().read(params);
    checkPair(x, dy, -1);
    const checked = checker.check(x.length);
    const wanted = checkWant(question, checker.given, checked, x.length);
    checkPlaces(this.#arena, wanted);
    signal?.throwIfAborted();
    const { length } = x;
    if (length < this.#worthSharing.backward || needsBetaRescue(checked)) {
      return this.#alone(signal, () => {
        const found = this.#local.backward(x, dy, givenTo(checker), question as BackwardOptions);
        return found as Gradients<P, W>;
      });
    }
    return this.#queue(signal, async () => {
      checkUnchanged(length, x, dy, wanted.out.dx);
      const call = this.#backwardCall(x, dy, checked, wanted);
      await this.#foreman.run(call.tasks(pieceOf(length, this.threads)), signal);
      return call.finish() as Gradients<P, W>;
    });
  }

  /** The tasks of backward of one array, and what makes its result of them. */
  #backwardCall(
    x: Float32Array,
    dy: Float32Array,
    params: CheckedParams,
    wanted: CheckedWant,
  ): { tasks: (piece: number) => Iterable<Task>; finish: () => Record<string, unknown> } {
    const { accumulate, alpha, beta, bias } = wanted;
    const result: Record<string, unknown> = {};
    const dx = wanted.dx ? (wanted.out.dx ?? new Float32Array(x.length)) : undefined;
    if (dx !== undefined) result.dx = dx;
    const channels = params.layout?.channels ?? 1;
    const sums = alpha || beta || bias ? new Float64Array(SUM.count * channels) : undefined;
    return {
      tasks: (piece) => {
        if (dx === undefined && sums === undefined) return [];
        const inputs = { x: apart(x, dx), dy: apart(dy, dx) };
        const call = { ...inputs, dx, accumulate, params, sums, withBias: bias };
        return backwardTasks(this.#arena, call, this.#fold, piece);
      },
      finish: () => {
        if (sums !== undefined) finish(result, wanted, params, sums);
        return result;
      },
    };
  }

  async forwardBatch(
    xs: readonly Float32Array[],
    params?: SauParams,
    options: ForwardBatchOptions & Abortable = {},
  ): Promise<Float32Array[]> {
    this.#use();
    const checker = new ParamsChecker();
    const signal = checkSignal(options);
    const { checked, xs: inputs, out } = checkForwardBatch(checker, xs, params, options);
    signal?.throwIfAborted();
    if (checked === undefined) return [];
    for (const y of out ?? []) this.#arena.checkPlace(y);
    const lengths = inputs.map(({ length }) => length);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const ys = out ?? inputs.map((x) => new Float32Array(x.length));
    if (total < this.#worthSharing.forward || needsRescue(checked)) {
      return this.#alone(signal, () => this.#local.forwardBatch(inputs, givenTo(checker), { out: ys }));
    }
    return this.#queue(signal, async () => {
      for (const [i, x] of inputs.entries()) checkUnchanged(lengths[i]!, x, ys[i]);
      const pass = packing(inputs, checked);
      const arena = this.#arena;
      const piece = pieceOf(total, this.threads);
      const tasks =
        pass !== undefined
          ? packedTasks(arena, inputs, undefined, ys, checked, pass)
          : each(inputs, (x, i) => forwardTasks(arena, apart(x, ys[i]), ys[i]!, checked, piece));
      await this.#foreman.run(tasks, signal);
      return ys;
    });
  }

  async backwardBatch<const P extends SauParams, const W extends Want>(
    xs: readonly Float32Array[],
    dys: readonly Float32Array[],
    params?: P,
    options: BackwardBatchOptions<W> & Abortable = {},
  ): Promise<Gradients<P, W>[]> {
    this.#use();
    const checker = new ParamsChecker();
    const signal = checkSignal(options);
    const batch = checkBackwardBatch(checker, xs, dys, params, options);
    const { checked, xs: inputs, dys: gradients, wants } = batch;
    signal?.throwIfAborted();
    if (checked === undefined) return [];
    for (const wanted of wants) checkPlaces(this.#arena, wanted);
    const lengths = inputs.map(({ length }) => length);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (total < this.#worthSharing.backward || needsBetaRescue(checked)) {
      return this.#alone(signal, () => {
        const own = { ...batch.question, out: wants.map(({ out }) => out) } as BackwardBatchOptions;
        return this.#local.backwardBatch(inputs, gradients, givenTo(checker), own) as Gradients<P, W>[];
      });
    }
    return this.#queue(signal, async () => {
      for (const [i, x] of inputs.entries()) {
        checkUnchanged(lengths[i]!, x, gradients[i], wants[i]!.out.dx);
      }
      const pass = wants.every(isDxAlone) ? packing(inputs, checked) : undefined;
      const piece = pieceOf(total, this.threads);
      if (pass !== undefined) {
        const results = inputs.map((x, i) => ({ dx: wants[i]!.out.dx ?? new Float32Array(x.length) }));
        const dxs = results.map(({ dx }) => dx);
        await this.#foreman.run(packedTasks(this.#arena, inputs, gradients, dxs, checked, pass), signal);
        return results as unknown[] as Gradients<P, W>[];
      }
      const calls = inputs.map((x, i) => this.#backwardCall(x, gradients[i]!, checked, wants[i]!));
      if (wants.some(({ accumulate }) => accumulate)) {
        // Several arrays may add to one dx, where the order matters, and two threads must not meet.
        for (const call of calls) await this.#foreman.run(call.tasks(piece), signal);
      } else {
        await this.#foreman.run(
          each(calls, (call) => call.tasks(piece)),
          signal,
        );
      }
      return calls.map((call) => call.finish()) as Gradients<P, W>[];
    });
  }

  alloc(length: number): ArenaTensor {
    this.#use();
    const tensor = this.#local.alloc(length);
    const use = (): void => this.#use();
    let isDisposed = false;
    const dispose = (): void => {
      if (isDisposed) return;
      isDisposed = true;
      // Workers may still write there.
      if (this.#pending === 0) tensor.dispose();
      else this.#tail.then(() => tensor.dispose());
    };
    return {
      get array(): Float32Array {
        use();
        if (isDisposed) throw new DisposedError("This arena tensor");
        return tensor.array;
      },
      dispose,
      [DISPOSE]: dispose,
    };
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#foreman.stop(new DisposedError(SUBJECT));
    await this.#foreman.crew?.dispose();
    // A call that is queued while this one waits finds the pool disposed.
    await this.#tail;
    this.#foreman.release();
    this.#local.dispose();
  }

  [ASYNC_DISPOSE](): Promise<void> {
    return this.dispose();
  }
}

/** What `make` makes of each, one after the other, each when it is needed. */
function* each<T>(items: readonly T[], make: (item: T, index: number) => Iterable<Task>): Generator<Task> {
  for (const [index, item] of items.entries()) yield* make(item, index);
}

/** The parameters that were read, for a call whose turn comes later. */
function givenTo({ given }: ParamsChecker): SauParams {
  return given as SauParams;
}

/**
 * The signal among the options.
 *
 * @throws {TypeError} for anything else
 */
function checkSignal({ signal }: Abortable): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const needed = ["throwIfAborted", "addEventListener", "removeEventListener"] as const;
  if (typeof signal === "object" && needed.every((name) => typeof signal?.[name] === "function"))
    return signal;
  throw new TypeError(`signal is ${describe(signal)}, expected an AbortSignal.`);
}

/**
 * Checks once more, when a call's turn has come, what may have changed while it was waiting.
 *
 * @throws {TypeError} for an array that was detached or has another length
 */
function checkUnchanged(length: number, ...arrays: (Float32Array | undefined)[]): void {
  for (const array of arrays) {
    if (array === undefined) continue;
    checkArray("An array of the call", array);
    if (array.length !== length) {
      throw new TypeError(
        `An array of the call has ${array.length} values now, expected ${length}, as when the call was made.`,
      );
    }
  }
}
