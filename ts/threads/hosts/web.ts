/**
 * Workers of a page, or of a page's worker.
 *
 * A page is not told when one of its workers has ended. A worker therefore holds a lock (Web Locks) as long as it
 * lives, which the browser takes back when the worker's thread is gone, however it ended, and the page waits for
 * that lock. Locks are known to all pages of an origin: their names are random.
 */
import type { Host, HostWorker, WorkerListeners } from "../host.js";
import type { Assignment, Message } from "../serve.js";
import source from "../worker.js?source";

/** What makes a page cross-origin isolated. */
const HEADERS = "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/** What a worker is sent first. */
export interface FirstMessage {
  readonly assignment: Assignment;
  readonly ringsByMessage: boolean;
  /** The lock that it holds as long as it lives. */
  readonly lock: string;
}

/**
 * This host.
 *
 * @throws {Error} where it has no workers that can share memory, saying why
 */
export function webHost(): Host {
  if (typeof Worker !== "function") throw new Error("this host has no workers");
  if (!globalThis.crossOriginIsolated) {
    throw new Error(`this page is not cross-origin isolated: serve it with the headers ${HEADERS}`);
  }
  if (typeof navigator.locks !== "object") throw new Error("this browser has no Web Locks");
  return { parallelism: navigator.hardwareConcurrency, startWorker };
}

/** That a worker's program is not loaded, of which browsers say little. */
function refusal(words: string, cause?: unknown): Error {
  return new Error(`the browser refuses it${words}: does the page's policy allow worker-src blob:?`, {
    cause,
  });
}

function startWorker(
  assignment: Assignment,
  ringsByMessage: boolean,
  listeners: WorkerListeners,
): HostWorker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  let worker: Worker;
  try {
    worker = new Worker(url, { name: "sau-simd" });
  } catch (error) {
    URL.revokeObjectURL(url);
    throw refusal(` (${error})`, error);
  }
  const lock = `sau-simd ${crypto.randomUUID()}`;
  let error: unknown = new Error("the worker was ended");
  /** Whether it was heard, so that it has its lock, or had it. */
  let hasBegun = false;
  let isAwaited = false;
  let isGone = false;
  const gone = (): void => {
    if (isGone) return;
    isGone = true;
    URL.revokeObjectURL(url);
    listeners.gone(error);
  };
  const awaitEnd = async (): Promise<void> => {
    if (isAwaited) return;
    isAwaited = true;
    try {
      // Shared, so that those that workers hold are the exclusive ones.
      await navigator.locks.request(lock, { mode: "shared" }, () => {
        if (hasBegun) return undefined;
        gone();
        // A worker that is told to end can go on for a while: without the lock it never begins.
        return new Promise(() => {});
      });
    } catch {
      // Refused here, they were refused to the worker too, which has told why and has not begun.
    }
    gone();
  };
  const terminate = (): void => {
    worker.terminate();
    awaitEnd();
  };
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    hasBegun = true;
    awaitEnd();
    listeners.message(data);
  };
  worker.onerror = (event) => {
    // It would otherwise print what the pool's report says.
    event.preventDefault();
    if (event.message) {
      error = new Error(event.message);
      // An error does not end a worker.
      terminate();
      return;
    }
    // The program could not be loaded at all, so that there is nothing to wait for.
    error = refusal("");
    gone();
  };
  const first: FirstMessage = { assignment, ringsByMessage, lock };
  worker.postMessage(first);
  return { ref() {}, unref() {}, terminate };
}
