/** What is wrong with a model, and where. */

/** Bytes that are no ONNX model, or one that cannot be used here; the message says why, as one line. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";

  /** @param offset the byte of the model at which it is wrong; undefined where it is the model as a whole */
  constructor(
    message: string,
    readonly offset?: number,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
