"""What test/cli/numpy.test.ts has numpy do.

    numpy_round_trip.py write FOLDER    writes arrays of every kind, and what SAU of them is
    numpy_round_trip.py check FOLDER    compares what the command wrote with that

SAU is computed in double precision here, by its definition.
"""

import json
import math
import sys
from pathlib import Path

import numpy

ALPHAS = numpy.array([0.1, 0.25, -0.5, 1.5, 0.15])
BETA = 1.7
DTYPES = ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8")
SHAPES = ((5,), (3, 5, 2), (1, 5, 1), (2, 0, 5), (2, 3, 4, 5), (5, 11_000), (11_000, 5))
# Half of the last bit of a result of that dtype, and float32's errors (README.md, "How exact").
TOLERANCE = {"f2": 2.0**-11, "f4": 2.0**-21, "f8": 2.0**-21}


def sau(x, alpha, beta):
    x = x.astype("f8")
    phi = numpy.exp(-0.5 * (beta * x) ** 2) / math.sqrt(2 * math.pi)
    cumulative = 0.5 * (1 + numpy.vectorize(math.erf, otypes=["f8"])(beta * x / math.sqrt(2)))
    slope = alpha + (1 - alpha) * cumulative
    y = alpha * x + (1 - alpha) * (x * cumulative + phi / beta)
    dalpha = x * (1 - cumulative) - phi / beta
    dbeta = -(1 - alpha) * phi / beta**2
    return y, slope, dalpha, dbeta


def cases():
    random = numpy.random.default_rng(2021)
    for shape in SHAPES:
        axis = len(shape) - 1 - shape[::-1].index(5)
        for dtype in DTYPES:
            for order in "CF":
                name = f"{'x'.join(map(str, shape))}-{dtype[1:]}-{'little' if dtype[0] == '<' else 'big'}-{order}"
                x = numpy.asarray(random.normal(size=shape), dtype=dtype, order=order)
                dy = numpy.asarray(random.normal(size=shape), dtype=dtype, order=order)
                alpha = ALPHAS.reshape([5 if i == axis else 1 for i in range(len(shape))])
                yield name, axis, x, dy, alpha


def write(folder):
    listed = []
    for version, (name, axis, x, dy, _) in enumerate(cases()):
        for kind, array in (("x", x), ("dy", dy)):
            with open(folder / f"{name}.{kind}.npy", "wb") as file:
                numpy.lib.format.write_array(file, array, version=(version % 3 + 1, 0))
        listed.append({"name": name, "axis": axis})
    numpy.save(folder / "alpha.npy", ALPHAS)
    print(json.dumps({"alpha": "alpha.npy", "beta": BETA, "cases": listed}))


def near(found, expected, tolerance, magnitude, what):
    """`magnitude` is what an error is relative to, where that is more than the value; 2^-25 is float16's least error."""
    allowed = tolerance * numpy.maximum(numpy.abs(expected), magnitude) + 2.0**-25
    error = numpy.abs(found.astype("f8") - expected)
    assert (error <= allowed).all(), f"{what}: error {error.max()}"


def sum_near(found, terms, at_zero, dy, axes, what):
    """The bound of README.md, "How exact": a term counts as at least its value at x = 0."""
    dy = dy.astype("f8")
    magnitude = numpy.maximum(numpy.abs(terms), numpy.abs(at_zero)) * numpy.abs(dy)
    error = numpy.abs(found - (terms * dy).sum(axis=axes))
    assert (error <= 1.25e-6 * magnitude.sum(axis=axes)).all(), f"{what} {found}: error {error}"


def check(folder):
    for name, axis, x, dy, alpha in cases():
        y, slope, dalpha, dbeta = sau(x, alpha, BETA)
        for kind, expected, magnitude in (("y", y, 0.25), ("dx", slope * dy.astype("f8"), numpy.abs(dy.astype("f8")))):
            found = numpy.load(folder / f"{name}.{kind}.npy")
            assert found.dtype == x.dtype and found.shape == x.shape, f"{name}.{kind}: {found.dtype} {found.shape}"
            assert found.flags.c_contiguous == x.flags.c_contiguous, f"{name}.{kind}: another order"
            near(found, expected, TOLERANCE[x.dtype.str[1:]], magnitude, f"{name}.{kind}")
        printed = json.loads((folder / f"{name}.json").read_text())
        others = tuple(i for i in range(x.ndim) if i != axis)
        at_zero = sau(numpy.zeros_like(x), alpha, BETA)
        sum_near(printed["dAlpha"], dalpha, at_zero[2], dy, others, f"{name}: dAlpha")
        sum_near(printed["dBeta"], dbeta, at_zero[3], dy, None, f"{name}: dBeta")
    print("ok")


{"write": write, "check": check}[sys.argv[1]](Path(sys.argv[2]))
