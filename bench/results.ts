/** What a run found, as JSON keeps it. */
import type { Verdict } from "./judge.js";

/** A row, and what became of it: timed, or `right` where nothing was to be timed. Times are nanoseconds of the group's unit. */
export type RowResult =
  | {
      readonly name: string;
      readonly elements: number;
      readonly least: number;
      readonly median: number;
      readonly upperQuartile: number;
      readonly rounds: number;
      readonly against?: string;
      /** How often it takes as long as the row `against`. */
      readonly ratio?: number;
      readonly bars?: readonly Verdict[];
    }
  | { readonly name: string; readonly right: true }
  | { readonly name: string; readonly wrong: string }
  | { readonly name: string; readonly skipped: string };

export interface GroupResult {
  readonly title: string;
  readonly unit: string;
  readonly rows: readonly RowResult[];
}

export interface SuiteResult {
  readonly suite: string;
  readonly groups: readonly GroupResult[];
}

/** One run under one version of Node. */
export interface Run {
  readonly environment: Environment;
  readonly suites: readonly SuiteResult[];
}

/** Where a run took place. */
export interface Environment {
  readonly date: string;
  readonly command: string;
  readonly node: string;
  readonly v8: string;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  /** This package's and the peers' versions, of those that are installed. */
  readonly packages: Readonly<Record<string, string>>;
}
