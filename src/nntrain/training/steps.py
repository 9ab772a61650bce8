"""A stretch of training steps: several batches in a row between which the loop has nothing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nntrain.augment import Augmenter
from nntrain.network.mixed import AnyTargets
from nntrain.training.rows import Rows
from nntrain.training.step import NonFiniteError, TrainStep
from nntrain.types import RowNumbers


@dataclass(frozen=True)
class Stretch:
    """The batches ``order[bounds[i]:bounds[i + 1]]`` with learning rate ``rates[i]``; ``step`` is the first one's number."""

    order: RowNumbers
    bounds: NDArray[np.int64]
    rates: list[float]
    step: int


@dataclass(frozen=True)
class Outcome:
    """The mean loss of each batch that went well, and what was not finite in the one after them."""

    losses: list[float]
    failed: str | None = None


class Steps(Protocol):
    """Who trains on a stretch of batches."""

    def run(self, stretch: Stretch) -> Outcome:
        """Train on all of them, or up to the first with a loss or a gradient that is not finite."""

    def close(self) -> None:
        """End the threads."""


class OneByOne:
    """`TrainStep` after `TrainStep`: the definition. Augmentation changes each batch, a copy of the rows, before its step."""

    def __init__(self, step: TrainStep, train: Rows, largest: int, augment: Augmenter | None = None) -> None:
        self.step, self.train, self.augment = step, train, augment
        self._x = np.empty((largest, train.x.shape[1]), train.x.dtype)

    def run(self, stretch: Stretch) -> Outcome:
        """Gather each batch and train on it."""
        losses: list[float] = []
        for number, lr in enumerate(stretch.rates):
            rows = stretch.order[stretch.bounds[number] : stretch.bounds[number + 1]]
            x = self.train.x.take(rows, axis=0, out=self._x[: len(rows)], mode="clip")  # (B, n)
            y: AnyTargets = self.train.y.take(rows, axis=0)
            if self.augment is not None:
                y = self.augment(x, y, stretch.step + number)
            try:
                losses.append(self.step(x, y, lr, stretch.step + number))
            except NonFiniteError as error:
                return Outcome(losses, str(error))
        return Outcome(losses)

    def close(self) -> None:
        """End the threads of a split pass."""
        self.step.close()
