"""A sweep as it goes, counted: what is done, what runs, which points are the best so far, the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nntrain.config.messages import shorten
from nntrain.config.writer import inline
from nntrain.sweep.events import RunBegan, RunLost, RunProgressed, RunSettled, SweepEvent, SweepStarted
from nntrain.sweep.results import PointResult, point_results
from nntrain.sweep.rows import Row


@dataclass
class Running:
    """A run in hand."""

    row: Row
    epoch: int
    value: float | None
    resumed: bool


class Board:
    """Takes note of events."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.started: SweepStarted | None = None
        self.rows: dict[int, Row] = {}
        self.running: dict[int, Running] = {}
        self.lost = self.settled_here = 0
        self._began = 0.0

    def see(self, event: SweepEvent) -> None:
        """Count it."""
        if isinstance(event, SweepStarted):
            self.started, self._began = event, self.clock()
            self.rows = {row.id: row for row in event.rows}
        elif isinstance(event, RunBegan):
            self.running[event.row.id] = Running(event.row, event.epochs_done, None, event.resumed)
        elif isinstance(event, RunProgressed) and event.row.id in self.running:
            run = self.running[event.row.id]
            run.epoch, run.value = event.epoch, event.value
        elif isinstance(event, RunSettled):
            self.rows[event.row.id] = event.row
            self.settled_here += 1
            self.running.pop(event.row.id, None)
        elif isinstance(event, RunLost):
            self.lost += 1
            self.running.pop(event.row.id, None)

    def count(self, state: str) -> int:
        """Runs that ended so."""
        return sum(row.state == state for row in self.rows.values())

    @property
    def left(self) -> int:
        """Runs that are still to be settled, as far as is known."""
        return max(self.started.runs - len(self.rows), 0) if self.started else 0

    def points(self) -> list[PointResult]:
        """Those of which a run has finished, best first."""
        higher = self.started is not None and self.started.higher_is_better
        finished = [row for row in self.rows.values() if row.state == "finished"]
        return point_results(finished, higher_is_better=higher)

    def seconds_left(self) -> float | None:
        """From how long the runs of this sitting took; None before the first one ended."""
        if not self.settled_here:
            return None
        return (self.clock() - self._began) / self.settled_here * self.left


def short_keys(keys: list[str]) -> dict[str, str]:
    """Each key by as many of its last parts as tell it from the others."""
    found = {}
    for key in keys:
        parts = key.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[-length:])
            if sum(other == name or other.endswith(f".{name}") for other in keys) == 1:
                break
        found[key] = name
    return found


def value_text(value: Any) -> str:
    """A value in a table's cell."""
    return shorten(f"{value:.4g}" if isinstance(value, float) else inline(value), 28)


def values_text(values: Mapping[str, Any]) -> str:
    """``lr 0.01, batch_size 64``."""
    names = short_keys(list(values))
    return ", ".join(f"{names[key]} {value_text(value)}" for key, value in values.items())
