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

from kernel import FUNCTIONS, UNITS, constants_of, is_zero_at, measure
from minimax import minimax
from tune import is_allowed, tune

FILE = Path(__file__).with_name("coefficients.json")
# A float32; from here on h is below 0.23 and Q below 1.02 units of 2^-24 of the value at 0.
CLAMP = 5.416999816894531
# Shifts (g0, g1) from which the minimax fit starts. It has many local optima, and these starts
# lead to the good ones: near an exact eighth power the shifts are 2^(3/4) = 1.6818 and
# 2^(1/2) = 1.41421, and a scan around those found the best a little to the side.
STARTS = {
    "smooth": [(1.6801, 1.4144), (1.68, 1.4143), (1.675, 1.4143)],
    "tail": [(1.675, 1.415), (1.6752, 1.4147), (1.668, 1.4147)],
}
# smooth must be 0 at the clamp, so it is fitted up to there. tail need not be, as the kernel
# masks it, and stopping a little earlier leaves a slightly smaller error.
FIT_END = {"smooth": CLAMP, "tail": 5.38}
# Constants found earlier by the same method in another program. They stay unless a tuned set
# is below them in every decisive error.
CARRIED_OVER = {
    "tail": [
        -0.0841638594865799, -0.029401976615190506, -0.0006489442894235253, 0.001398394349962473,
        1.4277755326475017e-05, -4.657071258407086e-05, 4.594861366058467e-06, 1.6751368045806885,
        1.4148318767547607,
    ],
}  # fmt: skip
# What the contract promises at its pairs of alpha and beta.
CONTRACT = {
    "forwardM2PairsPlain": 3.0,
    "forwardM2PairsRelaxed": 3.0,
    "slopePairsPlain": 1.0,
    "slopePairsRelaxed": 1.0,
}
# Which errors decide between tuned constants.
DECISIVE = {"smooth": "forwardM2", "tail": "slope"}
# How many of the tuned constants are measured on the large sample.
FINALISTS = 4
# The margin of a recorded bound over the largest value seen.
MARGIN = 1.1
CHECK_POINTS = 1 << 24


def to_json(name, constants):
    values = [float(value) for value in constants]
    return {"poly": values[:7], "shift": values[7:], "unit": UNITS[name]}


def derive(name, tunings, batches, log):
    """The constants of one function: fitted, tuned from several seeds, the best chosen.

    Fresh samples choose, because the points tuned on flatter the result: a small one
    the finalists, a large one the best of them. Constants carried over defend their place.
    """
    fits = [minimax(FUNCTIONS[name], UNITS[name], FIT_END[name], start) for start in STARTS[name]]
    parameters = min(fits, key=lambda fit: fit[1])[0]
    log(f"{name}: fit errors {[f'{fit[1]:.3g}' for fit in fits]}")
    tuned = []
    for seed in range(tunings):
        constants, largest = tune(name, parameters, CLAMP, seed, batches)
        if not is_allowed(name, constants, CLAMP):
            continue
        fit = to_json(name, constants)
        tuned.append((score(name, fit, 1 << 21)[0], fit))
        log(f"  seed {seed}: {largest * 4 * 2**24:.3f} units, score {tuned[-1][0]:.3f}")
    if not tuned:
        raise SystemExit(f"{name}: no constants are allowed at the far end; add seeds")
    tuned.sort(key=lambda entry: entry[0])
    finalists = [(*score(name, fit, CHECK_POINTS), fit) for _, fit in tuned[:FINALISTS]]
    for total, seen, _ in finalists:
        log(f"  finalist: score {total:.3f} of " + ", ".join(f"{value:.3f}" for value in seen))
    if name in CARRIED_OVER:
        fit = to_json(name, CARRIED_OVER[name])
        total, carried = score(name, fit, CHECK_POINTS)
        log(f"  carried over: score {total:.3f} of " + ", ".join(f"{value:.3f}" for value in carried))
        better = [entry for entry in finalists if np.all(np.array(entry[1]) < carried)]
        finalists = better or [(total, carried, fit)]
    return min(finalists, key=lambda entry: entry[0])[2]


def score(name, fit, n):
    """The sum of the decisive errors (pairs and random, plain and relaxed), and the errors."""
    # The other function's errors are not looked at.
    seen = measure({"clamp": CLAMP, "smooth": fit, "tail": fit}, n, 77, [DECISIVE[name]])
    return sum(seen.values()), list(seen.values())


def bounds_of(coefficients, log, samples=3):
    """The bounds to record: the largest errors seen and a margin, within the contract.

    The largest M2 of a sample varies by some per cent from one to the next, since few
    points have it. These bounds are what was seen, not what was proved.
    """
    seen = [measure(coefficients, CHECK_POINTS, seed) for seed in range(4711, 4711 + samples)]
    bounds = {}
    for name in seen[0]:
        largest = max(sample[name] for sample in seen)
        log(f"  {name}: largest of {samples} samples {largest:.4g}")
        bounds[name] = float(f"{largest * MARGIN:.3g}")
        if largest <= CONTRACT.get(name, 0):
            bounds[name] = min(bounds[name], CONTRACT[name])
    return bounds


def check(coefficients, log=print):
    """The names of what the file breaks: its bounds, the contract, or the form itself."""
    worst = measure(coefficients, CHECK_POINTS, seed=2024)
    failed = []

    def require(name, fine, text):
        log(f"{'ok  ' if fine else 'FAIL'} {name}: {text}")
        if not fine:
            failed.append(name)

    bounds = coefficients.get("bounds", {})
    for name, value in worst.items():
        if name not in bounds:
            require(name, False, "has no bound in the file")
            continue
        require(name, value <= bounds[name], f"{value:.4g} <= {bounds[name]:.4g}")
        if name in CONTRACT:
            require(f"{name} (contract)", value <= CONTRACT[name], f"{value:.4g} <= {CONTRACT[name]}")
    for name in sorted(set(bounds) - set(worst)):
        require(name, False, "is a bound of nothing that is measured")
    for name in FUNCTIONS:
        fit = coefficients[name]
        given = np.array(fit["poly"] + fit["shift"] + [coefficients["clamp"]])
        require(f"{name} constants", bool(np.all(np.float32(given) == given)), "are float32 numbers")
        require(f"{name} unit", fit["unit"] == UNITS[name], f"is {UNITS[name]}")
    zero = is_zero_at(constants_of(coefficients["smooth"]), coefficients["clamp"])
    require("smooth at the clamp", zero, "is exactly +0, plain and relaxed")
    return failed


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="only measure the committed file")
    options.add_argument("--bounds", action="store_true", help="only measure and record the bounds")
    options.add_argument("--tunings", type=int, default=12, help="seeds tuned from a function")
    options.add_argument("--batches", type=int, default=6000, help="batches of steps a tuning")
    options.add_argument("--out", type=Path, default=FILE, help="the file to write")
    chosen = options.parse_args()
    if chosen.check:
        failed = check(json.loads(FILE.read_text()))
        if failed:
            print("failed: " + ", ".join(failed), file=sys.stderr)
        return 1 if failed else 0

    def log(line):
        print(line, flush=True)

    if chosen.bounds:
        coefficients = json.loads(FILE.read_text())
    else:
        coefficients = {"clamp": CLAMP}
        for name in FUNCTIONS:
            coefficients[name] = derive(name, chosen.tunings, chosen.batches, log)
    coefficients["bounds"] = bounds_of(coefficients, log)
    text = json.dumps(coefficients, indent=2) + "\n"
    print(text)
    same = FILE.exists() and FILE.read_text() == text
    print("the same as the committed file" if same else "differs from the committed file")
    chosen.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
