/**
 * Where bytes go to: files, devices and standard output.
 *
 * A file appears under its name when it is complete, and not before: until then it has another name in the same
 * folder, and whatever ends the command removes that.
 */
import { randomBytes } from "node:crypto";
import { closeSync, openSync, type Stats, unlinkSync } from "node:fs";
import { type FileHandle, open, realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError, inFile, UsageError } from "./errors.js";
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
      unlinkSync(path);
    } catch {
      // There is nobody left to tell.
    }
  }
  unfinished.clear();
}

function toHandle(handle: FileHandle, finish: () => Promise<void>): Target {
  return {
    writeSome: async (bytes) => (await handle.write(bytes, 0, bytes.length, null)).bytesWritten,
    async finish() {
      // Some systems say no sooner that there was no room.
      await handle.close();
      await finish();
    },
  };
}

const toStandardOutput: Target = {
  writeSome: (bytes) =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)));
    }),
  finish: async () => {},
};

async function statOrNone(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A file that will replace what is at `path`, if anything is; it keeps that one's permissions. */
async function replacing(path: string, old: Stats | undefined): Promise<Target> {
  // A link stays a link, to the new file.
  const target = old === undefined ? path : await realpath(path);
  const temporary = join(
    dirname(target),
    `.${basename(target)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`,
  );
  // Made at once, so that a signal finds it either not there or among those to remove.
  closeSync(openSync(temporary, "wx"));
  unfinished.add(temporary);
  const handle = await open(temporary, "r+");
  if (old !== undefined) await handle.chmod(old.mode & 0o777);
  return toHandle(handle, async () => {
    await rename(temporary, target);
    unfinished.delete(temporary);
  });
}

/**
 * Opens a file, or standard output for "-". What is there stays as it is until `commit`; devices and named pipes are
 * written to directly.
 *
 * @throws {FileError} naming it, {UsageError} where standard output is a terminal
 */
export async function openOutput(path: string): Promise<Output> {
  if (path === STANDARD) {
    if (process.stdout.isTTY) {
      throw new UsageError('standard output is a terminal, expected a file or a pipe for "-"');
    }
    return new Output(STANDARD_OUTPUT, toStandardOutput);
  }
  try {
    const old = await statOrNone(path);
    if (old?.isDirectory()) throw new FileError(path, "is a directory, expected the name of a file");
    if (old === undefined || old.isFile()) return new Output(path, await replacing(path, old));
    return new Output(
      path,
      toHandle(await open(path, "w"), async () => {}),
    );
  } catch (error) {
    throw inFile(path, error);
  }
}
