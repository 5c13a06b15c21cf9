"""The kernel's arithmetic in numpy float32, operation by operation, and its errors.

A fit is {"poly": q1..q7, "shift": g0..g2, "constant": K}. Three evaluations are modelled:

    plain   every operation is rounded: the simd128, scalar and js tiers
    fused   every mul + add that can be fused is: the relaxed-simd tier
    split   fused, except that the last step of a chain is a product and a sum,
            so that it can be exactly zero (README.md says why)

A fused operation is computed as float32(double product + double addend). The
product of two float32 is exact in double; the sum is rounded twice, which
differs from one rounding in about one case in 2^29, by half an ulp.
"""

import numpy as np

from gaussian import PDF_AT_ZERO, pdf, smooth, tail

EVALUATIONS = ("plain", "fused", "split")
ALPHAS = np.array([-1, 0, 0.01, 0.15, 0.5, 1, 2])


def f32(value):
    return np.float32(value)


def f64(array):
    return array.astype(np.float64)


def fma(a, b, c):
    return f32(np.float64(a) * np.float64(b) + np.float64(c))


def chain(t, poly, shift, constant, evaluation):
    """The composite chain in float32: a polynomial, then three quadratics."""
    q = [f32(v) for v in poly]
    g = [f32(v) for v in shift]
    constant = f32(constant)
    a = np.full_like(t, q[6])
    if evaluation == "plain":
        for k in range(5, -1, -1):
            a = a * t + q[k]
    else:
        wide = f64(t)
        for k in range(5, -1, -1):
            a = f32(f64(a) * wide + np.float64(q[k]))
    r = a * t
    v = r * (r + g[0])
    w = v * (v + g[1])
    s = w + g[2]
    if evaluation == "fused":
        return fma(w, s, constant)
    return w * s + constant


def chain_of(fit, t, evaluation):
    return chain(t, fit["poly"], fit["shift"], fit["constant"], evaluation)


def parameters(rng, n):
    """alpha and beta: the listed values and random ones; every mantissa of beta."""
    listed = rng.random(n) < 0.5
    alpha = f32(np.where(listed, rng.choice(ALPHAS, n), rng.uniform(-2, 3, n)))
    # Two binades, so that (1 - alpha) / beta meets every position in its own.
    beta = f32(np.exp2(rng.uniform(-1, 1, n)))
    return alpha, beta


def points(rng, n):
    """x, alpha, beta with beta x on [-6.5, 6.5], most of it where errors are large."""
    alpha, beta = parameters(rng, n)
    u = np.where(rng.random(n) < 0.7, rng.uniform(0, 2.5, n), rng.uniform(0, 6.5, n))
    x = f32(u * rng.choice([-1.0, 1.0], n) / beta)
    return x, alpha, beta


def adverse_points(rng, fit, function, scanned=1 << 20, kept=24, each=48):
    """Points whose t are those at which a chain itself is worst.

    A chain's error depends on t alone, and its worst t are rare; so they are looked for
    among many t first, and each is then met with many parameters. Random sampling of
    everything at once would need a thousand times as many points.
    """
    t = f32(np.where(rng.random(scanned) < 0.8, rng.uniform(0.2, 2.2, scanned), rng.uniform(0, 5, scanned)))
    exact = function(f64(t))
    chosen = []
    for evaluation in EVALUATIONS:
        error = f64(chain_of(fit, t, evaluation)) - exact
        # Both signs, over all t and apart where the other roundings of y are largest.
        for part in (slice(None), t < 0.55, (t > 0.55) & (t < 0.95)):
            order = np.argsort(error[part], kind="stable")
            chosen += [t[part][order[:kept]], t[part][order[-kept:]]]
    t = np.repeat(np.unique(np.concatenate(chosen)), each)
    alpha, beta = parameters(rng, len(t))
    x = f32(f64(t) / f64(beta))
    return f32(x * rng.choice(f32([-1, 1]), len(t))), alpha, beta


class Forward:
    """y at given points; everything that does not depend on the fit is kept."""

    def __init__(self, x, alpha, beta):
        wx, wa, wb = f64(x), f64(alpha), f64(beta)
        self.u = np.abs(beta * x)
        self.scale = f32((1 - wa) / wb)
        self.leaky = np.where(x >= 0, x, alpha * x)
        self.exact = (1 - wa) / wb * smooth(np.abs(wb * wx)) + np.where(x >= 0, wx, wa * wx)
        size = np.maximum(np.abs(self.exact), np.abs(1 - wa) * PDF_AT_ZERO / wb)
        # alpha = 1 makes both zero at x = 0, where an ulp is the smallest subnormal.
        self.unit = np.exp2(np.maximum(np.floor(np.log2(np.maximum(size, 1e-300))) - 23, -149))

    def error(self, h, evaluation):
        """Signed error of y in the unit of the contract (M2)."""
        if evaluation == "plain":
            y = h * self.scale + self.leaky
        else:
            y = fma(h, self.scale, self.leaky)
        return (f64(y) - self.exact) / self.unit


class Slope:
    """dy/dx at given points; the error is a fraction of the contract's bound."""

    def __init__(self, x, alpha, beta):
        wx, wa, wb = f64(x), f64(alpha), f64(beta)
        self.u = np.abs(beta * x)
        c = f32(1 - wa)
        self.scale = np.where(x >= 0, -c, c)
        self.base = np.where(x >= 0, f32(1), alpha)
        q = tail(np.abs(wb * wx))
        self.exact = np.where(x >= 0, 1 - (1 - wa) * q, wa + (1 - wa) * q)
        self.unit = 2.0**-23 * np.maximum(1, np.maximum(np.abs(wa), np.abs(1 - wa)))

    def error(self, q, evaluation):
        if evaluation == "plain":
            d = q * self.scale + self.base
        else:
            d = fma(q, self.scale, self.base)
        return (f64(d) - self.exact) / self.unit


def density(t, q, h, evaluation):
    """phi = t Q + h as the kernel computes it for the sum of dy/dbeta."""
    return t * q + h if evaluation == "plain" else fma(t, q, h)


def zeros(fit, t, evaluations):
    """Where the chain gives exactly +0."""
    ok = np.ones(len(t), bool)
    for evaluation in evaluations:
        c = chain_of(fit, t, evaluation)
        ok &= (c == 0) & ~np.signbit(c)
    return ok


def floats(low, high):
    """Every float32 of [low, high], both positive."""
    first, last = (int(np.float32(v).view(np.int32)) for v in (low, high))
    return np.arange(first, last + 1, dtype=np.int32).view(np.float32)


def measure(coefficients, n, seed, adverse=8, only=None):
    """The largest errors, named as in coefficients.json, over n random points.

    forwardM2 and slope are measured a second time over adverse points, under the names
    forwardM2Adverse and slopeAdverse. only restricts the errors to those named.
    """
    rng = np.random.default_rng(seed)
    clamp = f32(coefficients["clamp"])
    worst = {}

    def note(name, evaluation, error):
        if only is None or name in only:
            key = name + evaluation.capitalize()
            worst[key] = max(worst.get(key, 0.0), float(np.max(np.abs(error))))

    block = min(n, 1 << 18)
    for _ in range(-(-n // block)):
        where = points(rng, block)
        y, d = Forward(*where), Slope(*where)
        t = np.minimum(y.u, clamp)
        u = f64(y.u)
        for evaluation in EVALUATIONS:
            h = chain_of(coefficients["smooth"], t, evaluation)
            q = chain_of(coefficients["tail"], t, evaluation)
            note("forwardM2", evaluation, y.error(h, evaluation))
            note("slope", evaluation, d.error(q, evaluation))
            note("smoothAbs", evaluation, f64(h) - smooth(u))
            note("tailAbs", evaluation, f64(q) - tail(u))
            note("pdfAbs", evaluation, f64(density(t, q, h, evaluation)) - pdf(u))
    targets = (("smooth", smooth, Forward, "forwardM2Adverse"), ("tail", tail, Slope, "slopeAdverse"))
    for name, function, kind, key in targets:
        if only is not None and key not in only:
            continue
        for _ in range(adverse):
            model = kind(*adverse_points(rng, coefficients[name], function))
            t = np.minimum(model.u, clamp)
            for evaluation in EVALUATIONS:
                note(key, evaluation, model.error(chain_of(coefficients[name], t, evaluation), evaluation))
    return worst
