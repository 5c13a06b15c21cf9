/**
 * Checks the registry's signatures of all installed packages that a lock file names (`npm audit signatures`).
 *
 * Fails for a signature that is wrong or missing. Where the keys cannot be fetched nothing is known, which is said and
 * fails nothing: a machine without them has to get through its checks too.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { trackedFiles } from "./tracked-files.js";
import { ROOT } from "./wasm/tiers.js";

interface Audited {
  readonly name: string;
  readonly version: string;
}

/** What npm says in its JSON: of the packages, or of why it could not look. */
interface Report {
  readonly invalid?: readonly Audited[];
  readonly missing?: readonly Audited[];
  readonly error?: { readonly summary?: string };
}

/** Seconds that npm may take: without its servers it may wait for ever. */
const SECONDS = 120;

function audit(folder: string): Report {
  const args = ["audit", "signatures", "--json", "--fetch-retries=0"];
  const { stdout } = spawnSync("npm", args, { cwd: folder, encoding: "utf8", timeout: SECONDS * 1000 });
  try {
    return JSON.parse(stdout);
  } catch {
    return { error: { summary: `npm gave no answer within ${SECONDS} seconds` } };
  }
}

for (const lockFile of trackedFiles("*package-lock.json")) {
  const folder = dirname(join(ROOT, lockFile));
  if (!existsSync(join(folder, "node_modules"))) continue;
  const { invalid, missing, error } = audit(folder);
  if (invalid === undefined || missing === undefined) {
    console.log(`${lockFile}: not audited: ${error?.summary?.split("\n")[0] ?? "npm did not say why"}`);
    // The others' keys are at the same places.
    break;
  }
  for (const { name, version } of invalid)
    console.log(`${lockFile}: ${name}@${version} has a wrong signature`);
  for (const { name, version } of missing) console.log(`${lockFile}: ${name}@${version} has no signature`);
  const wrong = invalid.length + missing.length;
  if (wrong > 0) process.exitCode = 1;
  else console.log(`${lockFile}: all signatures are right`);
}
