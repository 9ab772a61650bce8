"""e^x, e^x − 1 and ln(1 + x) for float32 by operations that compile to vectors; those of the C library take one number at a time."""

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
def _parts(x):
    """e^r − 1 and 2ⁿ with x = n ln 2 + r, |r| ≤ ½ ln 2, by a polynomial (Cephes ``expf``, S. Moshier): 2e-7 relative."""
    half = np.float32(0.5)
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
    return p * r * r + r, power.view(np.float32)


@register_jitable
def _float32(x):
    """2ⁿ e^r."""
    less_one, power = _parts(x)
    return (less_one + np.float32(1.0)) * power


@register_jitable
def _any(x):
    return math.exp(x)


@overload(exponential)
def _overload(x):
    if x == types.float32:
        return _float32
    return _any


def exponentials(values):
    """x ← e^x for all of an array."""
    np.exp(values, out=values)


@register_jitable
def _in_one_row(values):
    """A row is as wide as there are classes, which may be fewer than a vector holds."""
    flat = values.reshape(-1)
    for i in range(flat.size):
        flat[i] = exponential(flat[i])


@register_jitable
def _row_by_row(values):
    for i in range(values.shape[0]):
        for k in range(values.shape[1]):
            values[i, k] = exponential(values[i, k])


@overload(exponentials)
def _overload_all(values):
    return _in_one_row if values.layout == "C" else _row_by_row


def exponential_less_one(x):
    """e^x − 1 for x ≤ 0, of full precision near 0 too."""
    return math.expm1(x)


@register_jitable
def _less_one_float32(x):
    """2ⁿ (e^r − 1) + (2ⁿ − 1)."""
    less_one, power = _parts(x)
    return less_one * power + (power - np.float32(1.0))


@register_jitable
def _any_less_one(x):
    return math.expm1(x)


@overload(exponential_less_one)
def _overload_less_one(x):
    if x == types.float32:
        return _less_one_float32
    return _any_less_one


def logarithm_of_one_more(x):
    """ln(1 + x) for 0 ≤ x ≤ 1."""
    return math.log1p(x)


@register_jitable
def _one_more_float32(x):
    """2 artanh s = 2 Σ s^(2k+1)/(2k+1) with s = x/(2 + x) ≤ ⅓, to the eighth term: 1e-8 relative but for rounding."""
    s = x / (np.float32(2.0) + x)
    square = s * s
    total = np.float32(1.0 / 15.0)
    total = total * square + np.float32(1.0 / 13.0)
    total = total * square + np.float32(1.0 / 11.0)
    total = total * square + np.float32(1.0 / 9.0)
    total = total * square + np.float32(1.0 / 7.0)
    total = total * square + np.float32(1.0 / 5.0)
    total = total * square + np.float32(1.0 / 3.0)
    return np.float32(2.0) * (total * square * s + s)


@register_jitable
def _any_one_more(x):
    return math.log1p(x)


@overload(logarithm_of_one_more)
def _overload_one_more(x):
    if x == types.float32:
        return _one_more_float32
    return _any_one_more
