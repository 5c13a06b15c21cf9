// The body in a worker as the web has them; what it prints is printed here.
const worker = new Worker(new URL("web-worker-program.mjs", import.meta.url), { type: "module" });
worker.onmessage = () => worker.terminate();
