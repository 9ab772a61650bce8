"""Targets of rows that were mixed: each row has several aims, and each aim its share in the row's loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.network.weighted import Targets, Weighted, apart
from nntrain.types import Array


@dataclass(frozen=True)
class Mixed:
    """The loss is Σ_p mean_B w_p ℓ(z, y_p) over the parts p; each is B targets and their weights. Sliced as an array is."""

    parts: tuple[Weighted, ...]

    def __len__(self) -> int:
        return len(self.parts[0])

    def __getitem__(self, rows: slice) -> Mixed:
        return Mixed(tuple(part[rows] for part in self.parts))


AnyTargets: TypeAlias = Targets | Mixed
"""What a training step is given: targets, with weights where rows have them, or mixed ones."""


def mix(targets: AnyTargets, partners: NDArray[np.int64], share: Array) -> Mixed:
    """λ of each row's own aims and 1 − λ of its partner's: λ ℓ(z, y) + (1 − λ) ℓ(z, y'); ``share`` is λ (B,)."""
    parts = targets.parts if isinstance(targets, Mixed) else (_weighted(targets),)
    own = [Weighted(part.y, part.weights * share) for part in parts]
    theirs = [Weighted(part.y[partners], part.weights[partners] * (1.0 - share)) for part in parts]
    return Mixed((*own, *theirs))


def _weighted(targets: Targets) -> Weighted:
    y, weights = apart(targets)
    return Weighted(y, np.ones(len(y), np.float32) if weights is None else weights)
