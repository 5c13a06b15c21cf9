/** How much memory a run of Node takes at most. */
import { spawnSync } from "node:child_process";

const REPORT =
  "data:text/javascript,process.on('exit',()=>process.stderr.write(String(process.resourceUsage().maxRSS)))";

/** How a run ended, and the most bytes that it had in memory. */
export interface MeasuredRun {
  readonly status: number | null;
  readonly stderr: string;
  readonly bytes: number;
}

/** Runs a program under this Node, whatever becomes of it. */
export function measuredRun(args: readonly string[], input: Uint8Array = new Uint8Array(0)): MeasuredRun {
  const { status, stderr } = spawnSync(process.execPath, ["--import", REPORT, ...args], {
    input,
    encoding: "utf8",
    stdio: ["pipe", "ignore", "pipe"],
  });
  const [, said = "", kibibytes] = /^([\s\S]*?)(\d+)$/.exec(stderr) ?? [];
  return { status, stderr: said, bytes: Number(kibibytes) * 1024 };
}

/**
 * Runs a program under this Node, which must say nothing on standard error.
 *
 * @returns the most bytes that it had in memory
 * @throws {Error} what it said, where it failed
 */
export function peakMemory(args: readonly string[]): number {
  const { status, stderr, bytes } = measuredRun(args);
  if (status !== 0 || stderr !== "") throw new Error(stderr);
  return bytes;
}
