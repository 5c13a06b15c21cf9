"""The search for float32 constants whose rounding errors are small, not only their fit error."""

import numpy as np

from kernel import AT_ZERO, EVALUATIONS, FUNCTIONS, composite, ends_exactly, f64, unit_of

POINTS = 40_000
BATCH = 32
# So many points are tried first: nearly every step is rejected by one of them.
HARD_POINTS = 256
# The largest step of a constant, in units of its last place: the higher the power of t, the
# less a last place matters. The start of tail, its last constant, is given.
LARGEST_STEP = {
    "smooth": np.array([3, 3, 8, 8, 8, 30, 30, 2]),
    "tail": np.array([3, 3, 8, 8, 8, 30, 30, 3, 3]),
}
# Weights of the error of H, as edges of |beta x| and the weights between them: how much the worst
# error of y or of dy/dx takes from each.
WEIGHTS = {
    "smooth": ([1.2, 2.5], [1, 0.9, 0.85]),
    "tail": ([0.1, 0.25, 1.2, 2.6, 3.4], [0.8, 0.93, 0.97, 1, 0.93, 0.86]),
}


def moved(constants, places):
    """float32 constants moved by last places."""
    return (np.float32(constants).view(np.int32) + np.int32(places)).view(np.float32)


def near(limit):
    """0, 1, -1, 2, -2, ... to limit."""
    return sorted(range(-limit, limit + 1), key=lambda step: (abs(step), -step))


def starting_clamp(constants, clamp):
    """The clamp next to the root of the fitted h at which the rounded one is exactly 0."""
    for step in near(400_000):
        candidate = moved(clamp, step)
        if ends_exactly("smooth", np.float32(constants), candidate):
            return float(candidate)
    raise SystemExit("smooth: its root is 0 nowhere near the clamp")


def starting_tail(constants, clamp):
    """The rounded constants of tail, the leading coefficient moved until the clamp allows them.

    That takes some hundred last places at most, which the tuning repairs.
    """
    constants = np.float32(constants)
    for step in near(20_000):
        candidate = constants.copy()
        candidate[6] = moved(constants[6], step)
        if ends_exactly("tail", candidate, clamp):
            return candidate
    raise SystemExit("tail: no leading coefficient is allowed at the clamp")


class Errors:
    """The weighted error of H at random points of [0, clamp], with the hard ones found so far apart.

    It is the larger one of both evaluations, in units of 2^-24 of the function at 0, and infinite for
    constants that are not exactly 0 at the clamp.
    """

    def __init__(self, name, argument_scale, clamp, rng):
        self.name, self.argument_scale, self.clamp, self.rng = name, argument_scale, clamp, rng
        self._use(self._sample(POINTS))

    def _sample(self, n):
        near_zero = self.rng.uniform(0, 0.06 * self.clamp, n // 4)
        return np.concatenate([near_zero, self.rng.uniform(0, self.clamp, n - len(near_zero))])

    def _use(self, t):
        self.t = np.float32(t)
        self.exact, self.weight = self._exact(self.t)
        self.hard = np.arange(0, len(self.t), len(self.t) // HARD_POINTS)[:HARD_POINTS]

    def _exact(self, t):
        u = f64(t) / self.argument_scale
        edges, weights = WEIGHTS[self.name]
        weight = np.array(weights)[np.searchsorted(edges, u)] / (AT_ZERO[self.name] * 2.0**-24)
        return FUNCTIONS[self.name](u), weight

    def _at(self, constants, t, exact, weight):
        unit = unit_of(self.name, constants)
        errors = [np.abs(composite(self.name, constants, t, e) * unit - exact) for e in EVALUATIONS]
        return np.maximum(*errors) * weight

    def largest(self, constants):
        """The largest error; the points where it is largest become the hard ones."""
        if not ends_exactly(self.name, constants, self.clamp):
            return np.inf
        errors = self._at(constants, self.t, self.exact, self.weight)
        order = np.argpartition(-errors, 8)[:8]
        self.hard = np.concatenate([order, self.hard])[:HARD_POINTS]
        return np.max(errors)

    def on_hard_points(self, candidates):
        """For each row of constants, the largest error at the hard points."""
        allowed = ends_exactly(self.name, candidates.T, self.clamp)
        worst = np.full(len(candidates), np.inf)
        hard = self.hard
        columns = candidates.T[:, allowed, None]
        errors = self._at(columns, self.t[hard], self.exact[hard], self.weight[hard])
        worst[allowed] = np.max(errors, axis=1)
        return worst

    def learn(self, constants, n=1 << 21, keep=400):
        """Add the points of a new sample at which these constants do worst."""
        t = np.float32(self._sample(n))
        errors = self._at(constants, t, *self._exact(t))
        self._use(np.concatenate([t[np.argpartition(-errors, keep)[:keep]], self.t]))
        return np.max(errors)


def steps(name, constants, rng):
    """A batch of neighbours: one to three constants, each moved by some last places."""
    places = np.zeros((BATCH, len(constants)), np.int32)
    rows = np.arange(BATCH)
    for j in range(3):
        index = rng.integers(0, len(LARGEST_STEP[name]), BATCH)
        size = LARGEST_STEP[name][index]
        taken = rng.integers(0, 3, BATCH) >= j
        places[rows, index] += np.where(taken, rng.integers(-size, size + 1), 0).astype(np.int32)
    return moved(np.repeat(constants[None], BATCH, axis=0), places)


def tune(name, start, argument_scale, clamp, seed, batches, rounds=8):
    """Random steps, each kept if the largest weighted error of H does not grow.

    Only constants that are exactly 0 at the clamp are kept; `start` must be. After each round
    the worst points of a large new sample join, because constants always look better on the points
    that chose them. Returns the constants and their largest error on the last such sample.
    """
    rng = np.random.default_rng(seed)
    errors = Errors(name, argument_scale, clamp, rng)
    constants = np.float32(start)
    best = errors.largest(constants)
    for _ in range(rounds):
        for _ in range(batches // rounds):
            candidates = steps(name, constants, rng)
            for row in np.flatnonzero(errors.on_hard_points(candidates) <= best):
                size = errors.largest(candidates[row])
                if size <= best:
                    constants, best = candidates[row].copy(), size
                    break
        errors.learn(constants)
        best = errors.largest(constants)
    return constants, errors.learn(constants)
