"""What happens in a sweep, as small records: the coordinator emits them, the console only listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nntrain.sweep.rows import Row


@dataclass(frozen=True)
class SweepStarted:
    """Work begins, or goes on.

    ``runs``      how many there will be in all, one for each point, repeat and fold
    ``rows``      those that are settled already, by an earlier sitting
    ``workers``   processes of this machine
    ``epochs``    of each run
    """

    folder: Path
    objective: str
    higher_is_better: bool
    runs: int
    rows: list[Row]
    workers: int
    epochs: int


@dataclass(frozen=True)
class RunBegan:
    """A worker took a run; ``resumed`` where it goes on from a checkpoint, after ``epochs_done`` epochs."""

    row: Row
    resumed: bool
    epochs_done: int


@dataclass(frozen=True)
class RunProgressed:
    """An epoch of a run is over; ``value`` is its objective."""

    row: Row
    epoch: int
    value: float


@dataclass(frozen=True)
class RunSettled:
    """A run is finished, failed or pruned: ``row.outcome`` says how. Also for runs of other machines, once they are heard of."""

    row: Row


@dataclass(frozen=True)
class RunLost:
    """A worker's process died; its run waits to be gone on with."""

    row: Row
    how: str


@dataclass(frozen=True)
class Noted:
    """Something that the user should know."""

    message: str


SweepEvent: TypeAlias = SweepStarted | RunBegan | RunProgressed | RunSettled | RunLost | Noted
SweepListener: TypeAlias = Callable[[SweepEvent], None]
