/** How much memory a run of Node takes at most. */
import { spawnSync } from "node:child_process";

const REPORT =
  "data:text/javascript,process.on('exit',()=>process.stderr.write(String(process.resourceUsage().maxRSS)))";

/**
 * Runs a program under this Node, which must say nothing on standard error.
 *
 * @returns the most bytes that it had in memory
 * @throws {Error} what it said, where it failed
 */
export function peakMemory(args: readonly string[]): number {
  const { status, stderr } = spawnSync(process.execPath, ["--import", REPORT, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stderr) * 1024;
}
