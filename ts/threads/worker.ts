/** The program of a worker in Node, bundled into a string (scripts/worker-source.ts) so that there is no file to find. */
import { parentPort, workerData } from "node:worker_threads";
import { type Assignment, serve } from "./serve.js";

const { assignment, ringsByMessage } = workerData as { assignment: Assignment; ringsByMessage: boolean };
serve(assignment, (message) => parentPort!.postMessage(message), ringsByMessage);
