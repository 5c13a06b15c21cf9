/** Means, spreads, and what differences between paired runs say. */
import quantile from "@stdlib/stats-base-dists-t-quantile";

/** How sure an interval is. */
const CONFIDENCE = 0.95;

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of what `values` are samples of: n - 1 below the sum of squares. NaN for fewer than two. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return values.length < 2 ? Number.NaN : Math.sqrt(squares / (values.length - 1));
}

/** A mean difference, and the interval that holds the true one in 95 of 100 such experiments. */
export interface Difference {
  readonly pairs: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The mean of `differences` with Student's interval, for differences that are normally distributed:
 * mean +- t(n - 1) s / sqrt(n). NaN for the interval of fewer than two.
 */
export function difference(differences: readonly number[]): Difference {
  const pairs = differences.length;
  const middle = mean(differences);
  const t = pairs < 2 ? Number.NaN : quantile((1 + CONFIDENCE) / 2, pairs - 1);
  const reach = (t * deviation(differences)) / Math.sqrt(pairs);
  return { pairs, mean: middle, low: middle - reach, high: middle + reach };
}
