"""Transforms of a number that is to be predicted: the network learns the transformed one, predictions are turned back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from nntrain.config.messages import shorten
from nntrain.config.registry import Registry
from nntrain.data.columns import Mask, Numbers
from nntrain.data.table import SHOWN_PROBLEMS, Table
from nntrain.errors import DataError
from nntrain.types import RowNumbers

LARGEST = 700.0
"""exp of more would be beyond float64."""


class TargetTransform(ABC):
    """A growing map of numbers, with its inverse; two of a kind are equal, as they have no settings."""

    kind: ClassVar[str]
    """Its name in configs and checkpoints."""
    domain: ClassVar[str]
    """What numbers it takes, in words."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @abstractmethod
    def admits(self, values: Numbers) -> Mask:
        """Which numbers it takes."""

    @abstractmethod
    def __call__(self, values: Numbers) -> Numbers:
        """What the network learns."""

    @abstractmethod
    def inverse(self, values: Numbers) -> Numbers:
        """Predictions in the target's own units."""


target_transforms: Registry[TargetTransform] = Registry("target transform")
"""What stands in `data.target_transform`: classes without settings, so that their name is their state."""


@target_transforms
class Log(TargetTransform):
    """y = log(value): for positive targets that span several powers of ten, where errors count by ratio.

    YAML      target_transform: log

    The network learns the logarithm, standardised; predictions and all metrics are in the target's own units again. The loss is that
    of the logarithms. The mean squared error of logarithms aims at the median of a target, not at its mean.
    """

    kind = "log"
    domain = "numbers above 0 (log1p takes 0, too)"

    def admits(self, values: Numbers) -> Mask:
        """x > 0."""
        return values > 0.0

    def __call__(self, values: Numbers) -> Numbers:
        """The natural logarithm."""
        return np.log(values)

    def inverse(self, values: Numbers) -> Numbers:
        """e^y."""
        return np.exp(np.minimum(values, LARGEST))


@target_transforms
class Log1p(TargetTransform):
    """y = log(1 + value): as log, for targets that may be 0.

    YAML      target_transform: log1p
    """

    kind = "log1p"
    domain = "numbers above −1"

    def admits(self, values: Numbers) -> Mask:
        """x > −1."""
        return values > -1.0

    def __call__(self, values: Numbers) -> Numbers:
        """log(1 + x), exact for small x."""
        return np.log1p(values)

    def inverse(self, values: Numbers) -> Numbers:
        """e^y − 1."""
        return np.expm1(np.minimum(values, LARGEST))


def transformed(table: Table, rows: RowNumbers, name: str, values: Numbers, transform: TargetTransform) -> Numbers:
    """The transformed values, of which all must be such as the transform takes."""
    wrong = np.flatnonzero(~transform.admits(values))
    if len(wrong):
        why = f"data.target_transform: {transform.kind} is for {transform.domain}"
        found = [(int(rows[at]), f"target '{shorten(name)}': {values[at]:g}; {why}") for at in wrong[:SHOWN_PROBLEMS]]
        raise DataError(table.problems(found, len(wrong)))
    return transform(values)
