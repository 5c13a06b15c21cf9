/** A Worker in workerd, on this machine's loopback address, by miniflare. */
import { execFileSync } from "node:child_process";
import { Miniflare } from "miniflare";
import type { WorkerModule } from "./bundle.js";

/** From this date on, a Worker may compile WebAssembly while it starts. */
const COMPATIBILITY_DATE = "2025-06-01";

export interface Served {
  readonly url: URL;
  /** Memory of the workerd process, in bytes (RSS). */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts workerd with a Worker; resolves when it listens. */
export async function serve(modules: readonly WorkerModule[], port = 0): Promise<Served> {
  const before = new Set(workerds().map(({ pid }) => pid));
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    cf: false, // asks no one where this machine is
    compatibilityDate: COMPATIBILITY_DATE,
    modules: [...modules],
  });
  const url = await miniflare.ready;
  const started = workerds().find(({ pid }) => !before.has(pid));
  return {
    url,
    memory() {
      const found = workerds().find(({ pid }) => pid === started?.pid);
      if (found === undefined) throw new Error("workerd is not among this process's children");
      return found.memory;
    },
    stop: () => miniflare.dispose(),
  };
}

/** The workerd processes that this process has started. */
function workerds(): { pid: number; memory: number }[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,rss=,comm="], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, , command]) => Number(parent) === process.pid && command.includes("workerd"))
    .map(([pid, , kilobytes]) => ({ pid: Number(pid), memory: Number(kilobytes) * 1024 }));
}
