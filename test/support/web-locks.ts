/** Web Locks, as the specification has them, for one page and its workers; a worker's end is what the test says. */

interface Request {
  readonly mode: "exclusive" | "shared";
  readonly callback: () => unknown;
  readonly settle: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

type Rest = [callback: () => unknown] | [options: { mode?: Request["mode"] }, callback: () => unknown];

/** A lock manager. */
export class WebLocks {
  /** What was asked for, in its order. */
  readonly requests: [name: string, mode: Request["mode"]][] = [];
  /** Refuses every request. */
  refusal: Error | undefined;
  readonly #held = new Map<string, Set<Request>>();
  readonly #waiting = new Map<string, Request[]>();

  readonly request = (name: string, ...rest: Rest): Promise<unknown> => {
    const callback = rest.at(-1) as () => unknown;
    const { mode = "exclusive" } = rest.length === 2 ? rest[0] : {};
    this.requests.push([name, mode]);
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    return new Promise((settle, fail) => {
      const waiting = this.#waiting.get(name) ?? [];
      this.#waiting.set(name, [...waiting, { mode, callback, settle, fail }]);
      this.#grant(name);
    });
  };

  /** Whether a lock is held, and how. */
  modeOf(name: string): Request["mode"] | undefined {
    return [...(this.#held.get(name) ?? [])][0]?.mode;
  }

  /** Takes a lock back from those that hold it exclusively: their thread has ended. */
  takeBack(name: string): void {
    for (const request of this.#held.get(name) ?? []) {
      if (request.mode === "exclusive") this.#release(name, request);
    }
  }

  #release(name: string, request: Request): void {
    this.#held.get(name)!.delete(request);
    this.#grant(name);
  }

  #grant(name: string): void {
    const [next, ...others] = this.#waiting.get(name) ?? [];
    if (next === undefined) return;
    const held = this.#held.get(name) ?? new Set();
    this.#held.set(name, held);
    const fits = held.size === 0 || (next.mode === "shared" && this.modeOf(name) === "shared");
    if (!fits) return;
    this.#waiting.set(name, others);
    held.add(next);
    // As a task of its own.
    setTimeout(async () => {
      try {
        next.settle(await next.callback());
      } catch (error) {
        next.fail(error);
      }
      this.#release(name, next);
    });
    this.#grant(name);
  }
}
