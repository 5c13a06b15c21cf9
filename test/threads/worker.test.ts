/** Promise: a page's worker begins once it has its lock, which it keeps, and says why where it cannot. */
import { createContext, runInContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { ADDRESS, INITIAL_PAGES } from "../../ts/memory/arena.js";
import { Board } from "../../ts/threads/board.js";
import type { Assignment } from "../../ts/threads/serve.js";
import { MOST_PAGES, withSharedMemory } from "../../ts/threads/shared-module.js";
import source from "../../ts/threads/worker.js?source";
import { moduleBytes } from "../support/modules.js";
import { WebLocks } from "../support/web-locks.js";

/** The global scope of a page's worker, which has no `require`. */
interface Scope {
  onmessage?: (event: { data: unknown }) => void;
  onmessageerror?: () => void;
}

/** What the program makes of a scope. */
function run(navigator: object) {
  const [postMessage, reportError] = [vi.fn(), vi.fn()];
  // Mutants ask the process which of them is active.
  const mutants = { process: { env: process.env } };
  const scope: Scope = createContext({ ...mutants, navigator, postMessage, reportError, setTimeout });
  runInContext(source, scope);
  return { scope, postMessage, reportError };
}

/** Work that has ended already. */
function finished(): Assignment {
  const board = new SharedArrayBuffer(Board.BYTES);
  new Board(board).close();
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });
  const module = new WebAssembly.Module(withSharedMemory(moduleBytes("simd128")));
  return { owner: 2, module, tier: "simd128", memory, workspace: ADDRESS, board };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

it("works once it has its lock", async () => {
  const locks = new WebLocks();
  let free = (): void => {};
  locks.request("its lock", () => new Promise<void>((resolve) => (free = resolve)));
  await turn();
  const { scope, postMessage, reportError } = run({ locks });
  scope.onmessage!({ data: { assignment: finished(), ringsByMessage: false, lock: "its lock" } });
  await turn();
  expect(postMessage).not.toHaveBeenCalled();
  free();
  await turn();
  await turn();
  expect(postMessage.mock.calls).toEqual([["ready"]]);
  expect(locks.modeOf("its lock")).toBe("exclusive");
  expect(reportError).not.toHaveBeenCalled();
});

it("tells where its lock is refused", async () => {
  const locks = new WebLocks();
  locks.refusal = new Error("refused");
  const { scope, postMessage, reportError } = run({ locks });
  scope.onmessage!({ data: { assignment: finished(), ringsByMessage: false, lock: "its lock" } });
  await turn();
  expect(reportError.mock.calls).toEqual([[locks.refusal]]);
  expect(postMessage).not.toHaveBeenCalled();
});

it("throws where there are no locks, or the memory does not arrive", () => {
  expect(() => run({})).toThrow("workers have no Web Locks here");
  const { scope } = run({ locks: new WebLocks() });
  expect(() => scope.onmessageerror!()).toThrow("the memory cannot be shared with a worker");
});
