"""The fixed maps that scalings give: how a number of the table becomes an input of the network."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np

from nntrain.data.columns import Numbers
from nntrain.data.kinds import Fitted, Kinds

TAIL = 1e-7
"""`quantile` clips shares to [TAIL, 1 − TAIL] before the normal quantile: ±5.2."""
BOUND = 3.0
"""Smooth clipping keeps what it gives within ±3."""


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


SPECK = 1e-290
"""Between numbers smaller than this a line can be too steep for float64."""


def without_specks(values: Numbers) -> Numbers:
    """Numbers next to nothing as 0."""
    return np.where(np.abs(values) < SPECK, 0.0, values)


@scales
@dataclass(frozen=True)
class NormalQuantiles(Scale):
    """z = Φ⁻¹(share of the training values below x), between stored quantiles by linear interpolation."""

    kind: ClassVar[str] = "normal_quantiles"
    knots: tuple[float, ...]

    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""
        knots, shares = without_specks(np.array(self.knots)), np.linspace(0, 1, len(self.knots))
        values = without_specks(values)
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


@scales
@dataclass(frozen=True)
class SmoothClip(Scale):
    """z / √(1 + (z/3)²) with z = (x − shift) · factor: nearly z where that is small, within ±3 everywhere."""

    kind: ClassVar[str] = "smooth_clip"
    shift: float
    factor: float

    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""
        z = np.clip((values - self.shift) * self.factor, -1e30, 1e30)
        clipped: Numbers = z / np.hypot(1.0, z / BOUND)
        return clipped

    def describe(self) -> str:
        """``(x − 3.1) · 0.2, clipped smoothly to ±3``."""
        return f"(x − {self.shift:.4g}) · {self.factor:.4g}, clipped smoothly to ±{BOUND:g}".replace("− -", "+ ")

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return {"shift": self.shift, "factor": self.factor}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> SmoothClip:
        """What `state` gave."""
        return cls(state["shift"], state["factor"])


@scales
@dataclass(frozen=True)
class SignedLog(Scale):
    """z = (sign(x) · log(1 + |x|) − shift) / scale."""

    kind: ClassVar[str] = "signed_log"
    shift: float
    scale: float

    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""
        return (signed_log(values) - self.shift) / self.scale

    def describe(self) -> str:
        """``(±log(1 + |x|) − 3.1) / 0.2``."""
        return f"(±log(1 + |x|) − {self.shift:.4g}) / {self.scale:.4g}".replace("− -", "+ ")

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return {"shift": self.shift, "scale": self.scale}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> SignedLog:
        """What `state` gave."""
        return cls(state["shift"], state["scale"])


@scales
@dataclass(frozen=True)
class Steps(Scale):
    """z = 2 j / k − 1, where j of the k edges are not above x: the number of x's bin, between −1 and 1."""

    kind: ClassVar[str] = "steps"
    edges: tuple[float, ...]

    def __call__(self, values: Numbers) -> Numbers:
        """Scaled values."""
        return 2.0 * np.searchsorted(np.array(self.edges), values, side="right") / len(self.edges) - 1.0

    def describe(self) -> str:
        """``the number of one of 16 bins``."""
        return f"the number of one of {len(self.edges) + 1} bins, −1 to 1"

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return {"edges": list(self.edges)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Steps:
        """What `state` gave."""
        return cls(tuple(state["edges"]))


def signed_log(values: Numbers) -> Numbers:
    """sign(x) · log(1 + |x|)."""
    return np.copysign(np.log1p(np.abs(values)), values)


def _normal_quantile(shares: Numbers) -> Numbers:
    """Φ⁻¹ (Wichura's algorithm AS 241, as Python's statistics has it), once for each distinct share."""
    distinct, places = np.unique(shares, return_inverse=True)
    inverse = NormalDist().inv_cdf
    return np.array([inverse(share) for share in distinct.tolist()])[places]
