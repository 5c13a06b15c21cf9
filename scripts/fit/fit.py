"""Derives coefficients.json: the composite polynomials for h and Q.

    python3 scripts/fit/fit.py           fit, tune, measure, write coefficients.json
    python3 scripts/fit/fit.py --check   measure the committed file against its bounds

README.md explains the form and the method.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

import kernel
from gaussian import smooth, tail
from kernel import EVALUATIONS, Forward, Slope, chain, f32, f64, floats, measure, zeros

FILE = Path(__file__).with_name("coefficients.json")
CHECK_POINTS = 1 << 22
CLAMP_RANGE = (5.3, 5.417)
FIT_END = 5.417


def middle(t):
    """Weight 1 where rounding takes most of the allowance, less elsewhere."""
    return np.where((t > 0.15) & (t < 1.7), 1.0, np.where(t < 2.5, 0.8, 0.5))


# constant is K, the float32 next to h(0) or Q(0).
# g2       is the float32 next to 2 sqrt(K), above it: the chain's minimum K - g2^2 / 4 is then
#          below 0, so that the chain can reach 0 at the clamp.
# offsets  place the minima of the two inner quadratics beyond the end of the range; they
#          start the minimax fit in the better of its local minima (found by a scan of both
#          over [-0.1, 0.4]).
# end      is (target, weight) at the end of the range: what is below 2^-26 there rounds to 0.
STAGES = {
    "smooth": dict(function=smooth, model=Forward, weight=middle, constant=0.3989422917366028,
                   g2=1.2632375955581665, offsets=(0.0215, 0.107), end=(0.5e-8, 1.0),
                   measured="forwardM2", seed=11),
    "tail": dict(function=tail, model=Slope, weight=middle, constant=0.5,
                 g2=1.4142136573791504, offsets=(0.0287, -0.0389), end=(0.8e-8, 4.0),
                 measured="slope", seed=12),
}
# Those in which a chain must be exactly 0 at the clamp; README.md says why not "fused".
EXACT_AT_CLAMP = ("plain", "split")


# ---------------------------------------------------------------- minimax in double


def chain_and_jacobian(t, poly, shift, constant):
    """The chain in double, and its derivatives by (q1..q7, g0, g1, g2)."""
    r = np.polyval(np.append(poly[::-1], 0.0), t)
    v = r * (r + shift[0])
    w = v * (v + shift[1])
    by_w = 2 * w + shift[2]
    by_v = by_w * (2 * v + shift[1])
    by_r = by_v * (2 * r + shift[0])
    columns = [by_r * t**k for k in range(1, 8)] + [by_v * r, by_w * v, w]
    return w * (w + shift[2]) + constant, np.stack(columns, 1)


def nodes(n=500):
    """Points of (0, FIT_END], denser at both ends."""
    return 0.5 * FIT_END * (1 - np.cos(np.linspace(0, np.pi, n)))[1:]


def first_guess(function, constant, offsets, g2):
    """Invert the three quadratics exactly, then fit r(t) by reweighted least squares."""
    t = nodes(400)
    value = function(t) - function(FIT_END) * (t / FIT_END) ** 8
    depth = g2 / 2
    g1 = 2 * np.sqrt(depth + offsets[0] * abs(offsets[0]))
    depth = g1 / 2 - abs(offsets[0])
    g0 = 2 * np.sqrt(depth + offsets[1] * abs(offsets[1]))
    shift = np.array([g0, g1, g2])

    def invert(value, g):
        return -g / 2 + np.sqrt(np.maximum(g * g / 4 + value, 0))

    w = invert(value - constant, g2)
    v = invert(w, g1)
    r = invert(v, g0)
    gain = np.abs((2 * w + g2) * (2 * v + g1) * (2 * r + g0)) + 1e-9
    powers = np.stack([(t / FIT_END) ** k for k in range(1, 8)], 1) * gain[:, None]
    weight = np.ones_like(t)
    for _ in range(30):  # Lawson's reweighting tends to the minimax solution
        root = np.sqrt(weight)
        q = np.linalg.lstsq(powers * root[:, None], r * gain * root, rcond=None)[0]
        weight *= np.abs(powers @ q - r * gain)
        weight = np.maximum(weight / weight.sum(), 1e-12)
    return q / FIT_END ** np.arange(1, 8), shift


def minimax(function, constant, poly, shift, weight, end, iterations=300):
    """Minimise the largest weighted error over q1..q7, g0 and g1; g2 stays.

    Each step solves the linearised problem as a linear programme, within a trust
    region in an orthonormal basis of the Jacobian's columns. end is (target, weight)
    of one more point at FIT_END.
    """
    t = nodes()
    target = np.append(function(t), end[0])
    weights = np.append(weight(t), end[1])
    t = np.append(t, FIT_END)
    p, g2 = np.concatenate([poly, shift[:2]]), shift[2]

    def evaluate(p):
        value, jacobian = chain_and_jacobian(t, p[:7], np.append(p[7:], g2), constant)
        return (value - target) * weights, jacobian[:, :9] * weights[:, None]

    e, jacobian = evaluate(p)
    best = radius = np.max(np.abs(e))
    for _ in range(iterations):
        u, s, vt = np.linalg.svd(jacobian, full_matrices=False)
        keep = s > s[0] * 1e-11
        root = np.sqrt(len(t))
        u, s, vt = u[:, keep] * root, s[keep] / root, vt[keep]
        ones = -np.ones((len(t), 1))
        step = linprog(
            np.append(np.zeros(u.shape[1]), 1),
            np.block([[u, ones], [-u, ones]]),
            np.concatenate([-e, e]) / best,
            bounds=[(-radius / best, radius / best)] * u.shape[1] + [(0, None)],
            method="highs",
        )
        if step.status:
            radius *= 0.5
            continue
        candidate = p + vt.T @ (step.x[:-1] * best / s)
        new_e, new_jacobian = evaluate(candidate)
        size = np.max(np.abs(new_e))
        if size < best:
            done = best - size < 1e-5 * best
            p, e, jacobian, best = candidate, new_e, new_jacobian, size
            radius *= 1.5
            if done:
                break
        else:
            radius *= 0.3
            if radius < 1e-6 * best:
                break
    return p[:7], np.append(p[7:], g2), best


# ---------------------------------------------------------------- tuning in float32


class Rounding:
    """Rounds the parameters one after the other, g2 (a float32 already) g0 g1 q1 .. q7.

    After each rounding the parameters still free are moved, to first order, to where
    they make up for it best, so that roundings do not add up. jitter, in ulp, makes
    the result random.
    """

    JITTER = np.array([0, 40, 10, 2, 2, 2, 2, 2, 2, 1.0])

    def __init__(self, constant, poly, shift, weight):
        t = nodes(400)
        jacobian = chain_and_jacobian(t, poly, shift, constant)[1] * weight(t)[:, None]
        order = [9, 7, 8, 0, 1, 2, 3, 4, 5, 6]
        jacobian = jacobian[:, order]
        self.exact = np.concatenate([poly, shift])[order]
        self.repair = [np.zeros((1, 0))] + [
            -np.linalg.lstsq(jacobian[:, k:], jacobian[:, :k], rcond=1e-15)[0] for k in range(1, 10)
        ]

    def draw(self, rng):
        moved = np.zeros(10)
        for k in range(10):
            wanted = self.exact[k] + (self.repair[k] @ moved[:k])[0]
            wanted += self.JITTER[k] * rng.uniform(-1, 1) * np.float64(np.spacing(f32(abs(wanted))))
            moved[k] = np.float64(f32(wanted)) - self.exact[k]
        return f32(self.exact + moved)


class HardPoints:
    """Points at which a fit is likely to do badly, for a quick verdict on it.

    They start from a large random sample: at each point the error that even an exact
    chain would leave is known, and so is how large the chain's own error tends to be
    at that t; the points with the largest sum are kept. Later the points join at which
    the best sets found so far did worst on fresh samples.
    """

    def __init__(self, stage, sample_fits, seed, n=1 << 21, keep=15000):
        self.stage = stage
        self.rng = np.random.default_rng(seed)
        x, alpha, beta = kernel.points(self.rng, n)
        model = stage["model"](x, alpha, beta)
        t = np.minimum(model.u, f32(FIT_END))
        exact = f32(stage["function"](f64(t)))
        noise = chain_noise(stage, sample_fits)
        own = np.interp(f64(t), *noise) * np.abs(f64(model.scale)) / model.unit
        size = np.maximum(*(np.abs(model.error(exact, e)) for e in ("plain", "fused"))) + own
        chosen = np.argsort(-size, kind="stable")[:keep]
        self.where = tuple(v[chosen] for v in (x, alpha, beta))
        self._prepare()

    def _prepare(self):
        self.parts = []
        for part in (slice(0, 2000), slice(2000, None)):
            model = self.stage["model"](*(v[part] for v in self.where))
            self.parts.append((model, np.minimum(model.u, f32(FIT_END))))

    def score(self, fit, give_up):
        """The largest error over the three evaluations, or any value >= give_up."""
        worst = 0.0
        for model, t in self.parts:
            for evaluation in EVALUATIONS:
                value = chain(t, *fit, evaluation)
                worst = max(worst, np.max(np.abs(model.error(value, evaluation))))
                if worst >= give_up:
                    return worst
        return worst

    def learn(self, fits, keep=100):
        """Add points at which each fit does badly; return the worst error of each there."""
        found = [kernel.points(self.rng, 1 << 18)]
        for poly, shift, constant in fits:
            fit = dict(poly=poly, shift=shift, constant=constant)
            found.append(kernel.adverse_points(self.rng, fit, self.stage["function"], 1 << 19))
        where = tuple(np.concatenate(v) for v in zip(*found))
        model = self.stage["model"](*where)
        t = np.minimum(model.u, f32(FIT_END))
        chosen, worst = [], []
        for fit in fits:
            size = np.max([np.abs(model.error(chain(t, *fit, e), e)) for e in EVALUATIONS], 0)
            chosen.append(np.argsort(-size, kind="stable")[:keep])
            worst.append(size[chosen[-1][0]])
        chosen = np.unique(np.concatenate(chosen))
        self.where = tuple(np.concatenate([new[chosen], old]) for new, old in zip(where, self.where))
        self._prepare()
        return worst


def chain_noise(stage, fits, bins=60):
    """How large a chain's error tends to be as a function of t: (t, error)."""
    t = np.linspace(1e-3, FIT_END, bins * 400).astype(np.float32)
    exact = stage["function"](f64(t))
    error = [np.abs(f64(chain(t, *fit, "plain")) - exact) for fit in fits]
    return f64(t).reshape(bins, -1).mean(1), np.mean(error, 0).reshape(bins, -1).max(1)


def as_fit(p, constant):
    return p[3:], p[[1, 2, 0]], constant


def can_be_zero(fit):
    """Whether the chain is exactly 0 for many arguments of the clamp's range."""
    t = np.linspace(*CLAMP_RANGE, 3000).astype(np.float32)
    zero = np.all([chain(t, *fit, e) == 0 for e in EXACT_AT_CLAMP], 0)
    return np.count_nonzero(zero) >= 3


def tune(stage, rounding, hard, seed, draws, climbs, rounds, log, keep=12, finalists=36):
    """Rounds of random roundings, of hill climbing and of learning harder points.

    A set found by a search always looks better than it is on the points searched with. So
    the best of every round meet at the end, on points that are hard for any of them.
    """
    rng = np.random.default_rng(seed)
    elite, seen = [], {}

    def offer(p):
        fit = as_fit(p, stage["constant"])
        bar = elite[-1][0] if len(elite) == keep else np.inf
        size = hard.score(fit, bar)
        if size >= bar or any(size == e[0] for e in elite) or not can_be_zero(fit):
            return
        elite.append((size, p))
        elite.sort(key=lambda e: e[0])
        del elite[keep:]

    for turn in range(rounds):
        for _ in range(draws):
            offer(rounding.draw(rng))
        for _ in range(climbs):
            p = elite[rng.integers(len(elite))][1].copy()
            for k in rng.choice(np.arange(1, 10), rng.integers(1, 4), replace=False):
                p[k] += f32(rng.integers(-2, 3)) * np.spacing(np.abs(p[k]))
            offer(p)
        before = elite[0][0]
        seen.update((p.tobytes(), p) for _, p in elite)
        fresh = hard.learn([as_fit(p, stage["constant"]) for _, p in elite])
        again, elite = elite, []
        for _, p in again:
            offer(p)
        log(f"  round {turn + 1}: {before:.3f}; on fresh points {min(fresh):.3f}; learned {elite[0][0]:.3f}")
    field = list(seen.values())
    for turn in range(4):
        field.sort(key=lambda p: hard.score(as_fit(p, stage["constant"]), np.inf))
        field = field[: finalists // (turn + 1)]
        hard.learn([as_fit(p, stage["constant"]) for p in field])
    scored = [(hard.score(as_fit(p, stage["constant"]), np.inf), p) for p in field]
    scored.sort(key=lambda entry: entry[0])
    log(f"  finalists {[round(float(size), 3) for size, _ in scored[:5]]}")
    return scored


def fit_stage(name, effort, log):
    """The best float32 chains found for one function, best first."""
    stage = STAGES[name]
    function, constant = stage["function"], stage["constant"]
    poly, shift = first_guess(function, constant, stage["offsets"], stage["g2"])
    even = (np.ones_like, (function(FIT_END), 1.0))
    for weight, end in (even, (stage["weight"], stage["end"])):
        poly, shift, size = minimax(function, constant, poly, shift, weight, end)
    log(f"{name}: minimax error {size:.3g}")
    rounding = Rounding(constant, poly, shift, stage["weight"])
    rng = np.random.default_rng(stage["seed"])
    sample = [as_fit(rounding.draw(rng), constant) for _ in range(20)]
    hard = HardPoints(stage, sample, stage["seed"] + 100)
    elite = tune(stage, rounding, hard, stage["seed"] + 200, *effort, log)
    return [to_json(p, constant) for _, p in elite]


def to_json(p, constant):
    return {
        "poly": [float(v) for v in p[3:]],
        "shift": [float(v) for v in p[[1, 2, 0]]],
        "constant": constant,
    }


# ---------------------------------------------------------------- the whole


def derive(effort, log):
    """Fit and tune both chains, then choose the pair and the clamp.

    A fresh sample chooses, because the points tuned on flatter the result.
    """
    t = floats(*CLAMP_RANGE)
    ranked = {}
    for name, stage in STAGES.items():
        keys = [stage["measured"], stage["measured"] + "Adverse"]
        ranked[name] = []
        for candidate in fit_stage(name, effort, log):
            # The other chain is of no consequence for the errors looked at.
            trial = {"clamp": CLAMP_RANGE[1], "smooth": candidate, "tail": candidate}
            size = max(measure(trial, 1 << 20, 77, only=keys).values())
            ranked[name].append((size, candidate, zeros(candidate, t, EXACT_AT_CLAMP)))
        ranked[name].sort(key=lambda entry: entry[0])
        log(f"{name}: on a fresh sample {[round(entry[0], 3) for entry in ranked[name][:4]]}")
    pairs = [
        (h[0] / 3 + q[0], float(t[h[2] & q[2]][-1]), h[1], q[1])
        for h in ranked["smooth"]
        for q in ranked["tail"]
        if np.any(h[2] & q[2])
    ]
    if not pairs:
        raise SystemExit("no common clamp: change a seed")
    _, clamp, h, q = min(pairs, key=lambda pair: pair[0])
    return {"clamp": clamp, "smooth": h, "tail": q}


def check(coefficients, seed=2024, log=print):
    """Whether every bound recorded in the file holds, and the clamp is exact."""
    worst = measure(coefficients, CHECK_POINTS, seed)
    good = True
    for name, bound in coefficients["bounds"].items():
        fine = worst[name] <= bound
        good &= fine
        log(f"{'ok  ' if fine else 'FAIL'} {name:24} {worst[name]:.4g} <= {bound:.4g}")
    clamp = np.array([coefficients["clamp"]], np.float32)
    for name in STAGES:
        fine = float(clamp[0]) == coefficients["clamp"]
        fine &= bool(zeros(coefficients[name], clamp, EXACT_AT_CLAMP)[0])
        good &= fine
        log(f"{'ok  ' if fine else 'FAIL'} {name} is exactly 0 at the clamp {coefficients['clamp']}")
    return good


def round_up(value, digits=3):
    """value rounded up to so many significant digits, with 15 % added for the next sample."""
    step = 10.0 ** (np.floor(np.log10(value)) - digits + 1)
    return float(f"{np.ceil(value * 1.15 / step) * step:.{digits}g}")


def bounds_of(coefficients):
    """The bounds to record: the largest errors of six samples, rounded up.

    The largest M2 of a sample varies by a tenth from one to the next, since few points
    have it. These bounds are what was seen, not what was proved.
    """
    samples = [measure(coefficients, CHECK_POINTS, seed) for seed in range(4711, 4717)]
    return {name: round_up(max(sample[name] for sample in samples)) for name in samples[0]}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="only measure the committed file")
    options.add_argument("--draws", type=int, default=1500, help="random roundings a round")
    options.add_argument("--climbs", type=int, default=4000, help="steps of the hill climb a round")
    options.add_argument("--rounds", type=int, default=14, help="rounds of tuning a chain")
    options.add_argument("--out", type=Path, help="where to write instead of beside this script")
    chosen = options.parse_args()
    if chosen.check:
        return 0 if check(json.loads(FILE.read_text())) else 1
    effort = (chosen.draws, chosen.climbs, chosen.rounds)
    coefficients = derive(effort, lambda line: print(line, flush=True))
    coefficients["bounds"] = bounds_of(coefficients)
    text = json.dumps(coefficients, indent=2) + "\n"
    print(text)
    same = FILE.exists() and FILE.read_text() == text
    print("the same as the committed file" if same else "differs from the committed file")
    (chosen.out or FILE).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
