"""What stands in for a missing number, and whether the network is told that it was missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from nntrain.data.columns import Numbers
from nntrain.data.registries import imputers


@dataclass(frozen=True)
class Fill:
    """``value`` stands in, in the column's own units; ``indicator`` adds an input that is 1 where it does."""

    value: float
    indicator: bool

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return {"value": self.value, "indicator": self.indicator}


Imputer: TypeAlias = Callable[[Numbers], Fill]


@imputers
def mean(values: Numbers, *, indicator: bool = False) -> Fill:
    """The mean of the training values that are not missing.

    YAML      missing: mean          missing: {mean: {indicator: true}}
    """
    return Fill(float(np.mean(values)), indicator)


@imputers
def median(values: Numbers, *, indicator: bool = False) -> Fill:
    """The median of the training values that are not missing.

    YAML      missing: median        missing: {median: {indicator: true}}
    """
    return Fill(float(np.median(values)), indicator)


@imputers
def constant(values: Numbers, *, value: float, indicator: bool = False) -> Fill:
    """A number that the config gives, in the column's own units.

    YAML      missing: {constant: 0}         missing: {constant: {value: -1, indicator: true}}
    """
    del values
    return Fill(float(value), indicator)
