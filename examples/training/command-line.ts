/** What the commands here have in common: how they read options, and how they end. */
import { type ParseArgsConfig, parseArgs } from "node:util";

const FAILED = 1;
const BAD_OPTIONS = 2;

/** A command line that cannot be followed; the message says what was given and what is expected. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/**
 * Node's `parseArgs`.
 *
 * @throws {OptionError} for what it does not know
 */
export function parseOptions<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [problem] = (error as Error).message.split(/\.\s/);
    throw new OptionError(`${problem}; --help lists the options`);
  }
}

/**
 * Runs a command. What the user can mend, an {@link OptionError} or one of `kinds`, ends it with a message and an exit
 * code; all else is a fault of the program, and thrown.
 */
export async function runCommand(
  name: string,
  kinds: readonly (new (...args: never[]) => Error)[],
  command: () => Promise<void>,
): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (![OptionError, ...kinds].some((kind) => error instanceof kind)) throw error;
    console.error(`${name}: ${(error as Error).message}`);
    process.exitCode = error instanceof OptionError ? BAD_OPTIONS : FAILED;
  }
}
