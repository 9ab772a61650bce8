"""A sweep as it goes, in a log: one plain line for each run that is settled."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console

from nntrain.report.figures import counted, figure, spent
from nntrain.report.sweep_board import Board, values_text
from nntrain.sweep.events import Noted, RunLost, RunSettled, SweepEvent, SweepStarted


class SweepLineReport:
    """A listener that writes what is worth a line."""

    def __init__(self, console: Console) -> None:
        self.stream, self.board = console.file, Board()
        self._best: tuple[float, str] | None = None

    def __enter__(self) -> SweepLineReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.flush()

    def __call__(self, event: SweepEvent) -> None:
        """Take note, and write."""
        self.board.see(event)
        if isinstance(event, SweepStarted):
            self._write(started_line(event))
            for point in self.board.points()[:1]:
                self._best = (point.value or 0.0, point.rows[0].name)
        elif isinstance(event, RunSettled):
            self._write(self._settled(event))
        elif isinstance(event, RunLost):
            self._write(f"trial {event.row.name}: its worker {event.how}; another one goes on with it")
        elif isinstance(event, Noted):
            self._write(f"note: {event.message}")

    def _settled(self, event: RunSettled) -> str:
        """``trial 0017-3fa9c1 (18 of 72): validation_loss 0.1234 (best 0.1100), 12 epochs, 3.2 s: lr 0.01``."""
        row, outcome, started = event.row, event.row.outcome, self.board.started
        assert outcome is not None
        assert started is not None
        head = f"trial {row.name} ({len(self.board.rows)} of {started.runs})"
        values = values_text(row.plan.values)
        if outcome.value is None:
            return f"{head}: failed: {outcome.reason}: {values}"
        if outcome.state == "finished":
            sign = -1.0 if started.higher_is_better else 1.0
            if self._best is None or sign * outcome.value < sign * self._best[0]:
                self._best = (outcome.value, row.name)
        best = f" (best {figure(self._best[0])})" if self._best else ""
        pruned = "pruned, " if outcome.state == "pruned" else ""
        epochs = counted(outcome.epochs, "epoch")
        return f"{head}: {pruned}{started.objective} {figure(outcome.value)}{best}, {epochs}, {spent(outcome.seconds)}: {values}"

    def _write(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()


def started_line(event: SweepStarted) -> str:
    """``sweep runs/grid: 72 runs by 2 workers, for the lowest validation_loss; 12 are done``."""
    wanted = "highest" if event.higher_is_better else "lowest"
    done = f"; {len(event.rows)} are done" if event.rows else ""
    runs, workers = counted(event.runs, "run"), counted(event.workers, "worker")
    return f"sweep {event.folder}: {runs} by {workers}, for the {wanted} {event.objective}{done}"
