/** A fault that is put into a copy of the sources, and the tests that have to notice it. */
export interface Mutant {
  /** What is wrong, in words. */
  readonly name: string;
  /** The source that it is in. */
  readonly file: string;
  /** What stands there, once in the file. */
  readonly from: string;
  readonly to: string;
  /** Files of tests; for a fault in crate/, those of `cargo test --test`. */
  readonly tests: readonly string[];
  /** Whether the self-test at start-up, which notices much, is to let everything pass. */
  readonly withoutSelfTest?: boolean;
  /** Just the tests with this in their names: those of whole files that take long. */
  readonly named?: string;
}
