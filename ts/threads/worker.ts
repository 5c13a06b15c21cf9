/**
 * The program of a worker, in Node as in a page, bundled into a string (scripts/worker-source.ts) so that there is no
 * file to find.
 */
import type { FirstMessage } from "./hosts/web.js";
import { type Assignment, type Message, serve } from "./serve.js";

// A program that Node evaluates has `require`; a script of a page has not.
if (typeof require === "function") {
  const { parentPort, workerData } = require("node:worker_threads") as typeof import("node:worker_threads");
  const { assignment, ringsByMessage } = workerData as { assignment: Assignment; ringsByMessage: boolean };
  serve(assignment, (message) => parentPort!.postMessage(message), ringsByMessage);
} else {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: FirstMessage }) => void;
    onmessageerror: () => void;
    postMessage: (message: Message) => void;
  };
  // As on a page that is sandboxed.
  if (navigator.locks === undefined) throw new Error("workers have no Web Locks here");
  scope.onmessage = ({ data: { assignment, ringsByMessage, lock } }) => {
    // Held for ever; see hosts/web.ts.
    const held = navigator.locks.request(lock, () => {
      setTimeout(serve, 0, assignment, (message: Message) => scope.postMessage(message), ringsByMessage);
      return new Promise(() => {});
    });
    // A rejection is not told to who made the worker, an error is.
    held.catch(reportError);
  };
  scope.onmessageerror = () => {
    throw new Error("the memory cannot be shared with a worker");
  };
}
