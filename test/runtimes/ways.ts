/** The ways of running the package in a runtime that has a command: each is a program that prints what it found. */
import { type ExecFileOptions, execFile } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TIERS, type Tier } from "../../ts/tier.js";
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
  /** The tiers that must run here by name, fastest first, and no other may: "auto" takes the first. */
  readonly tiers: readonly Tier[];
  /** What the pool's report must say; undefined where no pool is asked for. */
  readonly pool?: RegExp;
  /** What the reason for every tier must say that was passed over. */
  readonly passedOver?: RegExp;
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

/** Whether this processor fuses multiplications with additions: without that, relaxed-simd is passed over everywhere. */
const FUSES = process.arch !== "x64" || /\bfma\b/.test(readFileSync("/proc/cpuinfo", "utf8"));

/** The tiers of an engine without relaxed SIMD, and of any engine on a processor that does not fuse. */
export const EXACT_TIERS: readonly Tier[] = TIERS.filter((tier) => tier !== "relaxed-simd");

/** The tiers of an engine with relaxed SIMD. */
export const ALL_TIERS: readonly Tier[] = FUSES ? TIERS : EXACT_TIERS;

/** The tiers of a Node: before version 22 relaxed SIMD is behind a flag. */
export function tiersOfNode(major: number): readonly Tier[] {
  return major < 22 ? EXACT_TIERS : ALL_TIERS;
}

/** What must be found where there is no WebAssembly. */
export const NO_WEBASSEMBLY = {
  tiers: ["js"],
  passedOver: /^Error: this host has no WebAssembly$/,
  pool: /^1 thread, the calling one: no tier works .* \(Error: this host has no WebAssembly\)$/,
} as const;

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
  { poolReport, tier, tierReport, hashes }: Found,
  { tiers, pool, passedOver }: Omit<Way, "way" | "run">,
): string[] {
  const wrong: string[] = [];
  const byName = Object.keys(hashes).join();
  if (byName !== tiers.join()) wrong.push(`the tiers that run by name are ${byName}, expected ${tiers}`);
  if (tier !== tiers[0]) wrong.push(`the tier is ${tier}, expected ${tiers[0]}`);
  const isAsExpected = poolReport === undefined ? pool === undefined : pool?.test(poolReport);
  if (!isAsExpected) wrong.push(`the pool's report is ${JSON.stringify(poolReport)}, expected ${pool}`);
  for (const { tier: other, available, reason } of tierReport) {
    if (available || passedOver === undefined || passedOver.test(reason)) continue;
    wrong.push(`the reason for ${other} is ${JSON.stringify(reason)}, expected ${passedOver}`);
  }
  return wrong;
}
