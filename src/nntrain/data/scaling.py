"""Scaling of numeric columns: each is fitted to the training values in float64 and then is a fixed map."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar, TypeAlias

import numpy as np

from nntrain.data.columns import Numbers
from nntrain.data.kinds import Fitted, Kinds
from nntrain.data.registries import scalers

KNOTS = 1_000
"""How many quantiles of the training values `quantile` stores at most."""
TAIL = 1e-7
"""`quantile` clips shares to [TAIL, 1 − TAIL] before the normal quantile: ±5.2."""


class Scale(Fitted):
    """A fixed map of numbers to numbers."""

    @abstractmethod
    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""


scales: Kinds[Scale] = Kinds()
"""The maps that a checkpoint may hold."""


@scales
@dataclass(frozen=True)
class Affine(Scale):
    """z = (x − shift) / scale."""

    kind: ClassVar[str] = "affine"
    shift: float
    scale: float

    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""
        return (values - self.shift) / self.scale

    def describe(self) -> str:
        """``(x − 3.1) / 0.2``."""
        return f"(x − {self.shift:.4g}) / {self.scale:.4g}".replace("− -", "+ ")

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return {"shift": self.shift, "scale": self.scale}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Affine:
        """What `state` gave."""
        return cls(state["shift"], state["scale"])


@scales
@dataclass(frozen=True)
class NormalQuantiles(Scale):
    """z = Φ⁻¹(share of the training values below x), between stored quantiles by linear interpolation."""

    kind: ClassVar[str] = "normal_quantiles"
    knots: tuple[float, ...]

    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""
        knots, shares = np.array(self.knots), np.linspace(0, 1, len(self.knots))
        # Among equal knots the share is the mean of the first and the last, hence from below and from above.
        below = np.interp(values, knots, shares)
        above = -np.interp(-values, -knots[::-1], -shares[::-1])
        share = np.where(values <= knots[0], 0.0, np.where(values >= knots[-1], 1.0, (below + above) / 2))
        return _normal_quantile(np.clip(share, TAIL, 1 - TAIL))

    def describe(self) -> str:
        """``normal quantiles, 1,000 knots``."""
        return f"normal quantiles, {len(self.knots):,} knots"

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return {"knots": list(self.knots)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> NormalQuantiles:
        """What `state` gave."""
        return cls(tuple(state["knots"]))


Scaler: TypeAlias = Callable[[Numbers], Scale]


def _normal_quantile(shares: Numbers) -> Numbers:
    """Φ⁻¹ (Wichura's algorithm AS 241, as Python's statistics has it), once for each distinct share."""
    distinct, places = np.unique(shares, return_inverse=True)
    inverse = NormalDist().inv_cdf
    return np.array([inverse(share) for share in distinct.tolist()])[places]


def _spread(values: Numbers) -> float:
    """The population standard deviation; 1 where all values are equal."""
    return float(np.std(values)) or 1.0


@scalers
def standardize(values: Numbers) -> Affine:
    """z = (x − mean) / σ, with the mean and the population standard deviation of the training values.

    YAML      numeric: standardize
    """
    return Affine(float(np.mean(values)), _spread(values))


@scalers
def min_max(values: Numbers) -> Affine:
    """z = (x − min) / (max − min): training values lie in [0, 1], others may lie outside.

    YAML      numeric: min_max
    """
    low, high = float(np.min(values)), float(np.max(values))
    return Affine(low, (high - low) or 1.0)


@scalers
def robust(values: Numbers) -> Affine:
    """z = (x − median) / (third quartile − first quartile): outliers do not move it.

    YAML      numeric: robust

    Where the quartiles coincide, as in a column that is mostly 0, the standard deviation stands in for their distance;
    scikit-learn's RobustScaler divides by 1 there.
    """
    first, median, third = np.percentile(values, [25, 50, 75])
    return Affine(float(median), float(third - first) or _spread(values))


@scalers
def quantile(values: Numbers) -> NormalQuantiles:
    """z = Φ⁻¹(rank of x among the training values): whatever their distribution was, it becomes a normal one.

    YAML      numeric: quantile

    As scikit-learn's QuantileTransformer(output_distribution="normal") with 1,000 quantiles of all rows, clipped at ±5.2.
    """
    shares = np.linspace(0, 1, min(KNOTS, len(values)))
    knots = np.maximum.accumulate(np.quantile(values, shares))  # rounding must not break the order
    return NormalQuantiles(tuple(knots.tolist()))


@scalers
def none(values: Numbers) -> Affine:
    """z = x, unchanged.

    YAML      numeric: none
    """
    del values
    return Affine(0.0, 1.0)
