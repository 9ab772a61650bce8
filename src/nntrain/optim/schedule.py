"""Learning-rate schedules: pure functions of progress, each a factor of the optimizer's base learning rate.

The rate of a step is lr · schedule(progress). What depends on results (plateau) is a class that also observes them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar, runtime_checkable

from nntrain.config.scheduled import Progress, Schedule, schedules

__all__ = ["Observer", "Progress", "Schedule", "schedules", "steady", "steady_in_epochs"]

F = TypeVar("F", bound=Callable[..., Any])


@runtime_checkable
class Observer(Protocol):
    """A schedule that depends on results: it is told the monitored figure, and its counters go into checkpoints."""

    counters: dict[str, float]

    def observe(self, loss: float) -> bool:
        """Take note of the figure of an epoch (lower is better); True if the rate was lowered."""


_steady: set[Callable[..., Any]] = set()


def steady_in_epochs(factory: F) -> F:
    """Declare that a schedule is the same at every step of an epoch."""
    _steady.add(factory)
    return factory


def steady(schedule: Schedule) -> bool:
    """Whether a schedule is the same at every step of an epoch, so that to ask once an epoch is enough."""
    made_by = schedule.func if isinstance(schedule, partial) else schedule
    return made_by in _steady or type(made_by) in _steady
