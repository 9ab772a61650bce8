"""A rise of the learning rate in front of any schedule."""

from __future__ import annotations

from typing import Annotated, Any

from nntrain.config.markers import Named
from nntrain.optim.schedule import Observer, Progress, Schedule, schedules
from nntrain.types import Positive


@schedules
class Warmup:
    """lr rises linearly from 0 to lr₀ over the first ``epochs``, then follows the schedule ``then`` from its start.

    YAML      warmup: {epochs: 5, then: cosine}

    The rate is the one at the end of a step, so that not even the first step is wasted at 0 (Goyal et al., 2017).
    """

    def __init__(self, *, epochs: Positive = 5.0, then: Annotated[Any, Named(schedules)] = "constant") -> None:
        self.epochs: float = epochs
        self.then: Schedule = then  # built from its name, the default's too
        self.watches = bool(getattr(then, "watches", False))
        self.counters: dict[str, float] = then.counters if isinstance(then, Observer) else {}
        self.counters["warm_up_epochs"] = 0

    def __call__(self, progress: Progress) -> float:
        """(t + one step) / epochs at first; then ``then`` with the warm-up taken off."""
        if progress.epoch < self.epochs:
            return min((progress.epoch + progress.step) / self.epochs, 1.0)
        left = max(progress.epochs - self.epochs, progress.step)
        return self.then(Progress(progress.epoch - self.epochs, left, progress.step))

    def observe(self, loss: float) -> bool:
        """Passed on to the schedule behind, once its time has come."""
        self.counters["warm_up_epochs"] += 1
        over = self.counters["warm_up_epochs"] > self.epochs
        return over and isinstance(self.then, Observer) and self.then.observe(loss)
