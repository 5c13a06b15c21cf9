/** Errors that end the command, each with one line for the user. */
import { NpyError } from "../npy/errors.js";
import { OnnxError } from "../onnx/errors.js";

/** Exit codes: docs/command-line.md lists them. A signal ends the command as it does by default. */
export const EXIT = { success: 0, failure: 1, usage: 2 } as const;

/** A command line that cannot be used; the message says what was given and what was expected. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something is wrong with a file; the message names it, and the byte where that is known. */
export class FileError extends Error {
  override readonly name = "FileError";

  constructor(file: string, what: string, offset?: number, cause?: unknown) {
    const where = offset === undefined ? "" : ` (byte ${offset})`;
    super(`${file}: ${what}${where}`, cause === undefined ? undefined : { cause });
  }
}

/** What the system says of a failed call, such as "no such file or directory". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's messages: "ENOENT: no such file or directory, open 'x.npy'".
  return /^[A-Z0-9_]+: ([^,]+)/.exec(error.message)?.[1] ?? error.message;
}

/** What was thrown while `file` was worked on, as an error that names it. */
export function inFile(file: string, error: unknown, offset?: number): Error {
  if (error instanceof FileError || error instanceof UsageError) return error;
  if (error instanceof NpyError || error instanceof OnnxError) {
    return new FileError(file, error.message, error.offset, error);
  }
  return new FileError(file, reasonOf(error), offset, error);
}

/** Whether whoever was to read the output has gone: no error to speak of, as with other commands in a pipe. */
export function isClosedPipe(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as NodeJS.ErrnoException).code === "EPIPE" || isClosedPipe(error.cause);
}
