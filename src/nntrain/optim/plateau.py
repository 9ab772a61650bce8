"""The schedule that watches: a learning rate that falls when results no longer improve."""

from __future__ import annotations

import math

from nntrain.optim.schedule import Progress, schedules, steady_in_epochs
from nntrain.types import Count, Fraction, Index, NonNegative, Share


@schedules
@steady_in_epochs
class Plateau:
    """lr ← λ · lr whenever the monitored figure has not improved for ``patience`` epochs.

    YAML      plateau        plateau: {factor: 0.1, patience: 10, min_delta: 0.0, cooldown: 0, floor: 0.0}

    An improvement is one by more than ``min_delta``; after a cut, ``cooldown`` epochs are not counted. The rate never
    falls below ``floor`` · lr₀. PyTorch's ReduceLROnPlateau with an absolute threshold cuts one epoch later: it waits
    for *more* than ``patience`` bad epochs.
    """

    watches = True
    """It depends on results."""

    def __init__(
        self,
        *,
        factor: Fraction = 0.1,
        patience: Count = 10,
        min_delta: NonNegative = 0.0,
        cooldown: Index = 0,
        floor: Share = 0.0,
    ) -> None:
        self.factor, self.patience, self.min_delta = factor, patience, min_delta
        self.cooldown, self.floor = cooldown, floor
        self.counters: dict[str, float] = {"factor": 1.0, "best": math.inf, "bad_epochs": 0, "cooling": 0}

    def __call__(self, progress: Progress) -> float:
        """The factor as it stands."""
        return self.counters["factor"]

    def observe(self, loss: float) -> bool:
        """Count an epoch without improvement, and cut the rate when there were enough of them."""
        now = self.counters
        if loss < now["best"] - self.min_delta:
            now["best"], now["bad_epochs"] = loss, 0
        elif now["cooling"] == 0:
            now["bad_epochs"] += 1
        now["cooling"] = max(now["cooling"] - 1, 0)
        if now["bad_epochs"] < self.patience or now["factor"] <= self.floor:
            return False
        now["factor"] = max(now["factor"] * self.factor, self.floor)
        now["bad_epochs"], now["cooling"] = 0, self.cooldown
        return True
