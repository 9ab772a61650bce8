"""A sweep as it goes, counted: what is done, what runs, which points are the best so far, the time that is left."""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from nntrain.sweep.events import RunBegan, RunLost, RunProgressed, RunSettled, SweepEvent, SweepStarted
from nntrain.sweep.results import PointResult, point_result
from nntrain.sweep.rows import Row


@dataclass
class Running:
    """A run in hand; ``first``: the epochs that were done when it was taken up."""

    row: Row
    first: int
    epoch: int
    epochs: int
    value: float | None
    resumed: bool


class Board:
    """Takes note of events, each at next to no cost however many runs there are."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.started: SweepStarted | None = None
        self.running: dict[int, Running] = {}
        self.lost = self.settled_here = 0
        self.states: Counter[str] = Counter()
        self._settled: dict[int, str] = {}
        self._points: dict[int, PointResult] = {}
        self._order: list[tuple[float, int]] = []
        self._began = 0.0

    def see(self, event: SweepEvent) -> None:
        """Count it."""
        if isinstance(event, SweepStarted):
            self.started, self._began = event, self.clock()
            for row in event.rows:
                self._settle(row)
        elif isinstance(event, RunBegan):
            done, epochs = event.epochs_done, self._epochs(event.row)
            self.running[event.row.id] = Running(event.row, done, done, epochs, None, event.resumed)
        elif isinstance(event, RunProgressed) and event.row.id in self.running:
            run = self.running[event.row.id]
            run.epoch, run.value = event.epoch, event.value
        elif isinstance(event, RunSettled):
            self.settled_here += event.row.id not in self._settled
            self._settle(event.row)
            self.running.pop(event.row.id, None)
        elif isinstance(event, RunLost):
            self.lost += 1
            self.running.pop(event.row.id, None)

    @property
    def done(self) -> int:
        """Runs that are settled, however they ended."""
        return len(self._settled)

    @property
    def total(self) -> int:
        """Runs that there will be, as far as is known."""
        return max(self.started.runs if self.started else 0, self.done)

    def best(self, most: int) -> list[PointResult]:
        """The best points of which a run has finished, and none has failed or was pruned."""
        return [self._points[number] for _, number in self._order[:most]]

    def seconds_left(self) -> float | None:
        """From how long the runs of this sitting took, those in hand by the epochs that are done; None before one has ended."""
        if not self.settled_here:
            return None
        here = sum((run.epoch - run.first) / run.epochs for run in self.running.values())
        ahead = sum((run.epochs - run.epoch) / run.epochs for run in self.running.values())
        waiting = max(self.total - self.done - len(self.running), 0)
        return (self.clock() - self._began) / (self.settled_here + here) * (waiting + ahead)

    def _settle(self, row: Row) -> None:
        if row.id in self._settled:
            self.states[self._settled[row.id]] -= 1
        self.states[row.state] += 1
        self._settled[row.id] = row.state
        higher = self.started is not None and self.started.higher_is_better
        runs = {row.id: row}
        if (before := self._points.get(row.plan.number)) is not None:
            runs = {run.id: run for run in before.rows} | runs
            if before.value is not None:
                del self._order[bisect_left(self._order, before.order(higher_is_better=higher))]
        point = self._points[row.plan.number] = point_result(runs.values())
        if point.value is not None:
            insort(self._order, point.order(higher_is_better=higher))

    def _epochs(self, row: Row) -> int:
        """Of a run, which may be what is searched."""
        assert self.started is not None
        epochs = row.plan.values.get("training.epochs", self.started.epochs)
        return max(epochs, 1) if isinstance(epochs, int) else self.started.epochs
