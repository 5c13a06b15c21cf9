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

function startWorker(
  assignment: Assignment,
  ringsByMessage: boolean,
  listeners: WorkerListeners,
): HostWorker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "sau-simd" });
  const lock = `sau-simd ${crypto.randomUUID()}`;
  let error: unknown = new Error("the worker was ended");
  /** Whether the worker holds its lock, so that it is gone as soon as someone else gets it. */
  let isLocked = false;
  let isGone = false;
  const gone = (): void => {
    if (isGone) return;
    isGone = true;
    listeners.gone(error);
  };
  const terminate = (): void => {
    worker.terminate();
    if (!isLocked) gone();
  };
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    if (!isLocked) {
      isLocked = true;
      URL.revokeObjectURL(url);
      navigator.locks.request(lock, gone);
    }
    listeners.message(data);
  };
  worker.onerror = (event) => {
    // It would otherwise print what the pool's report says.
    event.preventDefault();
    // Without a message where the program could not be loaded at all.
    error = new Error(
      event.message || "the browser refuses it: does the page's policy allow worker-src blob:?",
    );
    // An error does not end a worker.
    terminate();
  };
  const first: FirstMessage = { assignment, ringsByMessage, lock };
  worker.postMessage(first);
  return { ref() {}, unref() {}, terminate };
}
