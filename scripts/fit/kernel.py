"""The kernel's arithmetic in numpy float32, operation by operation, and its errors.

    plain    every operation is rounded: the simd128, scalar and js tiers
    relaxed  every mul_add of crate/src/composite.rs is fused: the relaxed tier

A fused operation is computed as float32(double product + double addend). The
product of two float32 is exact in double; the sum is rounded twice, which
differs from one rounding in about one case in 2^29, by half an ulp.
"""

import numpy as np

from gaussian import PDF_AT_ZERO, pdf, smooth, tail

EVALUATIONS = ("plain", "relaxed")
FUNCTIONS = {"smooth": smooth, "tail": tail}
AT_ZERO = {"smooth": PDF_AT_ZERO, "tail": 0.5}
# The constants of a composite in the order of the arrays here, and how many of each.
FORMS = {
    "smooth": {"poly": 7, "root": 1},
    "tail": {"poly": 7, "shift": 2, "start": 1},
}
# What w of tail is at the clamp: its square is exact, and START is 1/4 less the square of w + 1/2.
END_W = -(2.0**11 - 1) / 2**12
START = 0.25 - 2.0**-24
# The parameters at which the contract states its bounds.
ALPHAS = np.array([-1, 0, 0.01, 0.15, 0.5, 1, 2], np.float32)
BETAS = np.array([1e-30, 1e-3, 1, 1.7, 100, 20000, 1e30], np.float32)


def f64(array):
    return np.asarray(array).astype(np.float64)


def multiply_add(a, b, c, evaluation):
    if evaluation == "plain":
        return a * b + c
    return np.float32(f64(a) * f64(b) + f64(c))


def horner(value, coefficients, t, evaluation):
    if evaluation == "plain":
        for coefficient in coefficients:
            value = value * t + coefficient
        return value
    wide_t = f64(t)
    for coefficient in f64(coefficients):
        value = np.float32(f64(value) * wide_t + coefficient)
    return value


def smooth_root(constants, t, evaluation):
    c, root = constants[:7], constants[7]
    r = horner(c[6] - t, c[5::-1], t, evaluation) * t
    return multiply_add(r, r, r, evaluation) + root


def tail_w(constants, t, evaluation):
    """w of tail, which is the root but for its value 1/2 at 0."""
    c, (shift0, shift1) = constants[:7], constants[7:9]
    r = horner(c[6], c[5::-1], t, evaluation) * t
    v = r * (r + shift0)
    return v * (v + shift1)


def composite(name, constants, t, evaluation):
    """H(t) for constants in the order of FORMS (each may be an array that broadcasts)."""
    if name == "smooth":
        root = smooth_root(constants, t, evaluation)
        return root * root
    w = tail_w(constants, t, evaluation)
    return multiply_add(w, w, w + constants[9], evaluation)


def unit_of(name, constants):
    """What H is multiplied by, so that it is exact at 0 but for the rounding there."""
    if name == "tail":
        return AT_ZERO[name] / f64(constants[9])
    root = constants[7]
    return AT_ZERO[name] / f64(root * root)


def ends_exactly(name, constants, clamp):
    """Whether the root at the clamp is what makes H exactly 0 there, in every evaluation.

    constants may be an array of shape (constants, candidates); so is the answer then.
    """
    inner, wanted = (smooth_root, 0) if name == "smooth" else (tail_w, END_W)
    ends = [inner(constants, np.float32(clamp), evaluation) for evaluation in EVALUATIONS]
    return (ends[0] == wanted) & (ends[1] == wanted)


def is_zero_at(name, constants, clamp):
    """Whether H is exactly +0 at the clamp in every evaluation."""
    t = np.array([clamp], np.float32)
    ends = [composite(name, constants, t, evaluation)[0] for evaluation in EVALUATIONS]
    return all(end == 0 and not np.signbit(end) for end in ends)


def to_json(name, constants):
    """An entry of coefficients.json."""
    entry, start = {}, 0
    for key, count in FORMS[name].items():
        values = [float(value) for value in constants[start : start + count]]
        entry[key] = values if key in ("poly", "shift") else values[0]
        start += count
    entry["unit"] = float(unit_of(name, constants))
    return entry


def from_json(name, entry):
    """The constants of an entry, in double: a check that they are float32 is left to do."""
    return np.concatenate([np.atleast_1d(entry[key]) for key in FORMS[name]])


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


def forward_errors(x, alpha, beta, H, unit, exact_h, evaluation):
    """Error of y in ulp of max(|y|, |1 - alpha| phi(0) / beta), the contract's M2."""
    wide_x, wide_a, wide_b = f64(x), f64(alpha), f64(beta)
    scale = np.float32(unit * (1 - wide_a) / wide_b)
    y = multiply_add(H, scale, np.where(x >= 0, x, alpha * x), evaluation)
    exact = (1 - wide_a) / wide_b * exact_h + np.where(x >= 0, wide_x, wide_a * wide_x)
    size = np.maximum(np.abs(exact), np.abs(1 - wide_a) * PDF_AT_ZERO / wide_b)
    # alpha = 1 makes both zero at x = 0, where an ulp is the smallest subnormal.
    ulp = np.exp2(np.maximum(np.floor(np.log2(np.maximum(size, 1e-300))) - 23, -149))
    return np.abs(f64(y) - exact) / ulp


def slope_errors(x, alpha, H, unit, exact_Q, evaluation):
    """Error of dy/dx as a fraction of 2^-23 max(1, |alpha|, |1 - alpha|), the contract's bound."""
    wide_a = f64(alpha)
    scale = np.float32(unit * (wide_a - 1))
    slope = multiply_add(
        np.where(x < 0, -scale, scale), H, np.where(x < 0, alpha, np.float32(1)), evaluation
    )
    exact = np.where(x < 0, wide_a + (1 - wide_a) * exact_Q, 1 - (1 - wide_a) * exact_Q)
    allowed = 2.0**-23 * np.maximum(1, np.maximum(np.abs(wide_a), np.abs(1 - wide_a)))
    return np.abs(f64(slope) - exact) / allowed


def measure(coefficients, n, seed):
    """The largest errors, named as in coefficients.json, over n points of each kind.

    Of a function that the coefficients lack, nothing is measured.
    """
    rng = np.random.default_rng(seed)
    clamp, argument_scale = np.float32(coefficients["clamp"]), coefficients["argumentScale"]
    given = [name for name in FUNCTIONS if name in coefficients]
    constants = {name: np.float32(from_json(name, coefficients[name])) for name in given}
    units = {name: coefficients[name]["unit"] for name in given}
    worst = {}

    def note(name, errors):
        key = name + evaluation.capitalize()
        worst[key] = max(worst.get(key, 0.0), float(np.max(errors)))

    block = min(n, 1 << 16)
    for kind in ("Pairs", "Random"):
        for _ in range(-(-n // block)):
            x, alpha, beta = points(rng, block, kind == "Pairs")
            t = np.minimum(np.abs(x) * np.float32(argument_scale * f64(beta)), clamp)
            u = np.abs(f64(beta) * f64(x))
            exact = {"pdf": pdf(u), "tail": tail(u)}
            exact["smooth"] = exact["pdf"] - u * exact["tail"]
            for evaluation in EVALUATIONS:
                H = {name: composite(name, constants[name], t, evaluation) for name in given}
                value = {name: f64(H[name]) * units[name] for name in given}
                if "smooth" in H:
                    arguments = (H["smooth"], units["smooth"], exact["smooth"], evaluation)
                    note("forwardM2" + kind, forward_errors(x, alpha, beta, *arguments))
                if "tail" in H:
                    arguments = (H["tail"], units["tail"], exact["tail"], evaluation)
                    note("slope" + kind, slope_errors(x, alpha, *arguments))
                for name in given:
                    note(name + "Abs", np.abs(value[name] - exact[name]))
                if len(H) == 2:
                    # phi occurs in sums only, which add up h and the product t H of the tail.
                    product = f64(t * H["tail"]) * (units["tail"] / argument_scale)
                    note("pdfAbs", np.abs(value["smooth"] + product - exact["pdf"]))
    return worst
