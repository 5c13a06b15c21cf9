"""Walks every float32 input of the contract's pairs, and searches for constants that keep to it there.

    python3 scripts/fit/search.py                 the worst errors of the committed constants, a pair
    python3 scripts/fit/search.py smooth          search for constants of h, write coefficients.json
    python3 scripts/fit/search.py tail            the same of Q

README.md explains the method. Needs a C compiler, and a processor with fused multiplications.
"""

import argparse
import ctypes
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fit import CONTRACT, DECISIVE, FILE
from gaussian import PDF_AT_ZERO
from kernel import ALPHAS, BETAS, EVALUATIONS, FUNCTIONS, composite, f64, from_json, to_json, unit_of
from tune import LARGEST_STEP

SOURCE = Path(__file__).with_name("exhaustive.c")
# No product and sum become one operation. The rest changes no result without NaN and signed zeros.
FLAGS = "-O3 -march=native -ffp-contract=off -fno-math-errno -fno-trapping-math -ffinite-math-only -fno-signed-zeros"
MOST_PARAMETERS, MOST_CONSTANTS = 8, 10
# |beta x| from which every input is walked, as a power of 2: below, t is so small that the composites are constant.
FROM, SEARCH_FROM = -26, -8
# The part of the contract from which a pair's error is reported: what is smaller takes long to find.
REPORTED = 0.7
# Most points that join after a walk; one that finds more has found bad constants.
ROOM = 400
# How much below the target points join, and how much lower the next target is.
MARGIN = {"smooth": 0.04, "tail": 0.004}
# Last places of the root among which a favourable one is sought; the fit gets worse with the distance.
ROOT_REACH = 1500


class Composite(ctypes.Structure):
    _fields_ = [
        ("argument_scale", ctypes.c_double),
        ("unit", ctypes.c_double),
        ("clamp", ctypes.c_float),
        ("constants", ctypes.c_float * MOST_CONSTANTS),
    ]


WAYS = (len(EVALUATIONS), MOST_PARAMETERS, MOST_PARAMETERS, 2)
WORST = np.dtype([("error", np.float64, WAYS), ("magnitude", np.float32, WAYS)], align=True)
POINT = np.dtype(
    [
        ("exact", np.float64),
        ("magnitude", np.float32),
        *((name, np.int32) for name in ("evaluation", "alpha", "beta", "negative")),
    ],
    align=True,
)


def address(array):
    return array.ctypes.data_as(ctypes.c_void_p)


class Exhaustive:
    """exhaustive.c, for one of the functions."""

    def __init__(self, name, coefficients):
        self.name, self.function = name, list(FUNCTIONS).index(name)
        with TemporaryDirectory() as folder:
            native = Path(folder, "exhaustive.so")
            command = ["cc", *FLAGS.split(), "-shared", "-fPIC", SOURCE, "-o", native, "-lm"]
            subprocess.run(command, check=True)
            self.native = ctypes.CDLL(str(native))
        self.native.tune.restype = ctypes.c_double
        alphas, betas = f64(ALPHAS), f64(BETAS)
        self.native.use_parameters(address(alphas), len(alphas), address(betas), len(betas))
        self.argument_scale, self.clamp = coefficients["argumentScale"], coefficients["clamp"]
        self._compare(np.float32(from_json(name, coefficients[name])))

    def _composite(self, constants):
        values = (ctypes.c_float * MOST_CONSTANTS)(*map(float, constants))
        return Composite(self.argument_scale, unit_of(self.name, constants), self.clamp, values)

    def _compare(self, constants, n=1 << 20):
        """The two programs' bits must be the same; a fused operation of kernel.py may be rounded twice."""
        t = np.float32(np.random.default_rng(1).uniform(0, self.clamp, n))
        for index, evaluation in enumerate(EVALUATIONS):
            found = np.empty_like(t)
            of = self._composite(constants)
            self.native.composites(self.function, ctypes.byref(of), index, address(t), address(found), n)
            differ = np.count_nonzero(found != composite(self.name, constants, t, evaluation))
            if differ > (0 if evaluation == "plain" else 8):
                raise SystemExit(f"{self.name}, {evaluation}: {SOURCE.name} differs at {differ} of {n} points")

    def worst(self, constants, threshold):
        """The worst error of each evaluation, alpha, beta and side over all inputs, if above the threshold, and where."""
        worst = np.zeros((), WORST)
        of = ctypes.byref(self._composite(constants))
        self.native.walk(self.function, of, FROM, ctypes.c_double(threshold), address(worst), None, 0)
        return worst

    def walk(self, constants, threshold):
        """The largest error, points with errors above the threshold, and whether there are no more of them."""
        worst, points = np.zeros((), WORST), np.empty(ROOM, POINT)
        of = ctypes.byref(self._composite(constants))
        arguments = (SEARCH_FROM, ctypes.c_double(threshold), address(worst), address(points), ROOM)
        found = self.native.walk(self.function, of, *arguments)
        return np.max(worst["error"]), points[:found], found < ROOM

    def grid(self, n=100):
        """Points of every alpha and beta, all over the function."""
        u = 5.3 * np.linspace(0, 1, n + 1)[1:] ** 2
        place, alpha, beta = (axis.ravel() for axis in np.indices((n, len(ALPHAS), len(BETAS))))
        points = np.zeros(len(place), POINT)
        points["alpha"], points["beta"] = alpha, beta
        points["magnitude"] = np.float32(u[place] / f64(BETAS)[beta])
        points["exact"] = FUNCTIONS[self.name](f64(BETAS)[beta] * f64(points["magnitude"]))
        points["evaluation"], points["negative"] = place % 2, place // 2 % 2
        return points

    def tune(self, constants, points, target, random, tries):
        """Moved constants, and their largest error at the points."""
        of = self._composite(constants)
        steps = LARGEST_STEP[self.name].astype(np.int32)
        moving = 7 if self.name == "smooth" else len(steps)  # not the root, which decides the unit
        arguments = (address(steps), moving, address(points), len(points), ctypes.c_double(target))
        error = self.native.tune(
            self.function, ctypes.byref(of), *arguments, ctypes.byref(random), tries
        )
        return np.float32(of.constants[: len(constants)]), error


def contract_of(name):
    """The largest error that the contract allows, plain and relaxed alike."""
    return min(limit for key, limit in CONTRACT.items() if key.startswith(DECISIVE[name]))


def report(coefficients):
    """Prints the worst errors of each pair over all inputs; whether the contract is kept."""
    kept = True
    for name in FUNCTIONS:
        least = REPORTED * contract_of(name)
        constants = np.float32(from_json(name, coefficients[name]))
        worst = Exhaustive(name, coefficients).worst(constants, least)
        for evaluation, errors, magnitudes in zip(EVALUATIONS, worst["error"], worst["magnitude"]):
            key = f"{DECISIVE[name]}Pairs{evaluation.capitalize()}"
            for a, alpha in enumerate(ALPHAS):
                for b, beta in enumerate(BETAS):
                    side = np.argmax(errors[a, b])
                    error, x = errors[a, b, side], (1, -1)[side] * magnitudes[a, b, side]
                    found = f"{error:.4f} at x {x:.9g}" if error else f"below {least:g}"
                    print(f"{key}: alpha {alpha:g}, beta {beta:g}: {found}")
            print(f"{key}: worst {np.max(errors):.4f}, contract {CONTRACT[key]}", flush=True)
            kept = kept and np.max(errors) <= CONTRACT[key]
    return kept


def favourable_roots(root, count):
    """The values of the root at 0 nearby with which the pairs' (1 - alpha) unit / beta round least.

    Its rounding is up to half an ulp of y at 0, and matters most where y has a large mantissa, since
    the relative error of h weighs most there.
    """
    places = np.arange(-ROOT_REACH, ROOT_REACH + 1, dtype=np.int32)
    roots = (np.float32(root).view(np.int32) + places).view(np.float32)
    roots = roots[roots < 0.25]  # above, the last place of the root is twice as large
    unit = PDF_AT_ZERO / f64(roots * roots)
    factors = np.unique(np.abs(1 - f64(ALPHAS))[:, None] / f64(BETAS))
    factors = factors[factors > 0][:, None]
    ulp = np.exp2(np.floor(np.log2(factors * PDF_AT_ZERO)) - 23)
    rounding = np.abs(f64(np.float32(unit * factors)) / (unit * factors) - 1)
    size = factors * PDF_AT_ZERO / ulp
    # The other errors of h, relative, at their worst: about 1.65 ulp at the largest mantissa.
    weight = np.max(size * (rounding + 0.9 * 2.0**-23), axis=0)
    return roots[np.argsort(weight)[:count]]


def with_root(coefficients, root, iterations=4):
    """The constants of h for another root at 0: least squares keep the function as it was."""
    t = np.linspace(0, coefficients["clamp"], 1001)[1:]
    basis = np.vander(t, 9, increasing=True)[:, 1:]
    entry = coefficients["smooth"]
    poly = np.array([*entry["poly"], -1.0])

    def root_at(poly, root):
        r = basis @ poly
        return r, r * r + r + root

    target = root_at(poly, entry["root"])[1] ** 2 * entry["unit"]
    unit = PDF_AT_ZERO / f64(np.float32(root) ** 2)
    for _ in range(iterations):
        r, value = root_at(poly, f64(root))
        by_poly = (2 * r + 1)[:, None] * basis[:, :7]
        # The last row holds the root at the clamp to 0.
        rows = np.vstack([(2 * value * unit)[:, None] * by_poly, 30 * by_poly[-1:]])
        error = np.append(value**2 * unit - target, 30 * value[-1])
        norm = np.linalg.norm(rows, axis=0)
        poly[:7] -= np.linalg.lstsq(rows / norm, error, rcond=None)[0] / norm
    return np.float32([*poly[:7], root])


def search(exhaustive, constants, seed, log, tries=150_000):
    """Constants near these with a small largest error over all inputs, and that error.

    Last places are moved until the hard points found so far are below the target, and all inputs walked
    then: those above join, or the target is lowered. It ends where no step helps.
    """
    name = exhaustive.name
    target = contract_of(name)
    best, least, points = None, np.inf, exhaustive.grid()
    random = ctypes.c_uint64(88172645463325252 + seed)
    while True:
        constants, largest = exhaustive.tune(constants, points, target, random, tries)
        if largest > target:
            return best, least
        largest, found, complete = exhaustive.walk(constants, target - MARGIN[name])
        log(f"  {len(points)} points below {target:.4f}: {largest:.4f}{'' if complete else ' or more'} over all")
        if complete and largest <= target:
            best, least, target = constants, largest, largest - MARGIN[name] / 2
        points = np.concatenate([points, found])


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("function", nargs="?", choices=list(FUNCTIONS), help="search for its constants")
    options.add_argument("--starts", type=int, default=4, help="roots at 0, or seeds, from which to search")
    chosen = options.parse_args()
    coefficients = json.loads(FILE.read_text())
    if chosen.function is None:
        return 0 if report(coefficients) else 1

    def log(line):
        print(line, flush=True)

    name = chosen.function
    exhaustive = Exhaustive(name, coefficients)
    if name == "smooth":
        roots = favourable_roots(coefficients[name]["root"], chosen.starts)
        starts = [with_root(coefficients, root) for root in roots]
    else:
        starts = [np.float32(from_json(name, coefficients[name]))] * chosen.starts
    results = []
    for seed, start in enumerate(starts):
        constants, largest = search(exhaustive, start, seed, log)
        log(f"start {seed}: {largest:.4f}")
        results.append((largest, seed, constants))
    largest, _, constants = min(results, key=lambda result: result[:2])
    if constants is None:
        print("none keeps to the contract", file=sys.stderr)
        return 1
    coefficients[name] = to_json(name, constants)
    FILE.write_text(json.dumps(coefficients, indent=2) + "\n")
    log(f"largest error {largest:.4f}; now run fit.py --bounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
