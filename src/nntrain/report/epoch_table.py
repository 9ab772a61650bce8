"""The epochs of a run as a table of bounded height: the last ones, and the best one wherever it is.

It is put together by hand: it is drawn many times a second, and a Rich table takes ten times as long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from rich.text import Text

from nntrain.report.figures import aligned, rate, seconds
from nntrain.report.words import label
from nntrain.training.events import Record

MOST_ROWS = 15
"""Epochs that are shown at once."""
GAP = 3
"""Columns between two columns of the table."""
LAST_TO_STAY = ("epoch", "train_loss", "validation_loss")
FIRST_TO_GO = ("samples_per_second", "seconds", "lr")
"""What a narrow terminal does without, in this order; then the metrics from the right."""


class EpochTable:
    """Takes records as they come, at next to no cost, and makes the table when it is asked for."""

    def __init__(self, epochs: int, names: Sequence[str], *, unicode: bool = True) -> None:
        self.epochs, self.names = epochs, list(names)
        self._mark, self._gap, self._rule = "★⋮─" if unicode else "*:-"
        self.latest: deque[Record] = deque(maxlen=MOST_ROWS)
        self.best: Record | None = None
        self.count = 0

    def add(self, record: Record, *, best: bool) -> None:
        """One more epoch."""
        self.latest.append(record)
        self.count += 1
        if best:
            self.best = record

    def render(self, width: int, height: int = MOST_ROWS) -> Text:
        """The table in ``width`` columns, with ``height`` epochs."""
        rows: list[Record] = list(self.latest)[-max(height, 4) :]
        apart = self.count > len(rows) and self.best is not None and self.best["epoch"] < rows[1]["epoch"]
        if apart and self.best is not None:
            rows = [self.best, *rows[2:]]
        columns = self._columns(rows, width)
        widths = [_width(name, cells) for name, cells in columns.items()]
        text = Text(no_wrap=True, overflow="crop")
        for line in zip(*map(_heading, columns), strict=True):
            text.append(_line(line, widths) + "\n", "bold")
        text.append(self._rule * (sum(widths) + GAP * len(widths) + 1) + "\n", "dim")
        for record, cells in zip(rows, zip(*columns.values(), strict=True), strict=True):
            if record is self.best:
                text.append(f"{_line(cells, widths)}{' ' * GAP}{self._mark}\n", "bold green")
                if apart:
                    text.append(self._gap.rjust(widths[0]) + "\n", "dim")
            else:
                text.append(_line(cells, widths) + "\n")
        text.right_crop()
        return text

    def _columns(self, rows: Sequence[Record], width: int) -> dict[str, list[str]]:
        """The cells of every column that there is room for."""
        columns = {name: _cells(name, rows, self.epochs) for name in self._wanted(rows)}
        metrics = [name for name in columns if name not in (*LAST_TO_STAY, *FIRST_TO_GO)]
        for name in (*FIRST_TO_GO, *reversed(metrics)):
            if sum(_width(key, cells) + GAP for key, cells in columns.items()) < width:
                break
            columns.pop(name, None)
        return columns

    def _wanted(self, rows: Sequence[Record]) -> list[str]:
        names = ["epoch", "train_loss", "validation_loss", *self.names, "lr", "seconds", "samples_per_second"]
        return [name for name in dict.fromkeys(names) if any(name in row for row in rows)]


HEADINGS = {"lr": ("learning", "rate"), "samples_per_second": ("rows", "per s"), "seconds": ("", "seconds")}


def _heading(name: str) -> tuple[str, str]:
    """In two lines: what the figure is of, and what it is."""
    if name in HEADINGS:
        return HEADINGS[name]
    first, _, rest = name.partition("_")
    return (first, label(rest)) if rest else ("", first)


def _width(name: str, cells: Sequence[str]) -> int:
    return max(len(text) for text in (*_heading(name), *cells))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return (" " * GAP).join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _cells(name: str, rows: Sequence[Record], epochs: int) -> list[str]:
    if name == "epoch":
        return [f"{row['epoch']}/{epochs}" for row in rows]
    formats: dict[str, Callable[[float], str]] = {
        "lr": rate,
        "seconds": lambda value: seconds(value, max(row["seconds"] for row in rows)),
        "samples_per_second": lambda value: f"{value:,.0f}",
    }
    if name in formats:
        return [formats[name](row[name]) for row in rows]
    return aligned([row.get(name) for row in rows])
