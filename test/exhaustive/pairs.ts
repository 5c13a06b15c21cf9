/** The parameters whose every input is walked: each alpha and each beta of the contract's tests occurs. */
import { type Pair, roundedPair } from "../support/oracle.js";
import type { ALPHAS, BETAS } from "../support/points.js";

type Given = readonly [alpha: (typeof ALPHAS)[number], beta: (typeof BETAS)[number]];

export const PAIRS: readonly Given[] = [
  // The paper's.
  [0.15, 20000],
  // Where roundings weigh most, and the neighbours of these.
  [0.01, 1.7],
  [0.01, 1],
  [0.01, 100],
  [0.01, 20000],
  [0.15, 1],
  [0.15, 1.7],
  [0, 1.7],
  [0.5, 1],
  [-1, 1.7],
  [2, 1],
  [1, 1.7],
  // The other betas.
  [0.5, 100],
  [-1, 1e-3],
  [0.15, 1e-30],
  [2, 1e30],
];

/** A pair as it is written: with what was given, before it is rounded. */
export function nameOf([alpha, beta]: readonly [number, number]): string {
  return `${alpha}, ${beta}`;
}

/** A pair as the kernels take it. */
export function rounded([alpha, beta]: readonly [number, number]): Pair {
  return roundedPair(alpha, beta);
}
