"""A sweep as it goes, in a log: one plain line for each run that is settled."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console

from nntrain.config.messages import shorten
from nntrain.report.figures import aligned, counted, spent
from nntrain.report.sweep_board import Board
from nntrain.report.sweep_words import lost_words, values_text
from nntrain.sweep.events import Noted, RunLost, RunSettled, SweepEvent, SweepStarted
from nntrain.sweep.rows import Row


class SweepLineReport:
    """A listener that writes what is worth a line."""

    def __init__(self, console: Console) -> None:
        self.stream, self.board = console.file, Board()

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
        elif isinstance(event, RunSettled):
            self._write(self._settled(event.row))
        elif isinstance(event, RunLost):
            self._write(lost_words(event))
        elif isinstance(event, Noted):
            self._write(f"note: {event.message}")

    def _settled(self, row: Row) -> str:
        """``trial 0017-3fa9c1 (18 of 72): validation_loss 0.1234 (best 0.1100, trial 3), 12 epochs, 3.2 s: lr 0.01``."""
        outcome, started = row.outcome, self.board.started
        assert outcome is not None
        assert started is not None
        head = f"trial {row.name} ({self.board.done} of {self.board.total})"
        words = values_text(row.plan.values)
        if outcome.value is None:
            return f"{head}: failed: {shorten(outcome.reason, 2_000)}: {words}"
        best = self.board.best(1)
        value, *others = aligned([outcome.value, *(point.value for point in best)])
        beside = "".join(
            f" (best {'mean ' if len(point.rows) > 1 else ''}{other}, trial {point.number})"
            for other, point in zip(others, best, strict=True)
        )
        figures = f"{'pruned, ' if outcome.state == 'pruned' else ''}{started.objective} {value}{beside}"
        return f"{head}: {figures}, {counted(outcome.epochs, 'epoch')}, {spent(outcome.seconds)}: {words}"

    def _write(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()


def started_line(event: SweepStarted) -> str:
    """``sweep runs/grid: 72 runs by 2 workers, for the lowest validation_loss; 12 are done``."""
    wanted = "highest" if event.higher_is_better else "lowest"
    done = f"; {len(event.rows):,} {'is' if len(event.rows) == 1 else 'are'} done" if event.rows else ""
    runs, workers = counted(event.runs, "run"), counted(event.workers, "worker")
    return f"sweep {event.folder}: {runs} by {workers}, for the {wanted} {event.objective}{done}"
