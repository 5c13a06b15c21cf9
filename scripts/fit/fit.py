"""Derives coefficients.json: the composite polynomials for h and Q.

    python3 scripts/fit/fit.py           fit, tune, measure, write coefficients.json
    python3 scripts/fit/fit.py --check   measure the committed file against its bounds
    python3 scripts/fit/fit.py --bounds  measure the committed file, record its bounds

README.md explains the form and the method.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from kernel import (
    END_W,
    FUNCTIONS,
    START,
    ends_exactly,
    from_json,
    is_zero_at,
    measure,
    to_json,
    unit_of,
)
from minimax import fit_smooth, fit_tail, scaled_smooth, scaled_tail
from tune import starting_clamp, starting_tail, tune

FILE = Path(__file__).with_name("coefficients.json")
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
CHECK_SEED = 2024


def score(coefficients, names, n):
    """The decisive errors of the functions named, pairs and random, plain and relaxed."""
    kept = {key: coefficients[key] for key in ("argumentScale", "clamp", *names)}
    wanted = tuple(DECISIVE[name] for name in names)
    return {key: value for key, value in measure(kept, n, 77).items() if key.startswith(wanted)}


def text_of(errors):
    return ", ".join(f"{key} {value:.3f}" for key, value in errors.items())


def best_tuned(name, start, coefficients, tunings, batches, log):
    """The best entry of one function, tuned from several seeds.

    Fresh samples choose, because the points tuned on flatter the result: a small one
    the finalists, a large one the best of them: what exceeds the contract least, then the least sum.
    """
    argument_scale, clamp = coefficients["argumentScale"], coefficients["clamp"]
    tuned = []
    for seed in range(tunings):
        constants, largest = tune(name, start, argument_scale, clamp, seed, batches)
        entry = to_json(name, constants)
        total = sum(score(coefficients | {name: entry}, [name], 1 << 20).values())
        tuned.append((total, entry))
        log(f"  seed {seed}: {largest:.3f} units, score {total:.3f}")
    finalists = []
    for _, entry in sorted(tuned, key=lambda pair: pair[0])[:FINALISTS]:
        seen = score(coefficients | {name: entry}, [name], CHECK_POINTS)
        log(f"  finalist: {text_of(seen)}")
        excess = max(seen[key] / limit for key, limit in CONTRACT.items() if key in seen)
        finalists.append((max(excess, 1), sum(seen.values()), entry))
    return min(finalists, key=lambda finalist: finalist[:2])[2]


def derive(tunings, batches, log):
    """A set of constants. h comes first: it decides the scale of t and the clamp, for Q too."""
    parameters, error = fit_smooth()
    argument_scale, start, clamp = scaled_smooth(parameters)
    log(f"smooth: fit error {error:.3g}")
    clamp = starting_clamp(start, clamp)
    coefficients = {"argumentScale": argument_scale, "clamp": clamp}
    coefficients["smooth"] = best_tuned("smooth", start, coefficients, tunings, batches, log)

    parameters, error = fit_tail(clamp / argument_scale)
    log(f"tail: fit error {error:.3g}")
    start = starting_tail(scaled_tail(parameters, argument_scale), clamp)
    coefficients["tail"] = best_tuned("tail", start, coefficients, tunings, batches, log)
    return coefficients


def defend(carried, derived, log):
    """The committed constants, or the derived ones if they are below them in every decisive error.

    The committed ones come from a longer search by the same method, in a faster program. The set
    stays or goes as one, since both functions share the scale of t and the clamp.
    """
    seen = {}
    for title, coefficients in (("carried over", carried), ("derived", derived)):
        seen[title] = score(coefficients, FUNCTIONS, CHECK_POINTS)
        log(f"{title}: {text_of(seen[title])}")
    better = all(seen["derived"][key] < value for key, value in seen["carried over"].items())
    log(f"{'derived' if better else 'carried over'} constants are taken")
    return derived if better else carried


def bounds_of(coefficients, log, samples=3):
    """The bounds to record: the largest errors seen and a margin, within the contract.

    The largest M2 of a sample varies by some per cent from one to the next, since few
    points have it. These bounds are what was seen, not what was proved. The sample of the
    check is one of them.
    """
    seeds = [CHECK_SEED, *range(4711, 4711 + samples - 1)]
    seen = [measure(coefficients, CHECK_POINTS, seed) for seed in seeds]
    bounds = {}
    for name in seen[0]:
        largest = max(sample[name] for sample in seen)
        bounds[name] = float(f"{largest * MARGIN:.3g}")
        note = ""
        if largest <= CONTRACT.get(name, 0):
            bounds[name] = min(bounds[name], CONTRACT[name])
        elif name in CONTRACT:
            note = f", more than the contract's {CONTRACT[name]}"
        log(f"  {name}: largest of {samples} samples {largest:.4g}{note}")
    return bounds


def check(coefficients, log=print):
    """The names of what the file breaks: its bounds, the contract, or the form itself."""
    failed = []

    def require(name, fine, text):
        log(f"{'ok  ' if fine else 'FAIL'} {name}: {text}")
        if not fine:
            failed.append(name)

    clamp = coefficients["clamp"]
    require("clamp", float(np.float32(clamp)) == clamp, "is a float32 number")
    start = coefficients["tail"]["start"]
    require("tail start", start == START, f"is {START}, 1/4 - 2^-24")
    ends = {"smooth": "its root is 0", "tail": f"w is {END_W}"}
    for name in FUNCTIONS:
        given = from_json(name, coefficients[name])
        constants = np.float32(given)
        require(f"{name} constants", bool(np.all(constants == given)), "are float32 numbers")
        # As in JSON: a unit is a double.
        unit = float(unit_of(name, constants))
        require(f"{name} unit", coefficients[name]["unit"] == unit, f"is {unit}")
        exact, what = ends_exactly(name, constants, clamp), ends[name]
        require(f"{name} end", bool(exact), f"{what} at the clamp, plain and relaxed")
        zero = is_zero_at(name, constants, clamp)
        require(f"{name} at the clamp", zero, "is exactly +0, plain and relaxed")

    worst = measure(coefficients, CHECK_POINTS, CHECK_SEED)
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
    return failed


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="only measure the committed file")
    options.add_argument("--bounds", action="store_true", help="only measure and record the bounds")
    options.add_argument("--tunings", type=int, default=8, help="seeds tuned from a function")
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

    coefficients = json.loads(FILE.read_text())
    if not chosen.bounds:
        coefficients = defend(coefficients, derive(chosen.tunings, chosen.batches, log), log)
    coefficients["bounds"] = bounds_of(coefficients, log)
    text = json.dumps(coefficients, indent=2) + "\n"
    print(text)
    same = FILE.exists() and FILE.read_text() == text
    print("the same as the committed file" if same else "differs from the committed file")
    chosen.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
