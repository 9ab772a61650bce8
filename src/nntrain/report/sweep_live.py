"""A sweep as it goes, on a terminal: the best points so far, the runs in hand, what is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nntrain.errors import FailedSweepError
from nntrain.report.console import note
from nntrain.report.figures import aligned, duration
from nntrain.report.sweep_board import Board
from nntrain.report.sweep_lines import started_line
from nntrain.report.sweep_table import Column, cropped, lines, points_text
from nntrain.report.sweep_words import lost_words, main_clause, values_text
from nntrain.sweep.events import Noted, RunLost, RunSettled, SweepEvent, SweepStarted

INTERVAL = 0.25
"""Seconds between two drawings, in the long run. No thread draws."""
BURST = 4.0
"""Drawings that may follow each other at once: what the workers begin with is seen, though the next event may be minutes away."""
MOST_POINTS = MOST_RUNS = 8
SURROUNDINGS = 6
"""Lines of a terminal that are not points or runs: headings, blanks, bar, the prompt."""


class SweepLiveReport:
    """A listener that draws over its own lines; a context, so that the terminal is whole again whatever happens."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock, self.board = console, clock, Board(clock)
        self.live: Live | None = None
        self._credit, self._seen_at = BURST, clock()

    def __enter__(self) -> SweepLiveReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Make room for the ending; where none follows, leave what there is."""
        if self.live is not None:
            self.live.transient = error is None or isinstance(error, FailedSweepError)
            self.live.update(self._view())
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
            note(self.console, "note", lost_words(event))
        elif isinstance(event, RunSettled) and event.row.outcome is not None and event.row.state == "failed":
            note(self.console, "note", f"trial {event.row.name} failed: {main_clause(event.row.outcome.reason)}")
        if self.live is not None and self._may_draw():
            self.live.update(self._view(), refresh=True)

    def _may_draw(self) -> bool:
        now = self.clock()
        self._credit = min(self._credit + (now - self._seen_at) / INTERVAL, BURST)
        self._seen_at = now
        if self._credit < 1.0:
            return False
        self._credit -= 1.0
        return True

    def _view(self) -> RenderableType:
        """As many lines as there is room for; the bar is the last to go."""
        room = self.console.height - SURROUNDINGS
        parts: list[RenderableType] = []
        runs = min(len(self.board.running), MOST_RUNS, max(room // 2, 1))
        if room > runs and (points := self.board.best(min(MOST_POINTS, room - runs))):
            parts += [points_text(points, self.console.width), Text()]
        if room > 0 and runs:
            parts += [self._running(runs), Text()]
        return Group(*parts, self._bar())

    def _running(self, most: int) -> Text:
        """``0017-3fa9c1   epoch 12/60   0.1234   lr 0.01, batch_size 64``."""
        runs = list(self.board.running.values())
        shown = runs if len(runs) <= most else runs[: most - 1]
        columns = [
            Column("", [run.row.name for run in shown]),
            Column("", [f"epoch {run.epoch:>{len(str(run.epochs))}}/{run.epochs}" for run in shown]),
            Column("", aligned([run.value for run in shown]), right=True),
            Column("", [("resumed: " if run.resumed else "") + values_text(run.row.plan.values) for run in shown]),
        ]
        found = list(lines(columns, self.console.width))
        if len(shown) < len(runs):
            found.append(f"and {len(runs) - len(shown)} more" if shown else f"{len(runs)} running")
        return Text("\n".join(found), "cyan", no_wrap=True)

    def _bar(self) -> RenderableType:
        """``━━━━━━━━━ 24 of 72, 1:20 left, 2 failed, 12 pruned, 1 worker lost``."""
        board = self.board
        words = [f"{board.done:,} of {board.total:,}"]
        if (seconds := board.seconds_left()) is not None:
            words.append(f"{duration(seconds)} left")
        words += [f"{count:,} {state}" for state in ("failed", "pruned") if (count := board.states[state])]
        if board.lost:
            words.append("1 worker lost" if board.lost == 1 else f"{board.lost:,} workers lost")
        text = cropped(", ".join(words), self.console.width - 2)
        line = Table.grid(padding=(0, 2, 0, 0))
        room = min(30, self.console.width // 4, self.console.width - len(text) - 4)
        bar = [ProgressBar(total=max(board.total, 1), completed=board.done, width=room)] if room > 3 else []
        line.add_row(*bar, Text(text, no_wrap=True))
        return line
