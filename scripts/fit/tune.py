"""The search for float32 constants whose rounding errors are small, not only their fit error."""

import numpy as np

from gaussian import pdf, tail
from kernel import EVALUATIONS, FUNCTIONS, UNITS, composite, f64, is_zero_at

POINTS = 40_000
BATCH = 32
# So many points are tried first: nearly every step is rejected by one of them.
HARD_POINTS = 256
# The largest step of a constant, in units of its last place: the higher the power of t, the
# less a last place matters.
LARGEST_STEP = np.array([3, 3, 3, 40, 40, 400, 400, 3, 3])


# Where the far end of the tail begins: the last stretch, in which H takes few values only.
FAR = 5.2


def is_allowed(name, constants, clamp):
    """Whether the far end is good enough, which the largest error of H does not tell.

    smooth must be exactly 0 at the clamp. tail is replaced by 0 from the clamp on, where that
    makes phi = h + t Q wrong by phi(clamp); just before it, it must not be worse.
    """
    if name == "smooth":
        return is_zero_at(constants, clamp)
    t = np.linspace(FAR, clamp, 1000).astype(np.float32)
    far = [f64(composite(constants, t, e)) * UNITS[name] - tail(f64(t)) for e in EVALUATIONS]
    return np.max(t * np.abs(far)) <= pdf(clamp)


class Errors:
    """The error of H at random points of [0, clamp], with the hard ones found so far apart."""

    def __init__(self, name, clamp, rng):
        self.name, self.clamp, self.rng = name, clamp, rng
        near_zero = rng.uniform(0, 0.1, POINTS // 8)
        self._use(np.concatenate([near_zero, rng.uniform(0, clamp, POINTS - len(near_zero))]))

    def _use(self, t):
        self.t = np.float32(t)
        self.exact = FUNCTIONS[self.name](f64(self.t)) / UNITS[self.name]
        self.hard = np.arange(0, len(self.t), len(self.t) // HARD_POINTS)[:HARD_POINTS]

    def at(self, constants, t, exact):
        """The larger of the errors of both evaluations, point by point."""
        return np.max([np.abs(composite(constants, t, e) - exact) for e in EVALUATIONS], axis=0)

    def largest(self, constants):
        """The largest error; the points where it is largest become the hard ones."""
        errors = self.at(constants, self.t, self.exact)
        order = np.argpartition(-errors, 8)[:8]
        self.hard = np.concatenate([order, self.hard])[:HARD_POINTS]
        return np.max(errors)

    def on_hard_points(self, candidates):
        """For each row of constants, the largest error at the hard points."""
        columns = candidates.T[:, :, None]
        return np.max(self.at(columns, self.t[self.hard], self.exact[self.hard]), axis=1)

    def learn(self, constants, n=1 << 21, keep=400):
        """Add the points of a new sample at which these constants do worst."""
        t = np.float32(self.rng.uniform(0, self.clamp, n))
        errors = self.at(constants, t, FUNCTIONS[self.name](f64(t)) / UNITS[self.name])
        self._use(np.concatenate([t[np.argpartition(-errors, keep)[:keep]], self.t]))
        return np.max(errors)


def steps(constants, rng):
    """A batch of neighbours: one to three constants, each moved by some last places."""
    bits = np.repeat(constants.view(np.int32)[None], BATCH, axis=0)
    rows = np.arange(BATCH)
    for j in range(3):
        moved = rng.integers(0, 9, BATCH)
        size = LARGEST_STEP[moved]
        step = rng.integers(-size, size + 1)
        taken = rng.integers(0, 3, BATCH) >= j
        bits[rows, moved] += np.where(taken, step, 0).astype(np.int32)
    return bits.view(np.float32)


def tune(name, start, clamp, seed, batches, rounds=4):
    """Random steps, each kept if the largest |H error| does not grow, plain and relaxed.

    Only constants that are allowed (see above) are kept. After each round the worst points
    of a large new sample join, because constants always look better on the points that chose
    them. Returns the constants and their largest error on the last such sample.
    """
    rng = np.random.default_rng(seed)
    errors = Errors(name, clamp, rng)
    constants = np.float32(start)
    best = errors.largest(constants) if is_allowed(name, constants, clamp) else np.inf
    for _ in range(rounds):
        for _ in range(batches // rounds):
            candidates = steps(constants, rng)
            for row in np.flatnonzero(errors.on_hard_points(candidates) <= best):
                if not is_allowed(name, candidates[row], clamp):
                    continue
                size = errors.largest(candidates[row])
                if size <= best:
                    constants, best = candidates[row].copy(), size
                    break
        errors.learn(constants)
        best = errors.largest(constants) if is_allowed(name, constants, clamp) else np.inf
    return constants, errors.learn(constants)
