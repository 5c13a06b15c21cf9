/**
 * h and Q fast, in double precision: Taylor polynomials around the nearest multiple of 1/256, from values of the
 * error function (test/support/oracle.ts).
 *
 * Half a step is d = 1/512. What the polynomials leave out is at most d^5/120 times the fifth derivative, which is at
 * most 0.56 for h and 1.2 for Q: 3e-16. With the roundings of about five operations on values of at most 1/2 the
 * error is below 2^-50, 9e-16, which is a hundred-millionth of the smallest error that is judged with it.
 * `npm run check:oracle` compares what is composed of them with MPFR at a million points.
 */
import { density, type Pair, upperTail } from "../support/oracle.js";

const STEPS = 256;

/** phi, and with it h and Q, is below 1e-18 from here on, and taken for 0. */
export const NEGLIGIBLE_FROM = 9;

const DEGREE = 4;
/** Coefficients of h and of Q at each centre, from the highest power down. */
const TERMS = 2 * (DEGREE + 1);

const TABLE = makeTable();

function makeTable(): Float64Array {
  const table = new Float64Array((NEGLIGIBLE_FROM * STEPS + 1) * TERMS);
  for (let k = 0; k <= NEGLIGIBLE_FROM * STEPS; k++) {
    const c = k / STEPS;
    const phi = density(c);
    const tail = upperTail(c);
    // h' = -Q, Q' = -phi, phi' = -c phi.
    const first = c * phi;
    const second = (c * c - 1) * phi;
    const third = (3 * c - c * c * c) * phi;
    const smooth = [second / 24, -first / 6, phi / 2, -tail, phi - c * tail];
    table.set([...smooth, -third / 24, -second / 6, first / 2, -phi, tail], k * TERMS);
  }
  return table;
}

/** What is exact, to double precision, for magnitudes and then for their negatives. */
export class Exact {
  readonly y: Float64Array;
  readonly slope: Float64Array;
  /** Terms of dalpha. */
  readonly alpha: Float64Array;
  /** Terms of dbeta. */
  readonly beta: Float64Array;
  readonly #smooth: Float64Array;
  readonly #tail: Float64Array;

  /** @param count how many magnitudes there are each time */
  constructor(
    readonly pair: Pair,
    readonly count: number,
  ) {
    [this.y, this.slope, this.alpha, this.beta] = [0, 1, 2, 3].map(() => new Float64Array(2 * count)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.#smooth = new Float64Array(count);
    this.#tail = new Float64Array(count);
  }

  /** Works it out at each of `x`, none of which is negative. */
  evaluate(x: Float32Array): void {
    const { count, y, slope, alpha: ofAlpha, beta: ofBeta } = this;
    const { alpha, beta } = this.pair;
    const [smooth, tail] = [this.#smooth, this.#tail];
    approximate(x, beta, smooth, tail);
    const rest = 1 - alpha;
    const scale = rest / beta;
    for (let i = 0; i < count; i++) {
      const m = x[i]!;
      const h = smooth[i]!;
      const Q = tail[i]!;
      y[i] = m + scale * h;
      y[count + i] = scale * h - alpha * m;
      slope[i] = 1 - rest * Q;
      slope[count + i] = alpha + rest * Q;
      ofAlpha[i] = -h / beta;
      ofAlpha[count + i] = -m - h / beta;
      ofBeta[i] = (-scale / beta) * (h + m * beta * Q); // phi = h + t Q
      ofBeta[count + i] = ofBeta[i]!;
    }
  }
}

/** h and Q at beta times each of `x`, none of which is negative. */
function approximate(x: Float32Array, beta: number, smooth: Float64Array, tail: Float64Array): void {
  const table = TABLE;
  for (let i = 0; i < x.length; i++) {
    const t = x[i]! * beta; // exact: two numbers of 24 bits
    if (t >= NEGLIGIBLE_FROM) {
      smooth[i] = 0;
      tail[i] = 0;
      continue;
    }
    const k = (t * STEPS + 0.5) | 0;
    const d = t - k / STEPS;
    const at = k * TERMS;
    smooth[i] =
      (((table[at]! * d + table[at + 1]!) * d + table[at + 2]!) * d + table[at + 3]!) * d + table[at + 4]!;
    tail[i] =
      (((table[at + 5]! * d + table[at + 6]!) * d + table[at + 7]!) * d + table[at + 8]!) * d +
      table[at + 9]!;
  }
}
