"""Central finite differences: the judge of every derivative."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nntrain.types import Array

TOLERANCE = 1e-6
"""The relative error that a gradient may have."""
STEP = 1e-5
FLOOR = 1e-3
"""Gradients smaller than this are compared absolutely: rounding alone makes differences of about 1e-11."""


def numeric_gradient(function: Callable[[], float], variables: Array) -> Array:
    """∂function/∂variables by (f(v + h) − f(v − h)) / 2h, entry by entry, in place."""
    gradient = np.zeros_like(variables)
    for index in np.ndindex(variables.shape):
        before = variables[index]
        variables[index] = before + STEP
        above = function()
        variables[index] = before - STEP
        below = function()
        variables[index] = before
        gradient[index] = (above - below) / (2.0 * STEP)
    return gradient


def relative_error(analytic: Array, numeric: Array) -> float:
    """‖a − n‖ / max(‖a‖, ‖n‖)."""
    scale = max(float(np.linalg.norm(analytic)), float(np.linalg.norm(numeric)), FLOOR)
    return float(np.linalg.norm(analytic - numeric)) / scale
