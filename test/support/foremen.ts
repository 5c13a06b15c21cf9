/** A foreman whose workers are the test itself: it does their items by hand, when it likes. */
import { Arena } from "../../ts/memory/arena.js";
import { writeConstants } from "../../ts/memory/block.js";
import { Stream } from "../../ts/memory/stream.js";
import { type Workspace, workspaceAt } from "../../ts/memory/workspace.js";
import { sauOn } from "../../ts/sau.js";
import { Board } from "../../ts/threads/board.js";
import type { Crew } from "../../ts/threads/crew.js";
import { FIRST_WORKER, Foreman } from "../../ts/threads/foreman.js";
import { ItemRunner, type SetUp, type Task } from "../../ts/threads/item.js";
import { Pool, type WorthSharing } from "../../ts/threads/pool.js";
import { type Running, startSync } from "../../ts/tiers.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";
import { SHARE_ALL } from "./pools.js";

/** Forward of `array`, which lies in the arena, over itself, in one call; by way of an out tile where `indirect`. */
export function forwardInPlace(array: Float32Array, setUp: SetUp, indirect: boolean): Task {
  return {
    setUp,
    length: array.length,
    first: 0,
    x: array.byteOffset,
    dy: undefined,
    out: array.byteOffset,
    indirect,
    accumulate: false,
    withBias: false,
    sums: undefined,
  };
}

/** A worker that does what it is told. */
export class ManualWorker {
  readonly workspace: Workspace;
  readonly runner: ItemRunner;

  constructor(
    { arena, kernels }: Running,
    readonly owner: number,
    readonly board: Board,
  ) {
    this.workspace = workspaceAt(arena.reserve(workspaceAt(0, false).end), false);
    const own = new Arena(arena.memory, this.workspace, false);
    writeConstants(own);
    this.runner = new ItemRunner(new Stream(own, kernels));
  }

  claim(): number | undefined {
    return this.board.claim(this.owner);
  }

  /** The first half of an item. */
  compute(index: number): void {
    this.runner.compute(this.board.addressOf(index));
  }

  /** The second, after the first; returns whether the bell is to be rung. */
  finish(index: number): boolean {
    const at = this.board.addressOf(index);
    if (this.runner.needsCopy(at)) {
      this.board.setComputed(index, this.owner);
      this.runner.copy(at, this.workspace.outTile);
    }
    return this.board.setDone(index);
  }

  /** Does one item; returns its index, or undefined where there is none. */
  doOne(): number | undefined {
    const index = this.claim();
    if (index === undefined) return undefined;
    this.compute(index);
    if (this.finish(index)) this.board.ring();
    return index;
  }
}

/** A foreman and its pool, on a memory of their own, with `workers` whose items the test does; without any it works itself. */
export function manualForeman({
  workers = 1,
  fifoBytes,
  worthSharing = SHARE_ALL,
}: {
  workers?: number;
  fifoBytes: number;
  worthSharing?: WorthSharing;
}) {
  const running = startSync({}, inlinedModules);
  const { arena, kernels } = running;
  const stream = new Stream(arena, kernels);
  const fifoAt = arena.reserve(fifoBytes);
  const board = new Board(new SharedArrayBuffer(Board.BYTES));
  const foreman = new Foreman(stream, board, fifoAt, fifoBytes);
  const hands = Array.from({ length: workers }, (_, k) => new ManualWorker(running, FIRST_WORKER + k, board));
  if (workers > 0) {
    const crew: Partial<Crew> = { ready: workers, muster() {}, keepAlive() {}, dispose: async () => {} };
    foreman.crew = crew as Crew;
  }
  const local = sauOn(running, stream);
  const pool = new Pool({
    local,
    foreman,
    threads: Math.max(1, workers),
    report: "by hand",
    worthSharing,
  });
  return { arena, stream, board, foreman, local, pool, workers: hands };
}
