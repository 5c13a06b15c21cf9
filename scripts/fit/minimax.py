"""The fits in double precision, in a normalised form of both composites.

    r = q1 t + ... + qn t^n;  w = r (r + g0);  w = w (w + g1) for the tail;  root = 1 + w
    f(t) / f(0) = (root(t)^2 - d) / (1 - d)        d = 0, or for the tail root(end)^2

t is |beta x|; `scaled_smooth` and `scaled_tail` go over to the kernel's scales.
"""

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.optimize import brentq, linprog

from gaussian import smooth, tail
from kernel import BETAS, END_W, START

DEGREE = {"smooth": 8, "tail": 7}
# Weights of the error, as corners (t, weight). Near 0 the error of y and dy/dx has least room, as
# rounding takes most of it there; at the far end phi = h + t Q multiplies that of Q by t.
SMOOTH_WEIGHT = [(0, 3), (0.5, 3), (0.5, 1), (4.5, 1), (5, 0.7)]
TAIL_WEIGHT = [(0, 1.5), (2.3, 1.5), (2.3, 1), (3, 1), (3, 0.75), (4, 0.75), (4.8, 0.5)]
# Shifts from which the fits start. An exact power has 2; the good optima are a little aside.
SMOOTH_START = [2.0005]
TAIL_STARTS = [[1.995, 2.0005], [1.992, 2.0007]]
# The root of the tail at its end: w is exact there, as kernel.py says.
END_ROOT = 1 + END_W / 0.5
# The weight that holds the root to it, which leaves it off by some 1e-8 of itself.
HOLD = 300.0
# Where the fit of h ends; the clamp is where its root is 0, just before.
SMOOTH_END = 5.3


def weight_at(t, corners):
    at, weight = zip(*corners)
    return np.interp(t, at, weight)


def nodes(end, n):
    """Points of (0, end], denser at both ends."""
    return 0.5 * end * (1 - np.cos(np.linspace(0, np.pi, n + 1)))[1:]


def powers(t, degree):
    return np.vander(np.atleast_1d(t), degree + 1, increasing=True)[:, 1:]


def root_and_jacobian(t, parameters, degree):
    """root(t) for q1..qn and the shifts, and its derivatives by them."""
    basis = powers(t, degree)
    levels = [basis @ parameters[:degree]]
    for g in parameters[degree:]:
        levels.append(levels[-1] * (levels[-1] + g))
    columns, gain = [], np.ones(len(basis))
    for w, g in zip(levels[-2::-1], parameters[: degree - 1 : -1]):
        columns.insert(0, (gain * w)[:, None])
        gain = gain * (2 * w + g)
    return 1 + levels[-1], np.hstack([gain[:, None] * basis, *columns])


def value_and_jacobian(t, parameters, degree, subtracted=0.0):
    """f(t) / f(0), and its derivatives; subtracted: which part of the last point's square."""
    root, by_root = root_and_jacobian(t, parameters, degree)
    d, by_d = subtracted * root[-1] ** 2, 2 * subtracted * root[-1] * by_root[-1]
    value = (root**2 - d) / (1 - d)
    return value, (2 * root[:, None] * by_root - (1 - value)[:, None] * by_d) / (1 - d)


def first_guess(t, target, shifts, degree):
    """Undo the quadratics for given shifts, then fit r(t) by least squares."""
    r = np.sqrt(target) - 1
    for g in shifts[::-1]:
        r = -g / 2 + np.sqrt(np.maximum(g * g / 4 + r, 0))
    # The derivative by r, were f an exact power.
    gain = np.maximum(target ** (1 - 0.5 ** (len(shifts) + 1)), 1e-4)
    basis = powers(t, degree)
    poly = np.linalg.lstsq(basis * gain[:, None], r * gain, rcond=None)[0]
    return np.concatenate([poly, shifts])


def linear_programmes(t, target, weight, parameters, degree, iterations=300):
    """The parameters with the least largest weighted error, and that error.

    Each step solves the linearised problem as a linear programme, within a trust region
    in an orthonormal basis of the Jacobian's columns: the parameters themselves are so
    nearly dependent that a region in them stalls far from the optimum. The fit ends in
    the local optimum that the starting shifts lead to.
    """
    n = len(t)
    value, jacobian = value_and_jacobian(t, parameters, degree)
    error = (value - target) * weight
    best = radius = np.max(np.abs(error))
    ones = -np.ones((n, 1))
    for _ in range(iterations):
        u, s, vt = np.linalg.svd(jacobian * weight[:, None], full_matrices=False)
        keep = s > s[0] * 1e-11
        u, s, vt = u[:, keep] * np.sqrt(n), s[keep] / np.sqrt(n), vt[keep]
        step = linprog(
            np.append(np.zeros(u.shape[1]), 1),
            np.block([[u, ones], [-u, ones]]),
            np.concatenate([-error, error]) / best,
            bounds=[(-radius / best, radius / best)] * u.shape[1] + [(0, None)],
            method="highs",
        )
        if step.status:
            radius /= 2
            continue
        candidate = parameters + vt.T @ (step.x[:-1] * best / s)
        value, new_jacobian = value_and_jacobian(t, candidate, degree)
        largest = np.max(np.abs(value - target) * weight)
        if largest < best:
            done = best - largest < 1e-5 * best
            parameters, error = candidate, (value - target) * weight
            jacobian, best = new_jacobian, largest
            radius *= 1.5
            if done:
                break
        else:
            radius *= 0.3
            if radius < 1e-6 * best:
                break
    return parameters, best


def least_squares(t, target, weight, parameters, degree, subtracted, end_root, iterations=8):
    """Levenberg-Marquardt steps for the sum of weighted squared errors.

    end_root: what the root is held to at the last point, or None.
    """

    def cost_at(parameters):
        value, jacobian = value_and_jacobian(t, parameters, degree, subtracted)
        error, jacobian = (value - target) * weight, jacobian * weight[:, None]
        if end_root is not None:
            root, by_root = root_and_jacobian(t[-1:], parameters, degree)
            error = np.append(error, HOLD * (root - end_root))
            jacobian = np.vstack([jacobian, HOLD * by_root])
        return error @ error, error, jacobian

    damping = 1e-10
    cost, error, jacobian = cost_at(parameters)
    for _ in range(iterations):
        norm = np.linalg.norm(jacobian, axis=0)
        u, s, vt = np.linalg.svd(jacobian / norm, full_matrices=False)
        while True:
            step = vt.T @ (s / (s * s + damping * s[0] ** 2) * (u.T @ error)) / norm
            new_cost, new_error, new_jacobian = cost_at(parameters - step)
            if new_cost < cost:
                break
            damping *= 10
            if damping > 1:
                return parameters
        done = cost - new_cost < 1e-9 * cost
        parameters, cost, error, jacobian = parameters - step, new_cost, new_error, new_jacobian
        if done:
            break
        damping = max(damping / 30, 1e-26)
    return parameters


def lawson(t, target, weight, parameters, degree):
    """As linear_programmes, for a root that is END_ROOT at the last point, its square subtracted.

    The linear programmes get stuck here. Lawson's iteration raises the weights of a least-squares
    fit where its error is large; first the subtraction is brought in little by little, then the
    root at the end is moved to where it has to be.
    """

    def iterate(subtracted, end_root, times):
        nonlocal parameters, squares
        best, found = np.inf, parameters
        for _ in range(times):
            root_weight = np.sqrt(squares / np.sum(squares))
            parameters = least_squares(
                t, target, root_weight, parameters, degree, subtracted, end_root
            )
            value, _ = value_and_jacobian(t, parameters, degree, subtracted)
            error = np.abs(value - target) * weight
            largest = np.max(error)
            if largest < best:
                found, best = parameters, largest
            squares = squares * (error / largest + 0.02) ** 0.7
            squares /= np.max(squares)
        return found, best

    for subtracted in np.linspace(0, 1, 21):
        squares = weight**2
        iterate(subtracted, None, 12)
    free, _ = root_and_jacobian(t[-1:], parameters, degree)
    for end_root in np.linspace(free[0], END_ROOT, 40):
        squares = weight**2
        iterate(1.0, end_root, 10)
    return iterate(1.0, END_ROOT, 140)


def fit_smooth():
    """The parameters of h, and the largest error of h itself, not weighted."""
    t = nodes(SMOOTH_END, 500)
    target, degree = smooth(t) / smooth(0.0), DEGREE["smooth"]
    start = first_guess(t, target, SMOOTH_START, degree)
    parameters, _ = linear_programmes(t, target, weight_at(t, SMOOTH_WEIGHT), start, degree)
    value, _ = value_and_jacobian(t, parameters, degree)
    return parameters, np.max(np.abs(value - target)) * smooth(0.0)


def fit_tail(end):
    """The same of Q, which is 0 at the end."""
    t = nodes(end, 600)
    target, degree, weight = 2 * tail(t), DEGREE["tail"], weight_at(t, TAIL_WEIGHT)
    starts = [first_guess(t, target, shifts, degree) for shifts in TAIL_STARTS]
    fits = [linear_programmes(t, target, weight, start, degree) for start in starts]
    start = min(fits, key=lambda fit: fit[1])[0]
    parameters, _ = lawson(t, target, weight, start, degree)
    value, _ = value_and_jacobian(t, parameters, degree, 1.0)
    return parameters, np.max(np.abs(value - target)) / 2


def favourable_scale(scale, reach=1e-6, n=200_001):
    """The scale nearby whose products with the contract's betas round least.

    The kernels round scale beta, which moves every t of that beta: half a last place
    costs M2 up to 0.34 and the slope up to 0.12 of its bound.
    """
    scales = scale * (1 + np.linspace(-reach, reach, n))
    products = scales[:, None] * BETAS.astype(np.float64)
    rounding = np.abs(products.astype(np.float32).astype(np.float64) / products - 1)
    return float(scales[np.argmin(np.max(rounding, axis=1))])


def scaled_smooth(parameters):
    """The scale of t that makes the leading coefficient -1, the kernel's constants, the clamp.

    r is scaled so that its shift is 1.
    """
    degree = DEGREE["smooth"]
    poly, rho = parameters[:degree], 1 / parameters[degree]
    if poly[-1] >= 0:
        raise SystemExit("smooth: the leading coefficient must be negative")
    scale = favourable_scale(abs(poly[-1] * rho) ** (1 / degree))
    constants = poly * rho / scale ** np.arange(1, degree + 1)
    # The scale is a little off: what the leading coefficient lacks to -1 goes to the others by t T7,
    # so that r changes by 2^-13 of it at most.
    small = Polynomial([0, 1]) * Chebyshev.basis(7, domain=[0, 1]).convert(kind=Polynomial)
    constants -= (constants[-1] + 1) * small.coef[1:] / small.coef[-1]

    def root(t):
        return root_and_jacobian(t, parameters, degree)[0][0]

    grid = np.linspace(4.5, 6, 1501)
    below = np.flatnonzero(root_and_jacobian(grid, parameters, degree)[0] <= 0)[0]
    zero = brentq(root, grid[below - 1], grid[below], xtol=1e-12)
    return scale, np.append(constants[:-1], rho**2), zero * scale


def scaled_tail(parameters, scale):
    """The kernel's constants for a given scale of t.

    r is scaled so that the root, 1 at 0 here, is 1/2.
    """
    degree, rho = DEGREE["tail"], 0.5**0.25
    poly = parameters[:degree] * rho / scale ** np.arange(1, degree + 1)
    return np.concatenate([poly, parameters[degree:] * [rho, rho**2], [START]])
