/**
 * Errors that are neither a wrong value (RangeError) nor a wrong kind (TypeError).
 *
 * Messages say what was given and what was expected. `instanceof` takes the errors of every copy of this package:
 * each of its CommonJS entries is one.
 */

/** Whether an error has a name, whichever copy of its class made it. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Thrown by every use of a Sau or an arena tensor after its `dispose()`. */
export class DisposedError extends Error {
  override readonly name = "DisposedError";

  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, "DisposedError");
  }

  /** @param what what was disposed, as the message's subject */
  constructor(what: string) {
    super(`${what} was disposed and can no longer be used.`);
  }
}

/** Thrown when a tier that was asked for by name cannot run here; `cause` is the host's own error. */
export class TierUnavailableError extends Error {
  override readonly name = "TierUnavailableError";

  static override [Symbol.hasInstance](error: unknown): boolean {
    return isNamed(error, "TierUnavailableError");
  }

  /**
   * @param tier the tier that was asked for
   * @param reason why it cannot run, as the message's second half
   * @param cause what the host threw, if it did
   */
  constructor(
    readonly tier: string,
    reason: string,
    cause?: unknown,
  ) {
    super(`The tier "${tier}" cannot run here: ${reason}.`, cause === undefined ? undefined : { cause });
  }
}

/** Characters of a string that an error message shows. */
const MOST_SHOWN = 64;

/** A value as an error message shows it: short, and with its kind. */
export function describe(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}...` : value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (typeof value === "object" && value !== null) {
    const kind = kindOf(value);
    if (kind === "Object") return "an object";
    return `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The name that an object gives itself; asking for it may run code of the caller's, which may throw. */
function kindOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice("[object ".length, -1);
  } catch {
    return "Object";
  }
}

/**
 * Checks that `value` is an object with names for its parts, and no array or view.
 *
 * @throws {TypeError} naming what was given
 */
export function checkObject(name: string, value: unknown, example: string): void {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && !Array.isArray(value) && !ArrayBuffer.isView(value)) return;
  throw new TypeError(`${name} is ${describe(value)}, expected an object such as ${example}.`);
}
