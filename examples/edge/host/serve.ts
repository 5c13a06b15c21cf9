/** A Worker in workerd, on this machine's loopback address, by miniflare. */
import { execFileSync } from "node:child_process";
import { Miniflare } from "miniflare";
import type { WorkerModule } from "./bundle.js";
import { Inspector } from "./inspector.js";

/** Any will do: nothing is compiled while the Worker runs. */
const COMPATIBILITY_DATE = "2024-09-23";

export interface Served {
  readonly url: URL;
  /** Opens V8's inspector of the Worker. */
  inspect(): Promise<Inspector>;
  /** Memory of the whole workerd process (RSS), in bytes. Needs `ps`. */
  processMemory(): number;
  stop(): Promise<void>;
}

/** Starts workerd with a Worker, on any free port unless one is named; resolves when it listens. */
export async function serve(modules: readonly WorkerModule[], port = 0): Promise<Served> {
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    inspectorPort: 0,
    cf: false, // asks no one where this machine is
    compatibilityDate: COMPATIBILITY_DATE,
    modules: [...modules],
  });
  const url = await miniflare.ready;
  return {
    url,
    inspect: async () => Inspector.connect(new URL("/core:user:", await miniflare.getInspectorURL()).href),
    processMemory,
    stop: () => miniflare.dispose(),
  };
}

/** Of the workerd that this process has started. */
function processMemory(): number {
  const lines = execFileSync("ps", ["-A", "-o", "ppid=,rss=,comm="], { encoding: "utf8" }).split("\n");
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([parent, , command]) => Number(parent) === process.pid && command.includes("workerd"));
  if (found.length !== 1) throw new Error(`${found.length} workerd processes were found, expected 1`);
  return Number(found[0][1]) * 1024;
}
