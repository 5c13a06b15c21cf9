/** The workers of the pools of this process, so that they can be ended: every worker that is started is known here. */
import { createRequire } from "node:module";
import type { Worker as NodeWorker } from "node:worker_threads";

const threads = createRequire(import.meta.url)("node:worker_threads") as { Worker: typeof NodeWorker };

/** Workers that have not ended, and those of them that have begun to work. */
const alive = new Set<NodeWorker>();
const ready = new Set<NodeWorker>();

export const workers = {
  /** Workers that were started since this was loaded, and those of them that were ended from here. */
  started: 0,
  killed: 0,
  get alive(): number {
    return alive.size;
  },
  /** Ends a worker that works, or now and then one that is still starting, wherever it is; returns whether there was one. */
  kill(unit: () => number): boolean {
    const some = [...(unit() < 0.9 ? ready : alive)];
    const victim = some[Math.floor(unit() * some.length)];
    if (victim === undefined) return false;
    // At once: a second end of the same worker would count twice.
    alive.delete(victim);
    ready.delete(victim);
    ending.add(victim);
    this.killed++;
    void victim.terminate();
    return true;
  },
  /** Workers that were told to end and have not yet. */
  get ending(): number {
    return ending.size;
  },
};

const ending = new Set<NodeWorker>();

// Pools take it from the module each time that they are started.
threads.Worker = class extends threads.Worker {
  constructor(...args: ConstructorParameters<typeof NodeWorker>) {
    super(...args);
    workers.started++;
    alive.add(this);
    this.once("message", () => {
      if (alive.has(this)) ready.add(this);
    });
    this.once("exit", () => {
      alive.delete(this);
      ready.delete(this);
      ending.delete(this);
    });
  }
};
