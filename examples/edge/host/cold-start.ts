/** How long a Worker takes from nothing to its first answer. */
import type { WorkerModule } from "./bundle.js";
import { serve } from "./serve.js";

/** Answers as soon as workerd can: what is measured with it is workerd's own share. */
const EMPTY: WorkerModule = {
  type: "ESModule",
  path: "empty.js",
  contents: new TextEncoder().encode("export default { fetch: () => new Response() };"),
};

export interface ColdStart {
  /** Milliseconds from starting workerd to the Worker's first answer, the median. */
  readonly worker: number;
  /** The same of a Worker that does nothing. */
  readonly empty: number;
}

/** Starts the Worker and an empty one in turn, `rounds` times, each in a new workerd process. */
export async function coldStart(modules: readonly WorkerModule[], request: RequestInit, rounds: number) {
  const times = { worker: [] as number[], empty: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.empty.push(await firstAnswer([EMPTY], request));
    times.worker.push(await firstAnswer(modules, request));
  }
  return { worker: median(times.worker), empty: median(times.empty) } satisfies ColdStart;
}

async function firstAnswer(modules: readonly WorkerModule[], request: RequestInit): Promise<number> {
  const start = performance.now();
  const { url, stop } = await serve(modules);
  try {
    const response = await fetch(new URL("/digit", url), request);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the first request was answered ${response.status}`);
    return performance.now() - start;
  } finally {
    await stop();
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
