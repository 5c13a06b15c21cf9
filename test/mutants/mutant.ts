import type { WasmTier } from "../../ts/tier.js";

/** A fault that is put into a copy of the sources, and the tests that have to notice it. */
export interface Mutant {
  /** What is wrong, in words. */
  readonly name: string;
  /** The source that it is in. */
  readonly file: string;
  /** What stands there, once in the file. */
  readonly from: string;
  readonly to: string;
  /** Files of tests; for a fault in crate/ that builds no module, those of `cargo test --test`. */
  readonly tests: readonly string[];
  /**
   * The tier whose module is built anew: a fault in crate/ that `cargo test` does not compile, as it has one lane. Without
   * an engine for it the fault is left out.
   */
  readonly module?: WasmTier;
  /** Whether the self-test at start-up, which notices much, is to let everything pass. */
  readonly withoutSelfTest?: boolean;
  /** Just the tests with this in their names: those of whole files that take long. */
  readonly named?: string;
}
