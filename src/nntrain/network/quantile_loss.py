"""Quantile regression: not the mean of what may come, but the values below which given shares of it lie."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, TypeAlias

import numpy as np
from annotated_types import Gt, Lt, MinLen
from numpy.typing import NDArray
from pydantic import AfterValidator

from nntrain.kernels import kernel
from nntrain.network.loss import Loss, losses
from nntrain.network.per_target import of_targets, output_each, row_means
from nntrain.types import Array, Batch

Level: TypeAlias = Annotated[float, Gt(0), Lt(1)]


def _rising(levels: list[float]) -> list[float]:
    if any(lower >= upper for lower, upper in pairwise(levels)):
        raise ValueError("levels that rise, each once")
    return levels


Levels: TypeAlias = Annotated[list[Level], MinLen(1), AfterValidator(_rising)]
DEFAULT_LEVELS = [0.1, 0.5, 0.9]


@kernel
def pinball_loss(logits: Batch, y: NDArray[Any], gradient: Batch, levels: Array) -> float:
    """Σ_B mean_{T, Q} max(τ_q e, (τ_q − 1) e), e = y − z_q; and ([z_q > y] − τ_q)/(B T Q), 0 where z_q = y."""
    parts = (len(y), logits.shape[1] // len(levels), len(levels))
    error = y[:, :, None] - logits.reshape(parts)  # (B, T, Q)
    slope = np.subtract(error < 0.0, levels, out=gradient.reshape(parts))
    slope[error == 0.0] = 0.0
    loss = -float(np.sum(slope * error, dtype=np.float64) / logits.shape[1])
    slope /= slope.size
    return loss


@losses
class Quantile(Loss):
    """Quantile (pinball) loss: L = mean_B mean_T mean_q max(τ_q e, (τ_q − 1) e), e = y − z_q (Koenker & Bassett, 1978).

    YAML      loss: {quantile: 0.9}
              loss: {quantile: [0.05, 0.5, 0.95]}

    Shapes    z (B, T Q), an output for each level of each target; y (B, T), standardised in training; figures shown are in the
              target's unit
    Backward  ∂L/∂z_q = ([z_q > y] − τ_q) / (B T Q); 0 where z_q = y

    ``levels``  τ: one level or several that rise, each between 0 and 1; a share τ of the rows comes to lie below z

    The prediction is the level next to the median (of two that are as near, the lower): an upper bound, where 0.9 is the only
    level. `nntrain predict` writes all of several levels, in the columns ``quantile_0.1`` and so on. Each level is learnt on its own, so that neighbours may cross where rows are few. The mean over the levels is
    that of scikit-learn's mean_pinball_loss; at τ = 0.5 the loss is half of the mean absolute error.
    """

    task = "regression"
    unit_power = 1

    def __init__(self, *context: Any, levels: Level | Levels = DEFAULT_LEVELS) -> None:
        self.levels = levels if isinstance(levels, list) else [levels]
        outputs, *others = context
        super().__init__(outputs * len(self.levels), *others)
        self.shown = min(range(len(self.levels)), key=lambda q: round(abs(self.levels[q] - 0.5), 12))
        self.use(pinball_loss, np.asarray(self.levels, self.gradient.dtype))

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One output for each target, at each level."""
        return output_each(classes, targets)

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """mean_{T, Q} max(τ e, (τ − 1) e)."""
        levels = np.tile(self.levels, y.shape[1])  # (T Q,)
        error = y.repeat(len(self.levels), axis=1) - logits.astype(np.float64)
        return row_means(np.maximum(levels * error, (levels - 1.0) * error))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """The level next to the median."""
        return self._level(logits, self.shown)

    def further(self, logits: Array) -> dict[str, NDArray[np.float64]]:
        """Every level: ``quantile_0.05`` and so on."""
        if len(self.levels) == 1:
            return {}
        return {f"quantile_{level:g}": self._level(logits, q) for q, level in enumerate(self.levels)}

    def _level(self, logits: Array, q: int) -> NDArray[np.float64]:
        return of_targets(logits[:, q :: len(self.levels)])
