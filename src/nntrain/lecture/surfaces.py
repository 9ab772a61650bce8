"""Surfaces of two parameters on which optimizers are watched: a ravine, a saddle, a slope."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.config.registry import Registry
from nntrain.types import NonNegative, Positive

Point: TypeAlias = NDArray[np.float64]
"""(x, y)."""


class Surface(ABC):
    """A function of two numbers with its gradient."""

    @abstractmethod
    def value(self, at: Point) -> float:
        """f(x, y)."""

    @abstractmethod
    def gradient(self, at: Point) -> Point:
        """(∂f/∂x, ∂f/∂y)."""


surfaces: Registry[Surface] = Registry("surface")


@surfaces
class Ravine(Surface):
    """f = (x² + κ y²) / 2: κ times as steep across as along; its minimum, 0, is at the origin.

    ``steepness``  κ
    """

    def __init__(self, *, steepness: Positive = 100.0) -> None:
        self.curvature = np.array([1.0, steepness])

    def value(self, at: Point) -> float:
        """(x² + κ y²) / 2."""
        return float(self.curvature @ (at * at) / 2)

    def gradient(self, at: Point) -> Point:
        """(x, κ y)."""
        return self.curvature * at


@surfaces
class Saddle(Surface):
    """f = x²/2 − y²/2 + y⁴/4: a saddle at the origin, where f = 0; minima at (0, ±1), where f = −1/4."""

    def value(self, at: Point) -> float:
        """x²/2 − y²/2 + y⁴/4."""
        x, y = at
        return float(x * x / 2 - y * y / 2 + y**4 / 4)

    def gradient(self, at: Point) -> Point:
        """(x, y³ − y)."""
        x, y = at
        return np.array([x, y**3 - y])


@surfaces
class Slope(Surface):
    """f = −s x: the gradient is the same everywhere, so that all that changes is the optimizer's own rate.

    ``steepness``  s
    """

    def __init__(self, *, steepness: NonNegative = 1.0) -> None:
        self.steepness = steepness

    def value(self, at: Point) -> float:
        """−s x."""
        return -self.steepness * float(at[0])

    def gradient(self, at: Point) -> Point:
        """(−s, 0)."""
        return np.array([-self.steepness, 0.0])
