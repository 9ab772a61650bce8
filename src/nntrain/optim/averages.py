"""What the updates with moving averages share, in place and without a temporary array."""

from __future__ import annotations

import math

import numpy as np

from nntrain.types import Array


def move(average: Array, values: Array, decay: float, scratch: Array) -> None:
    """m ← β m + (1 − β) x."""
    np.multiply(values, 1.0 - decay, out=scratch)
    average *= decay
    average += scratch


def move_squares(average: Array, values: Array, decay: float, scratch: Array) -> None:
    """s ← β s + (1 − β) x²."""
    np.multiply(values, values, out=scratch)
    scratch *= 1.0 - decay
    average *= decay
    average += scratch


def divisor(average: Array, epsilon: float, out: Array, correction: float | None = None) -> Array:
    """√(s/c) + ε; without c, √s + ε."""
    np.sqrt(average, out=out)
    if correction is not None:
        out *= 1.0 / math.sqrt(
            correction
        )  # of the same float type: np.sqrt would give a float64 and pull the block along
    out += epsilon
    return out


def step_against(theta: Array, direction: Array, divided_by: Array, rate: float, out: Array) -> None:
    """θ ← θ − η d / q; ``out`` may be q."""
    np.divide(direction, divided_by, out=out)
    out *= rate
    theta -= out
