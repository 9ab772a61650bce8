"""What the losses of regression have in common: an output for each target, and a row's loss as the mean over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nntrain.types import Array


def output_each(classes: int, targets: int) -> int:
    """An output for each target of regression, 0 for classification."""
    return targets if classes == 0 else 0


def row_means(each: Array) -> NDArray[np.float64]:
    """The mean over the targets, (N, T) → (N,)."""
    return np.asarray(each.mean(axis=1), np.float64)


def of_targets(predicted: Array) -> NDArray[np.float64]:
    """Predictions (N, T) in float64; (N,) where there is one target."""
    values = predicted.astype(np.float64)
    return values[:, 0] if values.shape[1] == 1 else values
