/** What a suite is made of: groups of rows that take turns, and the bars that were promised for them. */

/** Something to time. */
export interface Row {
  readonly name: string;
  /** What one run handles, to give times an element, a call or an array. */
  readonly elements: number;
  /** The name of the row that this one is shown as a multiple of. */
  readonly against?: string;
  readonly bars?: readonly Bar[];
  /** Runs once and throws when the answer is wrong; called before anything is timed. */
  check(): void | Promise<void>;
  /** Called before each turn, not timed. */
  prepare?(): unknown;
  /** What is timed; a promise is waited for. */
  run(): unknown;
}

/**
 * What a row's time is held to. Names are of rows in the same group.
 *
 * `most`: at most so many times the fastest of `of`. `faster`: at least so many times faster than `than`.
 * `time`: at most so many of the group's unit, or at most so many above the row `above`.
 * `anyOf`: one of several is enough.
 */
export type Bar =
  | { readonly most: number; readonly of: readonly string[] }
  | { readonly faster: number; readonly than: string }
  | { readonly time: number; readonly above?: string }
  | { readonly anyOf: readonly Bar[] };

/** A row that cannot run here, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Rows that take turns. */
export interface Group {
  readonly title: string;
  /** What a time is of: "ns an element". */
  readonly unit: string;
  readonly rows: readonly Row[];
  readonly skipped?: readonly Skipped[];
  /** Rounds, where the default would take too long. */
  readonly rounds?: number;
  /** Gives back what the rows hold. */
  release?(): void | Promise<void>;
}

/** What a suite is told. */
export interface Context {
  /** A folder of prototypes to compare with. */
  readonly reference: string | undefined;
  /** The major version of Node: some bars differ. */
  readonly node: number;
}

/** A named set of groups, made one after the other so that only one holds memory. */
export interface Suite {
  readonly description: string;
  groups(context: Context): AsyncIterable<Group> | Iterable<Group>;
}

/** The majors of Node whose optimiser takes the order of instructions from the module (V8 13.6 and later). */
export const FIRST_NODE_IN_ORDER = 24;

/** "At most `factor` times `row`". */
export function atMost(factor: number, ...of: string[]): Bar {
  return { most: factor, of };
}

/** "At least `factor` times faster than `row`". */
export function fasterThan(factor: number, than: string): Bar {
  return { faster: factor, than };
}

/** Why a tier's module is refused, where it is. */
export function refusal(tier: string): string {
  return `this engine has no ${tier === "relaxed-simd" ? "relaxed SIMD" : tier === "simd128" ? "SIMD" : "WebAssembly"}`;
}
