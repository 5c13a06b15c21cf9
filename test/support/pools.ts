/** Pools for tests: every call goes to the workers, however small, and the workers can be reached. */
import { findHost, type Host, type HostWorker } from "../../ts/threads/host.js";
import type { SauPool, SauPoolOptions } from "../../ts/threads/index.js";
import { startPool } from "../../ts/threads/start.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";

/** Every call goes to the workers. */
export const SHARE_ALL = { forward: 0, backward: 0 } as const;

/** A pool whose workers do every call. */
export function startSharingPool(options: SauPoolOptions = {}): Promise<SauPool> {
  return startPool(options, inlinedModules, { host: findHost, worthSharing: SHARE_ALL });
}

/** The workers of a pool that are alive. */
export class Victims {
  readonly alive = new Set<HostWorker>();
  /** Those of them that have begun to work. */
  readonly #ready = new Set<HostWorker>();
  kills = 0;
  /** Workers that were started, those that replaced others included. */
  starts = 0;

  /** Ends one worker that works, or now and then one that is still starting, wherever it is; if there is any. */
  kill(random: () => number): void {
    const workers = [...(random() < 0.9 ? this.#ready : this.alive)];
    const victim = workers[Math.floor(random() * workers.length)];
    if (victim === undefined) return;
    this.#forget(victim);
    this.kills++;
    victim.terminate();
  }

  #forget(worker: HostWorker): void {
    this.alive.delete(worker);
    this.#ready.delete(worker);
  }

  /** This host, with every worker known. */
  readonly host = (): Host => {
    const host = findHost();
    return {
      parallelism: host.parallelism,
      startWorker: (assignment, ringsByMessage, listeners) => {
        const worker = host.startWorker(assignment, ringsByMessage, {
          message: (message) => {
            if (message === "ready" && this.alive.has(worker)) this.#ready.add(worker);
            listeners.message(message);
          },
          gone: (error) => {
            this.#forget(worker);
            listeners.gone(error);
          },
        });
        this.starts++;
        this.alive.add(worker);
        return worker;
      },
    };
  };
}

/** Rejects when `promise` has not settled after `ms`: a call that hangs. */
export async function withinTime<T>(promise: Promise<T>, what: string, ms = 20_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not settled after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
