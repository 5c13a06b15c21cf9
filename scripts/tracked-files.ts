import { execFileSync } from "node:child_process";
import { ROOT } from "./wasm/tiers.js";

/** The repository's files that match one of git's patterns, by their paths in it. */
export function trackedFiles(...patterns: readonly string[]): string[] {
  const found = execFileSync("git", ["ls-files", ...patterns], { cwd: ROOT, encoding: "utf8" });
  return found.trim().split("\n");
}
