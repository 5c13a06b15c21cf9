/** Workers of Node's worker_threads, which Deno and Bun have too. */
import type { Host } from "../host.js";
import type { Message } from "../serve.js";
import source from "../worker.js?source";

/**
 * A module of Node's own; not by an import that a bundler for browsers would try to resolve.
 *
 * @param name with "node:"
 */
async function builtin<M>(name: string): Promise<M> {
  // Node has it since 20.16.
  if (typeof process.getBuiltinModule === "function") return process.getBuiltinModule(name) as M;
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name) as Promise<M>;
}

/** This host, or undefined where it is not of this kind. */
export async function nodeHost(): Promise<Host | undefined> {
  if (typeof process !== "object" || typeof process.versions?.node !== "string") return undefined;
  const [{ Worker }, { availableParallelism }] = await Promise.all([
    builtin<typeof import("node:worker_threads")>("node:worker_threads"),
    builtin<typeof import("node:os")>("node:os"),
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
