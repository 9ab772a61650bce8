"""Learning-rate schedules: pure functions of progress, each a factor of the optimizer's base learning rate.

The rate of a step is lr · schedule(progress). What depends on results (plateau) is a class that also observes them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, runtime_checkable

from nntrain.config.markers import Named
from nntrain.config.registry import Registry
from nntrain.types import Count, Fraction, Index, NonNegative, Positive, Share


@dataclass(slots=True)
class Progress:
    """How far a run is: ``epoch`` of ``epochs``, in fractions; a step halfway through the first is at 0.5.

    ``step`` is the share of an epoch that one step takes.
    """

    epoch: float
    epochs: float
    step: float = 0.0


class Schedule(Protocol):
    """Progress → a factor of the base learning rate, from 0 to 1."""

    def __call__(self, progress: Progress, /) -> float:
        """The factor at a moment."""


schedules: Registry[Any] = Registry("schedule")


@runtime_checkable
class Observer(Protocol):
    """A schedule that depends on results: it is told the monitored figure, and its counters go into checkpoints."""

    counters: dict[str, float]

    def observe(self, loss: float) -> bool:
        """Take note of the figure of an epoch (lower is better); True if the rate was lowered."""


@schedules
def constant(progress: Progress) -> float:
    """lr = lr₀."""
    return 1.0


@schedules
def step(progress: Progress, *, every: Count = 30, factor: Fraction = 0.1) -> float:
    """lr = lr₀ · λ^⌊t/n⌋: every n epochs times λ < 1; n is ``every`` and λ ``factor``.

    YAML      step: {every: 10, factor: 0.5}
    """
    return float(factor ** math.floor(progress.epoch / every))


@schedules
def exponential(progress: Progress, *, alpha: Positive = 0.05) -> float:
    """lr = lr₀ · e^(−α t), t in epochs.

    YAML      exponential: 0.05      α is ``alpha``
    """
    return math.exp(-alpha * progress.epoch)


@schedules
def cosine(progress: Progress, *, final: Share = 0.0) -> float:
    """lr = lr₀ · (f + (1 − f) · ½ (1 + cos(π t/T))), T the number of epochs, f ``final`` (Loshchilov & Hutter, 2017).

    YAML      cosine        cosine: 0.01
    """
    share = min(progress.epoch / progress.epochs, 1.0)
    return final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * share))


@schedules
class Plateau:
    """lr ← λ · lr whenever the monitored figure has not improved for ``patience`` epochs.

    YAML      plateau        plateau: {factor: 0.1, patience: 10, min_delta: 0.0, cooldown: 0, floor: 0.0}

    An improvement is one by more than ``min_delta``; after a cut, ``cooldown`` epochs are not counted. The rate never
    falls below ``floor`` · lr₀. PyTorch's ReduceLROnPlateau with an absolute threshold cuts one epoch later: it waits
    for *more* than ``patience`` bad epochs.
    """

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


@schedules
class Warmup:
    """lr rises linearly from 0 to lr₀ over the first ``epochs``, then follows the schedule ``then`` from its start.

    YAML      warmup: {epochs: 5, then: cosine}

    The rate is the one at the end of a step, so that not even the first step is wasted at 0 (Goyal et al., 2017).
    """

    def __init__(self, *, epochs: Positive = 5.0, then: Annotated[Schedule, Named(schedules)] = "constant") -> None:  # type: ignore[assignment]  # a name, which the registry resolves
        self.epochs, self.then = epochs, then
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
