/** A Worker as wrangler uploads it: one ES module, and beside it the WebAssembly modules that it imports. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { installed, output } from "../ways.js";

/** Files by name; the first is the Worker. */
export type WorkerFiles = readonly { readonly name: string; readonly contents: Uint8Array<ArrayBuffer> }[];

/** Which of workerd's behaviours a Worker asks for. */
export interface Compatibility {
  readonly compatibilityDate: string;
  readonly compatibilityFlags?: string[];
}

/** From this date on, a Worker may compile WebAssembly while it starts. */
export const COMPILES_AT_START: Compatibility = { compatibilityDate: "2025-06-01" };

/** What wrangler would upload of the program at `path`, without a configuration. */
export async function bundleWorker(
  path: string,
  { compatibilityDate, compatibilityFlags = [] }: Compatibility = COMPILES_AT_START,
): Promise<WorkerFiles> {
  const project = dirname(path);
  const folder = mkdtempSync(join(project, "uploaded-"));
  const compatibility = [
    ...["--compatibility-date", compatibilityDate],
    ...compatibilityFlags.flatMap((flag) => ["--compatibility-flag", flag]),
  ];
  await output(
    process.execPath,
    [
      installed("wrangler", "bin/wrangler.js"),
      ...["deploy", basename(path), "--name", "worker", ...compatibility],
      ...["--dry-run", "--outdir", folder],
    ],
    // It asks nobody, tells nobody, and leaves its logs in the project.
    {
      cwd: project,
      env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", XDG_CONFIG_HOME: project },
    },
  );
  return readdirSync(folder)
    .filter((name) => [".js", ".wasm"].includes(extname(name)))
    .sort((a, b) => Number(a.endsWith(".wasm")) - Number(b.endsWith(".wasm")))
    .map((name) => ({ name, contents: new Uint8Array(readFileSync(join(folder, name))) }));
}
