/** The contract's bounds of single results, which test/accuracy and test/exhaustive hold. */

export const BOUNDS = {
  /** M2: the error in ulp of max(|y|, |1 - alpha| phi(0) / beta). */
  y: 3,
  /** Of max(1, |alpha|, |1 - alpha|). */
  "dy/dx": 2 ** -23,
  /** A term of dalpha, of max(|term|, phi(0) / beta). */
  dAlpha: 1e-6,
  /** A term of dbeta, of max(|term|, |1 - alpha| phi(0) / beta^2). */
  dBeta: 1.25e-6,
} as const;
