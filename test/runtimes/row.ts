/** What a runtime found: a row of the matrix in docs/runtimes.md. */
import type { Found } from "./body.js";

/** Whose arithmetic it is: only relaxed-simd may differ between engines. */
export type Engine = "V8" | "JavaScriptCore" | "SpiderMonkey" | "Hermes";

/** One way of running the package in one runtime. */
export interface Row extends Found {
  /** As it stands in the matrix, without what changes from one patch to the next: "Node 22". */
  readonly runtime: string;
  /** The whole version. */
  readonly version: string;
  readonly engine: Engine;
  /** "ESM", "CJS", "worker". */
  readonly way: string;
  /** How long the package took to load by the host's clock; undefined where that stands still. */
  readonly importMs: number | undefined;
}

/** A way that came to no row. */
export interface Failure {
  readonly runtime: string;
  readonly way: string;
  readonly error: string;
}

/** What a runtime is given. */
export interface Context {
  /**
   * A folder of the runtime's own: the packed package is in its node_modules, and beside it lies the body (body.ts), as
   * body.js, an ES module, and as body.cjs.
   */
  readonly project: string;
}

/** A runtime: what runs the body in it, in every way. */
export interface Runtime {
  /** What `--only` takes. */
  readonly name: string;
  /** Whatever fails is among the results. */
  rows(context: Context): Promise<readonly (Row | Failure)[]>;
}
