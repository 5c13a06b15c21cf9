/**
 * Where bytes go to: files, named pipes, devices and standard output.
 *
 * A file appears under its name when it is complete, and not before: until then it has another name in the same
 * folder, and whatever ends the command removes that.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { access, readlink, rename, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { dirname, isAbsolute } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { FileError, inFile, reasonOf, UsageError } from "./errors.js";
import { STANDARD } from "./input.js";

/** What an output writes to. */
interface Target {
  /** Writes the start of `bytes`, as much as goes at once. */
  writeSome(bytes: Uint8Array): Promise<number>;
  /** Everything was written. */
  finish(): Promise<void>;
}

/** Bytes, in their order. */
export class Output {
  /** Bytes that were written so far. */
  offset = 0;
  readonly #target: Target;

  /** @param name as messages name it */
  constructor(
    readonly name: string,
    target: Target,
  ) {
    this.#target = target;
  }

  /**
   * Writes all of `bytes`, which may be changed once that has settled.
   *
   * @throws {FileError} naming the output and the byte
   */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < bytes.length; ) {
        const count = await this.#target.writeSome(bytes.subarray(written));
        written += count;
        this.offset += count;
      }
    } catch (error) {
      throw inFile(this.name, error, this.offset);
    }
  }

  /** Everything was written: only now a file has its name. */
  async commit(): Promise<void> {
    try {
      await this.#target.finish();
    } catch (error) {
      throw inFile(this.name, error);
    }
  }
}

/** As messages name it. */
const STANDARD_OUTPUT = "standard output";

/** What was thrown, or told by an event, while something was written to standard output. */
export function inStandardOutput(error: unknown): Error {
  return inFile(STANDARD_OUTPUT, error);
}

/** Files that are not complete. */
const unfinished = new Set<string>();

/** Removes all files that are not complete: for the end of the process, so at once, and without errors. */
export function discardUnfinished(): void {
  for (const path of unfinished) {
    try {
      fs.unlinkSync(path);
    } catch {
      // There is nobody left to tell.
    }
  }
  unfinished.clear();
}

const write = promisify(fs.write);
const open = promisify(fs.open);
const close = promisify(fs.close);

/** An open file or device. */
function toDescriptor(fd: number, finish: () => Promise<void>): Target {
  return {
    writeSome: async (bytes) => (await write(fd, bytes, 0, bytes.length, null)).bytesWritten,
    finish,
  };
}

function toStream(stream: Writable, finish: () => Promise<void>): Target {
  return {
    writeSome: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)));
      }),
    finish,
  };
}

/** Milliseconds after which a named pipe that nobody reads is tried again. */
const UNREAD_MS = 20;

/**
 * A named pipe, once somebody reads it. It is written to through the event loop, as pipes are read: a thread of the
 * system's that waits for its reader could not be ended.
 */
async function toPipe(path: string): Promise<Target> {
  for (;;) {
    try {
      const fd = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
      const stream = new Socket({ fd, readable: false, writable: true });
      // Whoever writes is told.
      stream.on("error", () => {});
      return toStream(stream, () => new Promise((resolve) => stream.end(resolve)));
    } catch (error) {
      // So the system says that nobody reads it yet.
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
      await setTimeout(UNREAD_MS);
    }
  }
}

async function statOrNone(path: string): Promise<fs.Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The name of something that the process has open already, such as /dev/fd/3. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/;

/**
 * What the links at `path` lead to, whether it is there or not. Links that the system makes for a {@link DESCRIPTOR}
 * are not followed: what is open may have no name, or another file has it by now.
 */
async function endOfLinks(path: string): Promise<string> {
  if (DESCRIPTOR.test(path)) return path;
  let next: string;
  try {
    next = await readlink(path);
  } catch {
    // No link, or nothing: what is wrong with it will show when it is opened.
    return path;
  }
  // Not normalised: the system knows which folder ".." is.
  return endOfLinks(isAbsolute(next) ? next : `${dirname(path)}/${next}`);
}

/** @throws {FileError} for a file that may not be written to, though its folder might let it be replaced */
async function checkWritable(path: string): Promise<void> {
  try {
    await access(path, fs.constants.W_OK);
  } catch (error) {
    const what = `${reasonOf(error)}: a file that may not be written to is not replaced`;
    throw new FileError(path, what, undefined, error);
  }
}

/** A file that will replace `old` at `path`, if that is there; it keeps that one's permissions. */
function replacing(path: string, old: fs.Stats | undefined): Target {
  // Short, since that of the file itself may be as long as names can be.
  const temporary = `${dirname(path)}/.sau-simd-${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  // Made at once, so that a signal finds it either not there or among those to remove.
  const fd = fs.openSync(temporary, "wx");
  unfinished.add(temporary);
  if (old !== undefined) fs.fchmodSync(fd, old.mode & 0o777);
  return toDescriptor(fd, async () => {
    // Some systems say no sooner that there was no room.
    await close(fd);
    await rename(temporary, path);
    unfinished.delete(temporary);
  });
}

async function openTarget(path: string): Promise<Target> {
  const found = await statOrNone(path);
  if (found?.isDirectory()) throw new FileError(path, "is a directory, expected the name of a file");
  if (found?.isFIFO()) return toPipe(path);
  const end = await endOfLinks(path);
  const [, descriptor] = DESCRIPTOR.exec(end) ?? [];
  if (descriptor !== undefined) return toDescriptor(Number(descriptor), async () => {});
  if (found?.isFile()) await checkWritable(path);
  if (found === undefined || found.isFile()) return replacing(end, found);
  const fd = await open(path, "w");
  return toDescriptor(fd, () => close(fd));
}

/**
 * Opens a file, or standard output for "-". What is there stays as it is until `commit`; devices, named pipes and what
 * is open already are written to directly.
 *
 * @throws {FileError} naming it, {UsageError} where standard output is a terminal
 */
export async function openOutput(path: string): Promise<Output> {
  if (path === STANDARD) {
    if (process.stdout.isTTY) {
      throw new UsageError('standard output is a terminal, expected a file or a pipe for "-"');
    }
    return new Output(
      STANDARD_OUTPUT,
      toStream(process.stdout, async () => {}),
    );
  }
  try {
    return new Output(path, await openTarget(path));
  } catch (error) {
    throw inFile(path, error);
  }
}
