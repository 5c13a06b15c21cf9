/**
 * How many calls the fuzz tests make: a few thousand each with `npm test`, a million in all with `npm run test:fuzz`,
 * any number with SAU_FUZZ_CALLS. What is made of them depends on SAU_TEST_SEED alone (random.ts).
 */

const given = process.env.SAU_FUZZ_CALLS ?? "";

/** Whether the number of calls was given, so that what is strided otherwise is done in full. */
export const isThorough = given !== "";

/** Calls of all fuzz tests together. */
const CALLS = isThorough ? Number(given) : 40_000;
if (!(Number.isInteger(CALLS) && CALLS > 0)) {
  throw new Error(`SAU_FUZZ_CALLS is ${given}, expected a whole number from 1.`);
}

/** How the calls are shared out. */
const SHARES = {
  /** Of the verbs, on every tier: bytes that fast-check makes, and bytes that the guided fuzzer makes. */
  verbsChecked: 0.3,
  verbsGuided: 0.3,
  pool: 0.02,
  npyChecked: 0.06,
  npyGuided: 0.14,
  onnxChecked: 0.04,
  onnxGuided: 0.14,
} as const;

/** The calls of one fuzz test. */
export function callsOf(test: keyof typeof SHARES): number {
  return Math.ceil(CALLS * SHARES[test]);
}
