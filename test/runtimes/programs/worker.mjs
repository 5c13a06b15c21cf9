// The body in a worker of worker_threads; what it prints is printed here.
import { Worker } from "node:worker_threads";

new Worker(new URL("esm.mjs", import.meta.url));
