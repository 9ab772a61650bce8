"""A sweep as it goes, on a terminal: the best points so far, the runs in hand, what is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nntrain.report.console import note
from nntrain.report.figures import ABSENT, aligned, duration, figure
from nntrain.report.sweep_board import Board, short_keys, value_text, values_text
from nntrain.report.sweep_lines import started_line
from nntrain.sweep.events import Noted, RunLost, RunSettled, SweepEvent, SweepStarted
from nntrain.sweep.results import PointResult

INTERVAL = 0.25
"""Seconds between two drawings. No thread draws."""
MOST_POINTS = 8
SURROUNDINGS = 8
"""Lines of a terminal that are not points or runs: headings, bar, the prompt."""


class SweepLiveReport:
    """A listener that draws over its own lines; a context, so that the terminal is whole again whatever happens."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock, self.board = console, clock, Board(clock)
        self.live: Live | None = None
        self._drawn_at = -INTERVAL

    def __enter__(self) -> SweepLiveReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live is not None:
            self.live.update(Text(), refresh=True)
            self.live.stop()
            self.live = None

    def __call__(self, event: SweepEvent) -> None:
        """Take note, and draw if it is time to."""
        self.board.see(event)
        if isinstance(event, SweepStarted):
            self.console.print(Text(started_line(event), "bold"))
            self.live = Live(console=self.console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
            self.live.start()
        elif isinstance(event, Noted):
            note(self.console, "note", event.message)
        elif isinstance(event, RunLost):
            note(self.console, "note", f"trial {event.row.name}: its worker {event.how}; another one goes on with it")
        elif isinstance(event, RunSettled) and event.row.outcome is not None and event.row.state == "failed":
            note(self.console, "note", f"trial {event.row.name} failed: {event.row.outcome.reason}")
        if self.live is not None and self.clock() - self._drawn_at >= INTERVAL:
            self.live.update(self._view(), refresh=True)
            self._drawn_at = self.clock()

    def _view(self) -> RenderableType:
        room = max(self.console.height - SURROUNDINGS - min(len(self.board.running), 4), 2)
        parts: list[RenderableType] = []
        if points := self.board.points():
            parts.append(points_table(points[: min(MOST_POINTS, room)], self.console.width))
        parts += [Text(), self._running(), Text(), self._bar()]
        return Group(*parts)

    def _running(self) -> RenderableType:
        """``▸ 0017-3fa9c1  epoch 12/60  0.1234  lr 0.01, batch_size 64``."""
        assert self.board.started is not None
        table = Table.grid(padding=(0, 2))
        for column in range(4):
            table.add_column(no_wrap=True, overflow="ellipsis", ratio=1 if column == 3 else None)
        runs = list(self.board.running.values())
        for run in runs[:4]:
            value = ABSENT if run.value is None else figure(run.value)
            epoch = f"epoch {run.epoch}/{self.board.started.epochs}"
            words = values_text(run.row.plan.values) + (" (resumed)" if run.resumed else "")
            table.add_row(Text(f"  {run.row.name}", "cyan"), epoch, value, Text(words, "dim"))
        if len(runs) > 4:
            table.add_row(Text(f"  and {len(runs) - 4} more", "dim"))
        return table

    def _bar(self) -> RenderableType:
        """``━━━━━━━━━ 24 of 72, 2 failed, 12 pruned, 1:20 left``."""
        board = self.board
        assert board.started is not None
        words = [f"{len(board.rows)} of {board.started.runs}"]
        words += [f"{count} {state}" for state in ("failed", "pruned") if (count := board.count(state))]
        if board.lost:
            words.append(f"{board.lost} taken up again")
        if (seconds := board.seconds_left()) is not None:
            words.append(f"{duration(seconds)} left")
        line = Table.grid(padding=(0, 2))
        total = max(board.started.runs, 1)
        line.add_row(
            "",
            ProgressBar(total=total, completed=len(board.rows), width=min(30, self.console.width // 4)),
            ", ".join(words),
        )
        return line


def points_table(points: list[PointResult], width: int, marks: dict[int, str] | None = None) -> Table:
    """The points in their order: number, objective with its spread, values; ``marks`` stand behind the objective."""
    keys = list(dict.fromkeys(key for point in points for key in point.values))
    names = short_keys(keys)
    together = len(keys) > 6 or sum(len(names[key]) + 4 for key in keys) + 40 > width
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", justify="right", style="dim")
    table.add_column("trial", justify="right", no_wrap=True)
    table.add_column("objective", justify="right", no_wrap=True)
    spreads = any(point.spread is not None for point in points)
    if spreads:
        table.add_column("spread", justify="right", no_wrap=True)
    if marks:
        table.add_column("", no_wrap=True)
    for key in ["values"] if together else keys:
        table.add_column(key if together else names[key], overflow="fold")
    figures = aligned([point.value for point in points])
    for rank, (point, value) in enumerate(zip(points, figures, strict=True), start=1):
        cells = [str(rank), str(point.number), value]
        if spreads:
            cells.append(ABSENT if point.spread is None else f"± {figure(point.spread, len(value.partition('.')[2]))}")
        if marks:
            cells.append(marks.get(point.number, ""))
        values = [value_text(point.values[key]) if key in point.values else ABSENT for key in keys]
        table.add_row(*cells, *([values_text(point.values)] if together else values), style="bold" if rank == 1 else "")
    return table


def indented(content: RenderableType) -> Padding:
    """As all tables of a run's end stand."""
    return Padding(content, (0, 0, 0, 2))
