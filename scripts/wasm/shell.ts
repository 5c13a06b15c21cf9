import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where `cargo install` puts programs; a shell that has never heard of rustup may lack it on PATH. */
export const CARGO_BIN = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  timeoutSeconds?: number;
}

/** This process's environment with `first` before, and cargo's programs after, everything on PATH. */
export function environment(first: string[] = []): NodeJS.ProcessEnv {
  const path = [...first, process.env.PATH ?? "", CARGO_BIN].filter((folder) => folder !== "");
  return { ...process.env, PATH: path.join(delimiter) };
}

/** Where PATH finds `program`, or undefined. */
export function findProgram(program: string, env = environment()): string | undefined {
  const names = process.platform === "win32" ? [`${program}.exe`, program] : [program];
  return (env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable);
}

/** What `program` prints, with its messages shown only when it fails. */
export function capture(program: string, args: string[], options: RunOptions = {}): string {
  const result = spawnSync(program, args, {
    env: options.env ?? environment(),
    cwd: options.cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error || result.status !== 0) {
    const messages = result.error?.message ?? `${result.stdout}${result.stderr}`;
    throw new Error(`${[program, ...args].join(" ")} failed:\n${messages}`);
  }
  return result.stdout;
}

/** What `program` prints, or undefined when it is missing or fails. */
export function captureIfAny(program: string, args: string[], options: RunOptions = {}): string | undefined {
  try {
    return capture(program, args, options).trim();
  } catch {
    return undefined;
  }
}

/** Runs `program` in view of the user; whether it succeeded (within its time, if it has a limit). */
export function show(program: string, args: string[], options: RunOptions = {}): boolean {
  const { status } = spawnSync(program, args, {
    env: options.env ?? environment(),
    cwd: options.cwd,
    stdio: "inherit",
    timeout: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
  });
  return status === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
