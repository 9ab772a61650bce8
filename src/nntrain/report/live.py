"""A run as it happens, on a terminal: the table of epochs, a bar inside the epoch, the time that is left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nntrain.report.console import note
from nntrain.report.epoch_table import MOST_ROWS, EpochTable
from nntrain.report.figures import duration, figure
from nntrain.training.events import EpochEnded, Event, Progressed, RunEnded, RunStarted, Warned

INTERVAL = 0.125
"""Seconds between two drawings: between them an event costs microseconds. No thread draws."""
QUICK = 1.0
"""Epochs shorter than this get no bar of their own: the bar is that of the run."""
SURROUNDINGS = 8
"""Lines of a terminal that are not epochs: heading, bar, the prompt."""


class LiveReport:
    """A listener that draws over its own lines; a context, so that the terminal is whole again whatever happens."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.console, self.clock = console, clock
        self.table: EpochTable | None = None
        self.live: Live | None = None
        self._drawn_at = -INTERVAL
        self._inside: Progressed | None = None
        self._durations: deque[float] = deque(maxlen=20)

    def __enter__(self) -> LiveReport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, event: Event) -> None:
        """Take note, and draw if it is time to."""
        if isinstance(event, EpochEnded):
            self._epoch_ended(event)
        elif isinstance(event, Progressed):
            self._inside = event
        elif isinstance(event, RunStarted):
            self._started(event)
        elif isinstance(event, Warned):
            note(self.console, "note", event.message)
        elif isinstance(event, RunEnded):
            self.close()
        if self.live is not None and self.clock() - self._drawn_at >= INTERVAL:
            self._draw(self._view())

    def close(self) -> None:
        """Leave the table as it is, without the bar, and give the terminal back."""
        if self.live is not None:
            self.live.update(self._epochs())
            self.live.stop()
            self.live = None

    def _started(self, event: RunStarted) -> None:
        self.run = event
        self._done, self._began = event.epochs_done, self.clock()
        self.table = EpochTable(event.epochs, event.metrics, unicode=self.console.encoding.startswith("utf"))
        self.live = Live(console=self.console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        self.live.start()

    def _epoch_ended(self, event: EpochEnded) -> None:
        assert self.table is not None
        self.table.add(event.record, best=event.best)
        now = self.clock()
        self._durations.append(now - self._began)
        self._done, self._began, self._inside = event.record["epoch"], now, None

    def _draw(self, view: RenderableType) -> None:
        assert self.live is not None
        self.live.update(view, refresh=True)
        self._drawn_at = self.clock()

    def _view(self) -> RenderableType:
        return Group(self._epochs(), Text(), self._bar())

    def _epochs(self) -> RenderableType:
        assert self.table is not None
        if not self.table.count:
            return Text()
        return self.table.render(self.console.width, min(MOST_ROWS, self.console.height - SURROUNDINGS))

    def _bar(self) -> RenderableType:
        """``epoch 12/60 ━━━━━━━━━ 45 %  loss 0.1234  1:20 left``."""
        if self._done >= self.run.epochs:
            return Text("figures of the best epoch …", "dim")
        share = self._share()
        quick = bool(self._durations) and self._mean() < QUICK
        completed = (self._done + share) / self.run.epochs if quick else share
        line = Table.grid(padding=(0, 2), pad_edge=False)
        parts: list[RenderableType] = [Text(f"epoch {self._done + 1}/{self.run.epochs}")]
        parts.append(ProgressBar(total=1.0, completed=completed, width=min(30, self.console.width // 4)))
        parts.append(Text(f"{completed:4.0%}"))
        if self._inside is not None:
            parts.append(Text(f"loss {figure(self._inside.running_loss)}"))
        parts.append(Text(self._left(share), "cyan"))
        line.add_row(*parts)
        return line

    def _share(self) -> float:
        """How much of the epoch in hand is done."""
        return self._inside.batch / self._inside.batches if self._inside is not None else 0.0

    def _mean(self) -> float:
        return sum(self._durations) / len(self._durations)

    def _left(self, share: float) -> str:
        """The time that all epochs would still take; early stopping may end it before."""
        elapsed = self.clock() - self._began
        if self._durations:
            left = self._mean() * (self.run.epochs - self._done) - elapsed
        elif share > 0.0:
            left = elapsed / share * (self.run.epochs - self._done) - elapsed
        else:
            return ""
        return f"{duration(max(left, 0.0))} left"
