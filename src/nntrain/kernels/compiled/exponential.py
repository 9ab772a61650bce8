"""e^x for float32 by operations that compile to vectors; the C library's function takes one number at a time."""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

LOWEST, HIGHEST = np.float32(-87.3), np.float32(88.7)
"""Where e^x would leave the float32 range: it stays at 1.2e-38 and 3.3e38."""
LOG2_E = np.float32(1.44269504)
LN2_HIGH, LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
"""ln 2 in two parts, so that x − n ln 2 is exact to the last bit."""


def exponential(x):
    """e^x in the type of x."""
    return math.exp(x)


@register_jitable
def _float32(x):
    """2ⁿ e^r with x = n ln 2 + r, |r| ≤ ½ ln 2, and a polynomial for e^r (Cephes ``expf``, S. Moshier): 2e-7 relative."""
    one, half = np.float32(1.0), np.float32(0.5)
    x = HIGHEST if x > HIGHEST else x  # NaN stays NaN
    x = LOWEST if x < LOWEST else x
    n = np.float32(math.floor(x * LOG2_E + half))
    r = x - n * LN2_HIGH - n * LN2_LOW
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    power = np.int32(np.int32(np.int32(n) + np.int32(127)) << np.int32(23))
    return (p * r * r + r + one) * power.view(np.float32)


@overload(exponential)
def _overload(x):
    if x == types.float32:
        return _float32
    return lambda x: math.exp(x)
