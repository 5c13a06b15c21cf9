/** Where bytes come from: files, pipes and standard input, one after the other. */
import { constants, fstatSync, openSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { FileError, inFile, UsageError } from "./errors.js";

/** Standard input and output, on the command line. */
export const STANDARD = "-";

/** As messages name it. */
const STANDARD_INPUT = "standard input";

/** Bytes that are read at once from what may go on for any length. */
const CHUNK = 2 ** 20;

/** What an input reads from. */
interface Source {
  /** Puts what comes next at the start of `into`, as much as there is at once; returns 0 at the end. */
  readSome(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Bytes, in their order. */
export class Input {
  /** Bytes that were read so far. */
  offset = 0;
  readonly #source: Source;

  /**
   * @param name as messages name it
   * @param size bytes that the whole has; undefined where that shows only at its end
   */
  constructor(
    readonly name: string,
    readonly size: number | undefined,
    source: Source,
  ) {
    this.#source = source;
  }

  /**
   * Fills `into` with what comes next.
   *
   * @returns how many bytes that were, fewer than asked for at the end alone
   * @throws {FileError} naming the input and the byte
   */
  async read(into: Uint8Array): Promise<number> {
    let filled = 0;
    try {
      while (filled < into.length) {
        const count = await this.#source.readSome(into.subarray(filled));
        if (count === 0) break;
        filled += count;
        this.offset += count;
      }
    } catch (error) {
      throw inFile(this.name, error, this.offset);
    }
    return filled;
  }

  /** All that is left, and closes. */
  async readAll(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let isEnd = false;
    while (!isEnd) {
      // One byte more than a file has: its end shows with the first chunk, unless it has grown since.
      const left = this.size === undefined ? 0 : this.size - this.offset + 1;
      const chunk = new Uint8Array(left > 0 ? left : CHUNK);
      const count = await this.read(chunk);
      chunks.push(chunk.subarray(0, count));
      isEnd = count < chunk.length;
    }
    await this.close();
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

function fromHandle(handle: FileHandle): Source {
  return {
    readSome: async (into) => (await handle.read(into, 0, into.length, null)).bytesRead,
    close: () => handle.close(),
  };
}

/** A pipe is read through the event loop: a thread of the system's that waits for one could not be ended. */
function fromPipe(stream: Readable): Source {
  const chunks: AsyncIterator<Uint8Array, undefined> = stream[Symbol.asyncIterator]();
  let rest = new Uint8Array(0);
  return {
    async readSome(into) {
      if (rest.length === 0) {
        const chunk = await chunks.next();
        if (chunk.done) return 0;
        rest = chunk.value as Uint8Array<ArrayBuffer>;
      }
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
    async close() {
      stream.destroy();
    },
  };
}

function checkNoFolder(name: string, found: Stats, kind: string): void {
  if (found.isDirectory()) throw new FileError(name, `is a directory, expected ${kind}`);
}

/**
 * Opens a file, or standard input for "-".
 *
 * @param kind what is expected there, for messages
 * @throws {FileError} naming it, {UsageError} where standard input is a terminal
 */
export async function openInput(path: string, kind: string): Promise<Input> {
  if (path === STANDARD) {
    if (process.stdin.isTTY) {
      throw new UsageError('standard input is a terminal, expected a file or a pipe for "-"');
    }
    checkNoFolder(STANDARD_INPUT, fstatSync(process.stdin.fd), kind);
    return new Input(STANDARD_INPUT, undefined, fromPipe(process.stdin));
  }
  try {
    const found = await stat(path);
    checkNoFolder(path, found, kind);
    if (found.isFIFO()) {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return new Input(path, undefined, fromPipe(new Socket({ fd, readable: true, writable: false })));
    }
    return new Input(path, found.isFile() ? found.size : undefined, fromHandle(await open(path)));
  } catch (error) {
    throw inFile(path, error);
  }
}
