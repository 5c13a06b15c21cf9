"""Writes test/golden/vectors.json: exact values of the activation and its derivatives.

    python3 scripts/golden.py

x, alpha and beta are float32 numbers, written as exact decimals; everything else is
computed from them with mpmath at 50 digits and written with 25. The closed form is
compared with the definition, the numerical convolution of leaky ReLU with a Gaussian
of width 1 / beta, on a subset of the rows.
"""

import itertools
import json
from decimal import Decimal
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf

FILE = Path(__file__).parent.parent / "test" / "golden" / "vectors.json"
WORKING_DIGITS = 50
# The error function and h lose digits to cancellation in the tail: work with more.
GUARD_DIGITS = 60
SHOWN_DIGITS = 25
ROWS = 600

ALPHAS = [-1, 0, 0.01, 0.15, 0.5, 1, 2, -3.5]
BETAS = [1e-30, 1e-3, 1, 1.7, 100, 20000, 1e30]
PRODUCTS = [
    0, 1e-12, 1e-6, 1e-3, 0.1, 0.25, 0.5, 0.747, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4,
    4.5, 5, 5.3, 5.4, 5.5, 6, 8, 12, 40, 1e4, 1e20,
]
SUBNORMALS = [1e-45, 1e-42, 1e-39]


def f32(value):
    return float(np.float32(value))


def exact(value):
    """The exact decimal of a double."""
    text = format(Decimal(value), "f") if value == 0 or 1e-6 <= abs(value) < 1e16 else str(Decimal(value))
    return text


def shown(value):
    return mpmath.nstr(value, SHOWN_DIGITS, strip_zeros=False, min_fixed=-5, max_fixed=20)


def density(t):
    return mpmath.exp(-t * t / 2) / mpmath.sqrt(2 * mpmath.pi)


def upper_tail(t):
    return mpmath.erfc(t / mpmath.sqrt(2)) / 2


def smooth(t):
    """h(t) = phi(t) - t Q(t) for t >= 0."""
    if t > 1000:
        # Below 10^-200000: only its zero is of interest. The two terms agree to 6 digits
        # or more, so the asymptotic series is used instead of their difference.
        return density(t) / t**2 * (1 - 3 / t**2 + 15 / t**4 - 105 / t**6)
    return density(t) - t * upper_tail(t)


def activation(x, alpha, beta):
    """y, dy/dx, dy/dalpha, dy/dbeta."""
    u = beta * x
    h = smooth(abs(u))
    y = (x if x >= 0 else alpha * x) + (1 - alpha) * h / beta
    dydx = alpha + (1 - alpha) * upper_tail(-u)
    dalpha = min(x, mpf(0)) - h / beta
    dbeta = -(1 - alpha) * density(u) / beta**2
    return y, dydx, dalpha, dbeta


def convolution(x, alpha, beta):
    """The definition: leaky ReLU convolved with the Gaussian density of width 1 / beta."""
    # s = z / beta, with z standard normal; leaky ReLU bends where z = beta x.
    bend = beta * x
    ends = sorted({mpf(-16), mpf(16), *(mpf(k) for k in range(-14, 15, 2)), bend})
    ends = [e for e in ends if -16 <= e <= 16]

    def integrand(z):
        v = x - z / beta
        return (v if v >= 0 else alpha * v) * density(z)

    return mpmath.quad(integrand, ends)


def cases():
    """(x, alpha, beta) in doubles that are float32 numbers, without repetition."""
    alphas = [f32(a) for a in ALPHAS]
    neighbours = [
        float(np.nextafter(np.float32(a), np.float32(side)))
        for a in ALPHAS
        for side in (-np.inf, np.inf)
    ]
    betas = [f32(b) for b in BETAS]
    signs = (1.0, -1.0)
    seen = {}

    def add(x, alpha, beta):
        x = f32(x)
        if np.isfinite(x):
            seen.setdefault((x, alpha, beta, np.signbit(x)), (x, alpha, beta))

    def at(product, sign, alpha, beta):
        with np.errstate(over="ignore"):
            add(sign * product / beta, alpha, beta)

    # Every product at the plain beta and the paper's alpha, both signs.
    for product, sign in itertools.product(PRODUCTS, signs):
        at(product, sign, f32(0.15), f32(1.7))
    # Subnormal x everywhere it matters, zero of both signs.
    for x, sign, beta in itertools.product([0.0, *SUBNORMALS], signs, betas):
        add(sign * x, f32(0.15), beta)
    # The float32 on both sides of the root, at the paper's alpha.
    for beta in betas:
        root = np.float32(find_root(f32(0.15), beta))
        for x in (np.nextafter(root, np.float32(-np.inf)), root, np.nextafter(root, np.float32(np.inf))):
            add(x, f32(0.15), beta)
    # Neighbours of the listed alphas.
    for alpha, product in itertools.product(neighbours, (-0.75, 0.5, -3.0)):
        at(abs(product), np.sign(product), alpha, f32(1.7))
    # The rest is drawn from the full product of the lists.
    everything = list(itertools.product(PRODUCTS, signs, alphas, betas))
    order = np.random.default_rng(20000).permutation(len(everything))
    for i in order:
        if len(seen) >= ROWS:
            break
        at(*everything[i])
    return list(seen.values())


def find_root(alpha, beta):
    """Where y is 0, in double: alpha u + (1 - alpha) h(|u|) = 0 at u < 0."""
    a = mpf(alpha)
    return float(mpmath.findroot(lambda u: a * u + (1 - a) * smooth(-u), (-0.8, -0.7), solver="anderson")) / beta


def arguments():
    """60 values of t for the table of h, Q and phi."""
    listed = [0, 1e-6, 1e-3, 0.1, 0.747, 5.3, 5.35, 5.4, 5.417, 5.5, 6, 8]
    rest = np.linspace(0.1, 6.1, 62 - len(listed))[1:-1]
    return sorted({f32(t) for t in [*listed, *rest]})


def main():
    mp.dps = WORKING_DIGITS + GUARD_DIGITS
    rows, checked, worst = [], 0, mpf(0)
    for index, case in enumerate(cases()):
        x, alpha, beta = (mpf(v) for v in case)
        y, dydx, dalpha, dbeta = activation(x, alpha, beta)
        if index % 12 == 0 and abs(beta * x) < 12:
            mp.dps = WORKING_DIGITS
            scale = max(abs(y), abs(1 - alpha) * density(mpf(0)) / beta)
            difference = abs(convolution(x, alpha, beta) - y)
            mp.dps = WORKING_DIGITS + GUARD_DIGITS
            # At the root y is small by cancellation; its size there is that of its terms.
            error = difference / scale if scale else difference
            worst, checked = max(worst, error), checked + 1
            if error > mpf("1e-20"):
                raise SystemExit(f"closed form and convolution differ by {error} at {case}")
        rows.append({
            "x": "-0" if x == 0 and np.signbit(case[0]) else exact(case[0]),
            "alpha": exact(case[1]),
            "beta": exact(case[2]),
            "y": shown(y),
            "dydx": shown(dydx),
            "dalpha": shown(dalpha),
            "dbeta": shown(dbeta),
        })
    table = [
        {"t": exact(t), "h": shown(smooth(mpf(t))), "Q": shown(upper_tail(mpf(t))), "phi": shown(density(mpf(t)))}
        for t in arguments()
    ]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    body = ",\n".join("    " + json.dumps(row) for row in rows)
    more = ",\n".join("    " + json.dumps(row) for row in table)
    FILE.write_text('{\n  "activation": [\n' + body + '\n  ],\n  "functions": [\n' + more + "\n  ]\n}\n")
    print(f"{len(rows)} rows, {len(table)} arguments; {checked} convolutions agree to {mpmath.nstr(worst, 3)}")


if __name__ == "__main__":
    main()
