/** Workers of Node's worker_threads, which Deno and Bun have too. */
import type { Host } from "../host.js";
import type { Message } from "../serve.js";
import source from "../worker.js?source";

type WorkerThreads = Partial<typeof import("node:worker_threads")>;

/**
 * This host, or undefined where it is not of this kind.
 *
 * @throws {Error} where it is too old
 */
export function nodeHost(): Host | undefined {
  if (typeof process !== "object" || typeof process.versions?.node !== "string") return undefined;
  // Not by an import, which a bundler for browsers would try to resolve.
  if (typeof process.getBuiltinModule !== "function") {
    throw new Error("threads need process.getBuiltinModule, which Node has since 20.16");
  }
  const threads = process.getBuiltinModule("node:worker_threads") as WorkerThreads | undefined;
  // workerd has some of Node's modules, and this one not, or without workers.
  if (threads?.Worker === undefined) return undefined;
  const { Worker } = threads;
  const { availableParallelism } = process.getBuiltinModule("node:os");
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
