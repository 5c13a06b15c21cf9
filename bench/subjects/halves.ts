/**
 * The limit of two threads: half of the arrays on this thread and half on another, each on an instance and a memory
 * of its own. Nothing is handed over, and the other thread is awake when its half begins.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createSauSync, entry, type Sau } from "../shipped.js";

type Verb = "forward" | "backward";

/** Words that the threads share. */
const [TURN, DONE, COMMAND] = [0, 1, 2] as const;

/**
 * What the other thread is told to do. `wake`: nothing; `show`: copy its results to where this thread can read
 * them.
 */
const COMMANDS = ["wake", "forward", "backward", "show"] as const;

/** The other thread stays awake so long after it was last told something, to leave its core to other rows then. */
const AWAKE_MS = 1;

/** The other thread's program; it ends with the process, or by `terminate`. */
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
import(workerData.url).then(({ createSauSync }) => {
  const { words, x, dy, shown, params, turn, done, command, awakeMs } = workerData;
  const sau = createSauSync();
  const made = [x, dy, x].map((values) => {
    const tensor = sau.alloc(values.length);
    tensor.array.set(values);
    return tensor;
  });
  const [xs, dys, outs] = made.map(({ array }) => array);
  const work = [
    () => {},
    () => sau.forward(xs, params, { out: outs }),
    () => sau.backward(xs, dys, params, { out: { dx: outs } }),
    () => shown.set(outs),
  ];
  parentPort.postMessage("ready");
  for (let seen = 0; ; seen++) {
    const sleepsAt = performance.now() + awakeMs;
    while (Atomics.load(words, turn) === seen) {
      if (performance.now() > sleepsAt) Atomics.wait(words, turn, seen);
    }
    work[Atomics.load(words, command)]();
    Atomics.store(words, done, 1);
  }
});`;

/** Two threads that each have half of the work. */
export class Halves {
  readonly #words: Int32Array;
  readonly #shown: Float32Array;
  readonly #worker: Worker;
  readonly #own: readonly { readonly array: Float32Array }[];

  private constructor(
    readonly sau: Sau,
    readonly params: { alpha: number; beta: number },
    x: Float32Array,
    dy: Float32Array,
  ) {
    const half = x.length / 2;
    this.#words = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
    this.#shown = new Float32Array(new SharedArrayBuffer(half * Float32Array.BYTES_PER_ELEMENT));
    this.#own = [x, dy, x].map((values) => {
      const tensor = sau.alloc(half);
      tensor.array.set(values.subarray(0, half));
      return tensor;
    });
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      execArgv: [],
      workerData: {
        url: entry(".")!.href,
        words: this.#words,
        x: x.slice(half),
        dy: dy.slice(half),
        shown: this.#shown,
        params,
        turn: TURN,
        done: DONE,
        command: COMMAND,
        awakeMs: AWAKE_MS,
      },
    });
  }

  /** Starts the other thread; `x` and `dy` are of an even length. */
  static async start(
    x: Float32Array,
    dy: Float32Array,
    params: { alpha: number; beta: number },
  ): Promise<Halves> {
    const halves = new Halves(createSauSync(), params, x, dy);
    await once(halves.#worker, "message");
    return halves;
  }

  #together(command: (typeof COMMANDS)[number], own: () => unknown): void {
    const words = this.#words;
    Atomics.store(words, COMMAND, COMMANDS.indexOf(command));
    Atomics.store(words, DONE, 0);
    Atomics.add(words, TURN, 1);
    Atomics.notify(words, TURN);
    own();
    while (Atomics.load(words, DONE) === 0);
  }

  /** Has the other thread awake for the next {@link run}. */
  prepare(): void {
    this.#together("wake", () => {});
  }

  /** Both halves at once, after {@link prepare}. */
  run(verb: Verb): void {
    const [x, dy, out] = this.#own.map(({ array }) => array) as [Float32Array, Float32Array, Float32Array];
    const { sau, params } = this;
    if (verb === "forward") this.#together(verb, () => sau.forward(x, params, { out }));
    else this.#together(verb, () => sau.backward(x, dy, params, { out: { dx: out } }));
  }

  /** The results of the last run, both halves. */
  results(): Float32Array {
    this.#together("show", () => {});
    const own = this.#own[2]!.array;
    const all = new Float32Array(2 * own.length);
    all.set(own);
    all.set(this.#shown, own.length);
    return all;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
    this.sau.dispose();
  }
}
