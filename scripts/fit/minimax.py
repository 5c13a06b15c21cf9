"""The minimax fit of a composite in double precision, by successive linear programming."""

import numpy as np
from scipy.optimize import linprog


def value_and_jacobian(t, parameters):
    """H(t) for q1..q7, g0, g1, and its derivatives by them."""
    g0, g1 = parameters[7:]
    powers = np.vander(t, 8, increasing=True)[:, 1:]
    r = powers @ parameters[:7]
    v = r * (r + g0)
    w = v * (v + g1)
    by_v = (1 + 2 * w) * (2 * v + g1)
    by_r = by_v * (2 * r + g0)
    jacobian = np.column_stack([by_r[:, None] * powers, by_v * r, (1 + 2 * w) * v])
    return 0.25 + w + w * w, jacobian


def nodes(end, n):
    """Points of (0, end], denser at both ends."""
    return 0.5 * end * (1 - np.cos(np.linspace(0, np.pi, n + 1)))[1:]


def first_guess(t, target, shift):
    """Undo the three quadratics for given shifts, then fit r(t) by least squares."""
    g0, g1 = shift

    def undo(value, g):
        return -g / 2 + np.sqrt(np.maximum(g * g / 4 + value, 0))

    r = undo(undo(np.sqrt(target) - 0.5, g1), g0)
    # The derivative of H by r, were H an exact eighth power.
    gain = np.maximum((4 * target) ** 0.875, 1e-4)
    powers = np.vander(t, 8, increasing=True)[:, 1:]
    poly = np.linalg.lstsq(powers * gain[:, None], r * gain, rcond=None)[0]
    return np.concatenate([poly, shift])


def minimax(function, unit, end, shift, n=500, iterations=300):
    """(q1..q7, g0, g1) with the least largest |unit H - function| on [0, end], and that error.

    Each step solves the linearised problem as a linear programme, within a trust region
    in an orthonormal basis of the Jacobian's columns: the parameters themselves are so
    nearly dependent that a region in them stalls far from the optimum. The fit ends in
    the local optimum that the starting shifts lead to.
    """
    t = nodes(end, n)
    target = function(t) / unit
    parameters = first_guess(t, target, np.array(shift))
    value, jacobian = value_and_jacobian(t, parameters)
    error = value - target
    best = radius = np.max(np.abs(error))
    ones = -np.ones((n, 1))
    for _ in range(iterations):
        u, s, vt = np.linalg.svd(jacobian, full_matrices=False)
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
        value, new_jacobian = value_and_jacobian(t, candidate)
        largest = np.max(np.abs(value - target))
        if largest < best:
            done = best - largest < 1e-6 * best
            parameters, error, jacobian, best = candidate, value - target, new_jacobian, largest
            radius *= 1.5
            if done:
                break
        else:
            radius *= 0.3
            if radius < 1e-6 * best:
                break
    return parameters, best * unit
