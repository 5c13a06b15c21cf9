/** Workers as the host has them: what a pool needs of a host, and which kind of host this is (hosts/). */
import { nodeHost } from "./hosts/node.js";
import { webHost } from "./hosts/web.js";
import type { Assignment, Message } from "./serve.js";

/** A worker that runs. */
export interface HostWorker {
  /** Whether the worker keeps the process alive. */
  ref(): void;
  unref(): void;
  /** Ends it, wherever it is. It is gone when the listener says so. */
  terminate(): void;
}

/** What a worker's maker hears of it. */
export interface WorkerListeners {
  message(message: Message): void;
  /** The thread has ended, and writes no more; `error` is what it threw, if it did. Called once. */
  gone(error: unknown): void;
}

/** What a pool needs of a host. */
export interface Host {
  /** How many threads the host runs at once. */
  readonly parallelism: number;
  /** @param ringsByMessage see `serve` */
  startWorker(assignment: Assignment, ringsByMessage: boolean, listeners: WorkerListeners): HostWorker;
}

/**
 * This host: with workers as Node has them, which Deno and Bun have too, or as pages have them.
 *
 * @throws {Error} where it has no workers that this package can use, saying why
 */
export function findHost(): Host {
  return nodeHost() ?? webHost();
}
