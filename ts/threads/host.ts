/** Workers as the host has them: the only file that knows how they are made. */
import type { Assignment, Message } from "./serve.js";
import source from "./worker.js?source";

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
 * This host.
 *
 * @throws {Error} where it has no workers that this package can use, saying why
 */
export async function findHost(): Promise<Host> {
  const [{ Worker }, { availableParallelism }] = await Promise.all([
    import("node:worker_threads"),
    import("node:os"),
  ]);
  return {
    parallelism: availableParallelism(),
    startWorker(assignment, ringsByMessage, listeners) {
      const worker = new Worker(source, {
        eval: true,
        name: "sau-simd",
        workerData: { assignment, ringsByMessage },
        // Not this process's, which may say that what is evaluated is an ES module.
        execArgv: [],
      });
      let error: unknown;
      worker.on("message", (message: Message) => listeners.message(message));
      worker.on("error", (thrown) => {
        error = thrown;
      });
      worker.on("exit", (code) => listeners.gone(error ?? new Error(`the worker ended with code ${code}`)));
      return {
        ref: () => worker.ref(),
        unref: () => worker.unref(),
        terminate: () => void worker.terminate(),
      };
    },
  };
}
