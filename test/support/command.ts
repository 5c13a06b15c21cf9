/** The built command sau-simd, as a process of its own, and .npy files for it. */
import { type ChildProcessByStdio, type SpawnSyncOptions, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { afterAll, onTestFinished, TestRunner } from "vitest";
import { DTYPES, type Dtype } from "../../ts/npy/dtype.js";
import { type FoundHeader, formatHeader, type NpyHeader, readHeader } from "../../ts/npy/header.js";
import { built } from "./process.js";

/** What a run left. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Arguments of node that run the command. */
export function commandLine(...args: readonly string[]): string[] {
  return [built("cli.cjs"), ...args];
}

/** Runs the command to its end. */
export function runCommand(args: readonly string[], options: SpawnSyncOptions = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, commandLine(...args), {
    maxBuffer: 2 ** 28,
    ...options,
    encoding: "buffer",
  });
  return { status, stdout, stderr: stderr.toString() };
}

/**
 * Starts the command; its standard input stays open.
 *
 * @param bash arguments of bash that run what follows them, where it shall not be run directly
 */
export function startCommand(
  args: readonly string[],
  bash: readonly string[] = [],
): ChildProcessByStdio<Writable, Readable, Readable> {
  const words = [...(bash.length > 0 ? ["bash", ...bash] : []), process.execPath, ...commandLine(...args)];
  const child = spawn(words[0]!, words.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  return child;
}

/** A folder of its own, removed after the test that asks for it, or after all tests of the file or group that does. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sau-simd-test-"));
  const whenDone = TestRunner.getCurrentTest() === undefined ? afterAll : onTestFinished;
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The dtype of that name in a file's header. */
export function dtype(descr: string): Dtype {
  const found = DTYPES.find((one) => one.descr === descr);
  if (found === undefined) throw new Error(`There is no dtype ${descr}.`);
  return found;
}

/** A file's bytes before its data. */
export function header(shape: readonly number[], more: Partial<NpyHeader> = {}): Uint8Array {
  return formatHeader({ dtype: dtype("<f4"), fortranOrder: false, shape, ...more });
}

/** Writes a float32 file. */
export function writeArray(
  path: string,
  values: Float32Array,
  shape: readonly number[] = [values.length],
  more: Partial<NpyHeader> = {},
): void {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  writeFileSync(path, Buffer.concat([header(shape, more), data]));
}

/** A file that is nothing but a header with that dictionary, which claims to have `claimed` bytes. */
export function npyFile(dictionary: string, version: 1 | 2 | 3 = 1, claimed?: number): Buffer {
  const text = Buffer.from(dictionary, version === 3 ? "utf8" : "latin1");
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(claimed ?? text.length, 0, length.length);
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.from([version, 0]), length, text]);
}

/** Gives `bytes` piece by piece, as `readHeader` asks for them. */
export function readerOf(bytes: Uint8Array): (length: number) => Promise<Uint8Array> {
  let at = 0;
  return async (length) => {
    const piece = bytes.subarray(at, at + length);
    at += piece.length;
    return piece;
  };
}

/** A header, and the data as bytes in memory of their own. */
export async function parseArray(
  bytes: Uint8Array,
): Promise<FoundHeader & { readonly data: Uint8Array<ArrayBuffer> }> {
  const found = await readHeader(readerOf(bytes));
  return { ...found, data: new Uint8Array(bytes.subarray(found.dataOffset)) };
}

/** The values of a float32 file in this machine's byte order, as they lie in memory. */
export async function readArray(path: string): Promise<Float32Array> {
  const { data } = await parseArray(readFileSync(path));
  return new Float32Array(data.buffer);
}

/** Runs `act` where a standard stream of this process is a terminal, or is none. */
export async function onTerminal<Result>(
  stream: { isTTY?: boolean },
  act: () => Promise<Result>,
  isTerminal = true,
): Promise<Result> {
  const own = Object.getOwnPropertyDescriptor(stream, "isTTY");
  Object.defineProperty(stream, "isTTY", { value: isTerminal, configurable: true });
  try {
    return await act();
  } finally {
    if (own === undefined) Reflect.deleteProperty(stream, "isTTY");
    else Object.defineProperty(stream, "isTTY", own);
  }
}

/** Whether Node itself says it: that a file is open that a test which fails a command has left to the end of the process. */
export function isNodesWarning(text: unknown): boolean {
  return /Closing (?:a FileHandle|file descriptor)|--trace-warnings/.test(`${text}`);
}
