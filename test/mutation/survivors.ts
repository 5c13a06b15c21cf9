/**
 * Mutants that no test notices, each as the line where it begins and what stands there instead, with the reason.
 * `npm run test:mutation` fails for one that survives and is not here, and for one that is here and was killed.
 */

/** Mutants with one reason, by their files. */
interface Survivors {
  readonly reason: string;
  readonly mutants: Readonly<Record<string, readonly (readonly [before: string, after: string])[]>>;
}

const SHORTCUT = "A shortcut: without it a call gives the same, and takes longer.";

/** The reasons of those that change no result, no error and no memory: no test could notice them. */
export const CHANGE_NOTHING: readonly string[] = [SHORTCUT];

export const SURVIVORS: readonly Survivors[] = [];
