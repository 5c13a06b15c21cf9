/** What a worker does all its life: wait for an item, do it, say so. */
import { Arena } from "../memory/arena.js";
import { writeConstants } from "../memory/block.js";
import { Stream } from "../memory/stream.js";
import type { Workspace } from "../memory/workspace.js";
import type { KernelExports } from "../wasm/kernels.js";
import { Board } from "./board.js";
import { ItemRunner } from "./item.js";

/** What a worker is given. */
export interface Assignment {
  /** Tells this worker from all that were before it, and from the others; from 1. */
  readonly owner: number;
  /** A module that imports a shared memory, from a module of the tier's name. */
  readonly module: WebAssembly.Module;
  readonly tier: string;
  readonly memory: WebAssembly.Memory;
  /** Where in the memory this worker works. */
  readonly workspace: Workspace;
  readonly board: SharedArrayBuffer;
}

/** Messages of a worker. */
export type Message = "ready" | "ring";

/**
 * Returns when the board is closed.
 *
 * @param post posts to the thread that made the pool
 * @param ringsByMessage whether that thread waits for messages rather than for the board's bell
 */
export function serve(
  assignment: Assignment,
  post: (message: Message) => void,
  ringsByMessage: boolean,
): void {
  const { owner, module, tier, memory, workspace } = assignment;
  const { exports } = new WebAssembly.Instance(module, { [tier]: { memory } });
  const board = new Board(assignment.board);
  const arena = new Arena(memory, workspace);
  writeConstants(arena);
  const runner = new ItemRunner(new Stream(arena, exports as unknown as KernelExports));
  const ring = (): void => (ringsByMessage ? post("ring") : board.ring());
  post("ready");
  let hasWorked = false;
  for (;;) {
    // In this order, so that no call is missed.
    const { called } = board;
    if (board.isClosed) return;
    const index = board.claim(owner);
    if (index === undefined) {
      // Whoever finds nothing more to do and everything done says so: the last one at least.
      if (hasWorked && board.isAllDone()) ring();
      hasWorked = false;
      board.sleep(called);
      continue;
    }
    hasWorked = true;
    const at = board.addressOf(index);
    runner.compute(at);
    if (runner.needsCopy(at)) {
      board.setComputed(index, owner);
      runner.copy(at, workspace.outTile);
    }
    if (board.setDone(index)) ring();
  }
}
