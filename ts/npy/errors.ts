/** What is wrong with a file, and where. */

/** A file that is no .npy file, or not one that can be used here; the message says why, as one line. */
export class NpyError extends Error {
  override readonly name = "NpyError";

  /** @param offset the byte of the file at which it is wrong */
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}
