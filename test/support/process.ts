/** Child processes, for what must not share this one's state. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../scripts/wasm/tiers.js";

/**
 * The path of a built file.
 *
 * @throws {Error} when it is missing, with the command that makes it
 */
export function built(file: string): string {
  const path = join(ROOT, "dist", file);
  if (!existsSync(path)) throw new Error(`dist/${file} is missing. Run: npm run build`);
  return path;
}

/** The built package as an import specifier. */
export function builtModule(): string {
  return pathToFileURL(built("index.js")).href;
}

/** What a program in a file or, with `--input-type` or `-e`, in an argument prints on standard output. */
export function runNode(args: readonly string[], cwd: string = ROOT): string {
  return execFileSync(process.execPath, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** What an ES module prints, as JSON. */
export function runModule(source: string, flags: readonly string[] = [], cwd: string = ROOT): unknown {
  return JSON.parse(runNode([...flags, "--input-type=module", "--eval", source], cwd));
}

/** Runs `act` while every module finds another function under that name of one of Node's. */
export async function withBuiltin<Module extends object, Result>(
  builtin: Module,
  name: keyof Module & string,
  replacement: unknown,
  act: () => Promise<Result>,
): Promise<Result> {
  const functions = builtin as Record<string, unknown>;
  const own = functions[name];
  functions[name] = replacement;
  syncBuiltinESMExports();
  try {
    return await act();
  } finally {
    functions[name] = own;
    syncBuiltinESMExports();
  }
}
