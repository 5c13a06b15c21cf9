"""Compares what the oracle of test/exhaustive gives with MPFR; the second half of `npm run check:oracle`.

    python3 test/exhaustive/check_oracle.py target/exhaustive/points.bin

Each value is compared relative to what errors are measured by (docs/accuracy.md).
"""

import sys

import gmpy2
import numpy as np
from gmpy2 import mpfr

# h(t) = phi(t) - t Q(t) loses 2 log2(t) + 2 bits to cancellation; t Q(t) of a large t underflows to 0, as it should.
BITS = 200
BOUND = 2e-15
POINTS = 10**6
COLUMNS = 7
NAMES = ("y", "dy/dx", "dalpha", "dbeta")


def exact(x, alpha, beta):
    """y, dy/dx and the terms, and the scale of each."""
    t = abs(x) * beta
    phi = gmpy2.exp(-t * t / 2) / gmpy2.sqrt(2 * gmpy2.const_pi())
    tail = gmpy2.erfc(t / gmpy2.sqrt(mpfr(2))) / 2
    smooth = phi - t * tail
    rest = 1 - alpha
    size = gmpy2.rec_sqrt(2 * gmpy2.const_pi()) / beta
    y = (x if x >= 0 else alpha * x) + rest * smooth / beta
    slope = 1 - rest * tail if x >= 0 else alpha + rest * tail
    of_alpha = min(x, mpfr(0)) - smooth / beta
    of_beta = -rest * phi / beta / beta
    return (
        (y, max(abs(y), abs(rest) * size)),
        (slope, max(mpfr(1), abs(alpha), abs(rest))),
        (of_alpha, max(abs(of_alpha), size)),
        (of_beta, abs(rest) * size / beta),
    )


def main():
    gmpy2.get_context().precision = BITS
    rows = np.fromfile(sys.argv[1]).reshape(-1, COLUMNS)
    worst = [(0.0, 0.0, 0.0, 0.0)] * len(NAMES)
    for x, alpha, beta, *found in rows.tolist():
        values = exact(mpfr(x), mpfr(alpha), mpfr(beta))
        for k, (got, (value, scale)) in enumerate(zip(found, values)):
            error = abs(mpfr(got) - value)
            figure = float(error / scale) if error != 0 else 0.0
            if not figure <= worst[k][0]:
                worst[k] = (figure, x, alpha, beta)
    failed = len(rows) < POINTS
    for name, (figure, x, alpha, beta) in zip(NAMES, worst):
        print(f"{name}: {figure:.3g} at x {x}, alpha {alpha}, beta {beta}; bound {BOUND}")
        failed = failed or not figure <= BOUND
    print(f"{len(rows)} points, MPFR with {BITS} bits: {'failed' if failed else 'passed'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
