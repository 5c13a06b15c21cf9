"""The kernel's arithmetic in numpy float32, operation by operation, and its errors.

    plain    every operation is rounded: the simd128, scalar and js tiers
    relaxed  every mul + add is fused, except the last step of a composite: the relaxed tier

A fused operation is computed as float32(double product + double addend). The
product of two float32 is exact in double; the sum is rounded twice, which
differs from one rounding in about one case in 2^29, by half an ulp.
"""

import numpy as np

from gaussian import PDF_AT_ZERO, pdf, smooth, tail

EVALUATIONS = ("plain", "relaxed")
FUNCTIONS = {"smooth": smooth, "tail": tail}
# What H is multiplied by: 4 h(0) and 4 Q(0).
UNITS = {"smooth": 4 * PDF_AT_ZERO, "tail": 2}
# The parameters at which the contract states its bounds.
ALPHAS = np.array([-1, 0, 0.01, 0.15, 0.5, 1, 2], np.float32)
BETAS = np.array([1e-30, 1e-3, 1, 1.7, 100, 20000, 1e30], np.float32)


def f64(array):
    return np.asarray(array).astype(np.float64)


def multiply_add(a, b, c, evaluation):
    if evaluation == "plain":
        return a * b + c
    return np.float32(f64(a) * f64(b) + f64(c))


def composite(constants, t, evaluation):
    """H(t) for the float32 constants q1..q7, g0, g1 (each may be an array that broadcasts)."""
    q, (g0, g1) = constants[:7], constants[7:]
    a = q[6]
    if evaluation == "plain":
        for k in range(5, -1, -1):
            a = a * t + q[k]
    else:
        wide_t, wide_q = f64(t), f64(q)
        for k in range(5, -1, -1):
            a = np.float32(f64(a) * wide_t + wide_q[k])
    r = a * t
    v = r * (r + g0)
    w = v * (v + g1)
    return (w + np.float32(0.25)) + w * w


def constants_of(fit):
    return np.array(fit["poly"] + fit["shift"], np.float32)


def is_zero_at(constants, clamp):
    """Whether H is exactly +0 at the clamp in every evaluation."""
    t = np.array([clamp], np.float32)
    ends = [composite(constants, t, evaluation)[0] for evaluation in EVALUATIONS]
    return all(end == 0 and not np.signbit(end) for end in ends)


def points(rng, n, pairs):
    """x, alpha, beta with beta x on [-6.5, 6.5], most of it where errors are large.

    alpha and beta are pairs of the contract, or random with every mantissa of beta.
    """
    if pairs:
        alpha, beta = rng.choice(ALPHAS, n), rng.choice(BETAS, n)
    else:
        alpha = np.float32(rng.uniform(-2, 3, n))
        # Two binades, so that (1 - alpha) / beta meets every position in its own.
        beta = np.float32(np.exp2(rng.uniform(-1, 1, n)))
    u = np.where(rng.random(n) < 0.7, rng.uniform(0, 1.8, n), rng.uniform(0, 6.5, n))
    return np.float32(u * rng.choice([-1.0, 1.0], n) / f64(beta)), alpha, beta


def forward_errors(x, alpha, beta, H, evaluation):
    """Error of y in ulp of max(|y|, |1 - alpha| phi(0) / beta), the contract's M2."""
    wide_x, wide_a, wide_b = f64(x), f64(alpha), f64(beta)
    scale = np.float32(UNITS["smooth"] * (1 - wide_a) / wide_b)
    y = multiply_add(H, scale, np.where(x >= 0, x, alpha * x), evaluation)
    exact = (1 - wide_a) / wide_b * smooth(np.abs(wide_b * wide_x))
    exact += np.where(x >= 0, wide_x, wide_a * wide_x)
    size = np.maximum(np.abs(exact), np.abs(1 - wide_a) * PDF_AT_ZERO / wide_b)
    # alpha = 1 makes both zero at x = 0, where an ulp is the smallest subnormal.
    ulp = np.exp2(np.maximum(np.floor(np.log2(np.maximum(size, 1e-300))) - 23, -149))
    return np.abs(f64(y) - exact) / ulp


def slope_errors(x, alpha, beta, H, evaluation):
    """Error of dy/dx as a fraction of 2^-23 max(1, |alpha|, |1 - alpha|), the contract's bound."""
    wide_x, wide_a, wide_b = f64(x), f64(alpha), f64(beta)
    scale = np.float32(2 * (wide_a - 1))
    slope = multiply_add(
        np.where(x < 0, -scale, scale), H, np.where(x < 0, alpha, np.float32(1)), evaluation
    )
    Q = tail(np.abs(wide_b * wide_x))
    exact = np.where(x < 0, wide_a + (1 - wide_a) * Q, 1 - (1 - wide_a) * Q)
    allowed = 2.0**-23 * np.maximum(1, np.maximum(np.abs(wide_a), np.abs(1 - wide_a)))
    return np.abs(f64(slope) - exact) / allowed


def measure(coefficients, n, seed, only=None):
    """The largest errors, named as in coefficients.json, over n points of each kind.

    only: beginnings of the names wanted, for speed.
    """
    rng = np.random.default_rng(seed)
    clamp = np.float32(coefficients["clamp"])
    constants = {name: constants_of(coefficients[name]) for name in FUNCTIONS}
    units = {name: coefficients[name]["unit"] for name in FUNCTIONS}
    worst = {}

    def note(name, error, *arguments):
        if only is None or name.startswith(tuple(only)):
            key = name + evaluation.capitalize()
            worst[key] = max(worst.get(key, 0.0), float(np.max(error(*arguments))))

    def distance(value, exact):
        return np.abs(value - exact)

    block = min(n, 1 << 17)
    for kind in ("Pairs", "Random"):
        for _ in range(-(-n // block)):
            x, alpha, beta = points(rng, block, kind == "Pairs")
            rounded_u = np.abs(x) * beta
            t = np.minimum(rounded_u, clamp)
            u = np.abs(f64(beta) * f64(x))
            smooth_u, tail_u, pdf_u = smooth(u), tail(u), pdf(u)
            for evaluation in EVALUATIONS:
                smooth_H = composite(constants["smooth"], t, evaluation)
                tail_H = composite(constants["tail"], t, evaluation)
                tail_H = np.where(rounded_u >= clamp, np.float32(0), tail_H)
                note("forwardM2" + kind, forward_errors, x, alpha, beta, smooth_H, evaluation)
                note("slope" + kind, slope_errors, x, alpha, beta, tail_H, evaluation)
                h, Q = f64(smooth_H) * units["smooth"], f64(tail_H) * units["tail"]
                # phi occurs in sums only, which add up h and the product t H of the tail.
                phi = h + f64(t * tail_H) * units["tail"]
                note("smoothAbs", distance, h, smooth_u)
                note("tailAbs", distance, Q, tail_u)
                note("pdfAbs", distance, phi, pdf_u)
    return worst
