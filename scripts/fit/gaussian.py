"""The two functions that are fitted, in double precision.

    Q(t) = 1 - Phi(t)            the upper tail of the standard normal distribution
    h(t) = phi(t) - t Q(t)       the smooth part of the activation, for t >= 0

Both are needed to an absolute error far below 2^-26 only, so double precision
has nine digits to spare, cancellation in h included.
"""

import numpy as np
from scipy.special import erfc

PDF_AT_ZERO = 0.3989422804014327


def pdf(t):
    """phi, the density of the standard normal distribution."""
    return PDF_AT_ZERO * np.exp(-0.5 * t * t)


def tail(t):
    """Q, the upper tail of the standard normal distribution."""
    return 0.5 * erfc(t * np.sqrt(0.5))


def smooth(t):
    """h, the smooth part: SAU = leaky ReLU + (1 - alpha) h(|beta x|) / beta."""
    return pdf(t) - t * tail(t)
