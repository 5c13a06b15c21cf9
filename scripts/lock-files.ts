import { execFileSync } from "node:child_process";
import { ROOT } from "./wasm/tiers.js";

/** The npm lock files of the repository, by their paths in it. */
export function lockFiles(): string[] {
  const found = execFileSync("git", ["ls-files", "*package-lock.json"], { cwd: ROOT, encoding: "utf8" });
  return found.trim().split("\n");
}
