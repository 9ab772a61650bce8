"""Targets with a weight for each row: what a loss gets in place of plain targets where `data.weights` names a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

from nntrain.types import Array, RowNumbers


@dataclass(frozen=True)
class Weighted:
    """y (N, …), and for each row how much it counts, (N,). Taken apart by rows as an array is."""

    y: NDArray[Any]
    weights: Array

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, rows: slice | RowNumbers) -> Weighted:
        return Weighted(self.y[rows], self.weights[rows])

    def take(self, rows: RowNumbers, axis: int = 0) -> Weighted:
        """The rows with these numbers."""
        return Weighted(self.y.take(rows, axis), self.weights.take(rows))


Targets: TypeAlias = NDArray[Any] | Weighted
"""What a loss is given: targets as they are, or with weights."""


def apart(targets: Targets) -> tuple[NDArray[Any], Array | None]:
    """The targets alone, and the weights of their rows; None where all count the same."""
    return (targets.y, targets.weights) if isinstance(targets, Weighted) else (targets, None)
