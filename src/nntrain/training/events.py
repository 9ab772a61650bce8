"""What happened in a run, as small records: the loop emits them, console and history only listen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
"""One line of `history.jsonl`: epoch, step, lr, seconds, samples_per_second, train_loss, validation_…"""


@dataclass(frozen=True)
class RunStarted:
    """Training begins, or goes on after ``epochs_done`` epochs."""

    folder: Path | None
    epochs: int
    epochs_done: int
    steps_per_epoch: int
    rows: int
    monitor: str
    metrics: list[str]
    """Names of the columns of a record worth a column of a table, e.g. ``validation_accuracy``."""


@dataclass(frozen=True)
class Progressed:
    """A sign of life inside an epoch, at most ten times a second."""

    epoch: int
    batch: int
    batches: int
    running_loss: float


@dataclass(frozen=True)
class EpochEnded:
    """An epoch is over and validated; ``best`` when it is the best so far."""

    record: Record
    best: bool


@dataclass(frozen=True)
class CheckpointSaved:
    """A checkpoint is whole and on the disk."""

    path: Path


@dataclass(frozen=True)
class Warned:
    """Something that the user should know."""

    message: str


class StopTraining(Exception):  # a listener's wish, no error
    """Raised by a listener at the start of a run or the end of an epoch: training is to end in order, as after its last epoch.

    ``reason``  what the summary then says under ``stopped``
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class RunEnded:
    """Training is over: ``stopped`` is one of epochs, early_stopping, max_time, or a listener's reason."""

    stopped: str
    best_epoch: int
    epochs: int
    seconds: float
    summary: Mapping[str, Any] = field(default_factory=dict)


Event: TypeAlias = RunStarted | Progressed | EpochEnded | CheckpointSaved | Warned | RunEnded
Listener: TypeAlias = Callable[[Event], None]


class Audience:
    """The listeners of a run, and why one of them wants it to end."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.listeners = listeners
        self.wish: str | None = None

    def tell(self, event: Event) -> None:
        """Call every one of them."""
        for listener in self.listeners:
            try:
                listener(event)
            except StopTraining as stop:
                self.wish = stop.reason
