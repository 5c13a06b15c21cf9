/** The ways of running the package in a runtime that has a command: each is a program that prints what it found. */
import { type ExecFileOptions, execFile } from "node:child_process";
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Found } from "./body.js";
import type { RunExample } from "./examples.js";
import type { Context, Engine, Failure, Row } from "./row.js";

const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));

/** The longest that a program may take: far more than any needs. */
const LIMIT_MS = 120_000;

/** A way, and what its reports must say. */
export interface Way {
  readonly way: string;
  run(): Promise<Printed>;
  /** What the pool's report must say. */
  readonly pool?: RegExp;
  /** What the reason for every tier must say that was passed over. */
  readonly passedOver?: RegExp;
  /** Which tier it must be. */
  readonly tier?: RegExp;
}

/** What a program prints. */
export interface Printed extends Found {
  readonly importMs?: number;
}

/** Which runtime it is. */
export type Identity = Pick<Row, "runtime" | "version"> & { readonly engine: Engine };

const require = createRequire(import.meta.url);

/** A file of a package that is installed for these tests (test/runtimes/package.json). */
export function installed(name: string, file: string): string {
  return join(require.resolve(`${name}/package.json`), "..", file);
}

/** Where and how a command runs. */
export type Place = Pick<ExecFileOptions, "cwd" | "env">;

/** What a command prints on standard output. */
export async function output(command: string, args: readonly string[], place: Place = {}): Promise<string> {
  const options = { ...place, timeout: LIMIT_MS, maxBuffer: 2 ** 24 };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout;
}

/** Runs a command whose last line is what it found, as JSON. */
export async function printed(command: string, args: readonly string[], place: Place): Promise<Printed> {
  const lines = (await output(command, args, place)).trimEnd().split("\n");
  return JSON.parse(lines.at(-1)!);
}

/** What the pool's report says where it has the two workers that were asked for. */
export const TWO_WORKERS = /^2 threads, each a worker: as many as were asked for$/;

/** What it says where there are none. */
export const NO_WORKERS = /^1 thread, the calling one: this host has no workers$/;

/** What a tier's reason says where the host compiles no WebAssembly. */
export const REFUSED = /^CompileError: .* Wasm code generation disallowed by embedder$/;

/** A tier with SIMD: which of them is the processor's and the engine's matter. */
export const SIMD = /^(relaxed-simd|simd128)$/;

/** What reports say where there is no WebAssembly. */
export const NO_WEBASSEMBLY = {
  passedOver: /^Error: this host has no WebAssembly$/,
  pool: /^1 thread, the calling one: no tier works .* \(Error: this host has no WebAssembly\)$/,
};

/** Puts the programs that several runtimes share into a project. */
export function copyPrograms({ project }: Context): void {
  for (const file of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, file), join(project, file));
}

/** Runs examples as programs of a command; those that call require are CommonJS. */
export function asPrograms(command: string, args: readonly string[], project: string): RunExample {
  return async (code, name) => {
    const file = `${name}.${code.includes("require(") ? "cjs" : "mjs"}`;
    writeFileSync(join(project, file), code);
    return output(command, [...args, file], { cwd: project });
  };
}

/** Runs each way, one after the other: they share the machine's threads. */
export async function rowsOf(identity: Identity, ways: readonly Way[]): Promise<(Row | Failure)[]> {
  const rows: (Row | Failure)[] = [];
  for (const { way, run, ...expected } of ways) {
    try {
      const { importMs, ...found } = await run();
      const failures = [...found.failures, ...wrongReports(found, expected)];
      rows.push({ ...identity, way, importMs, ...found, failures });
    } catch (error) {
      rows.push({ runtime: identity.runtime, way, error: String((error as Error).stack ?? error) });
    }
  }
  return rows;
}

function wrongReports(
  { poolReport, tier, tierReport }: Found,
  { pool, passedOver, tier: expectedTier }: Omit<Way, "way" | "run">,
): string[] {
  const wrong: string[] = [];
  if (expectedTier !== undefined && !expectedTier.test(tier)) {
    wrong.push(`the tier is ${tier}, expected ${expectedTier}`);
  }
  if (pool !== undefined && !pool.test(poolReport)) {
    wrong.push(`the pool's report is ${JSON.stringify(poolReport)}, expected ${pool}`);
  }
  for (const { tier: other, available, reason } of tierReport) {
    if (available || passedOver === undefined || passedOver.test(reason)) continue;
    wrong.push(`the reason for ${other} is ${JSON.stringify(reason)}, expected ${passedOver}`);
  }
  return wrong;
}
