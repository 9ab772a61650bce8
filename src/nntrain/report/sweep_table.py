"""The points of a sweep in a table: a line each where it is drawn over and over, all that is to be said where it stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.report.figures import ABSENT, aligned, figure
from nntrain.report.sweep_words import short_keys, value_text, values_text
from nntrain.sweep.results import PointResult

GAP = 3
"""Columns of a terminal between two columns of the table."""


@dataclass(frozen=True)
class Column:
    """A heading and what stands below it; ``loose`` where that may be cropped, or folded."""

    heading: str
    cells: Sequence[str]
    right: bool = False
    loose: bool = False

    @property
    def width(self) -> int:
        """Of its widest cell."""
        return max(map(cell_len, (self.heading, *self.cells)))

    def padded(self, text: str) -> str:
        """A cell, as wide as all."""
        blanks = " " * (self.width - cell_len(text))
        return blanks + text if self.right else text + blanks


def point_columns(points: Sequence[PointResult], width: int, marks: Mapping[int, str] | None = None) -> list[Column]:
    """Rank, number, objective with its spread, and a column for each key, or one for all where these need too much room.

    ``marks`` stand behind the objective.
    """
    values = aligned([point.value for point in points])
    columns = [
        Column("", [str(rank) for rank in range(1, len(points) + 1)], right=True),
        Column("trial", [str(point.number) for point in points], right=True),
        Column("objective", values, right=True),
    ]
    if any(point.spread is not None for point in points):
        columns.append(
            Column("spread", [_spread(p, value) for p, value in zip(points, values, strict=True)], right=True)
        )
    if marks:
        columns.append(Column("", [marks.get(point.number, "") for point in points]))
    if len({len(point.rows) for point in points}) > 1:  # repeats or folds that are still to come
        columns.append(Column("runs", [str(len(point.rows)) for point in points], right=True))
    room = width - sum(column.width + GAP for column in columns)
    return [*columns, *value_columns([point.values for point in points], room)]


def value_columns(values: Sequence[Mapping[str, Any]], room: int) -> list[Column]:
    """What points set: a column for each key, or where these need too much room one for all."""
    keys = list(dict.fromkeys(key for point in values for key in point))
    names = short_keys(keys)
    apart = [Column(names[key], [value_text(p[key]) if key in p else ABSENT for p in values]) for key in keys]
    if sum(column.width + GAP for column in apart) - GAP <= room:
        return apart
    return [Column("values", list(map(values_text, values)), loose=True)]


def _spread(point: PointResult, value: str) -> str:
    if point.spread is None:
        return ABSENT
    return f"± {figure(point.spread, len(value.partition('.')[2]))}"


def points_table(points: Sequence[PointResult], width: int, marks: Mapping[int, str] | None = None) -> Table:
    """Whole, whatever its height; the best one stands out."""
    return columns_table(point_columns(points, width, marks), "bold")


def columns_table(columns: Sequence[Column], first: str = "") -> Table:
    """Columns as all tables of a run's end look; ``first``: the style of the first row."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(
            column.heading, justify="right" if column.right else "left", no_wrap=not column.loose, overflow="fold"
        )
    for rank, cells in enumerate(zip(*(column.cells for column in columns), strict=True)):
        table.add_row(*map(Text, cells), style="" if rank else first)
    return table


def points_text(points: Sequence[PointResult], width: int) -> Text:
    """A line for each, cropped; put together by hand, as a Rich table takes ten times as long."""
    columns = point_columns(points, width)
    heading, *rows = lines([Column("", [c.heading, *c.cells], c.right, c.loose) for c in columns], width)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(heading + "\n", "bold")
    text.append("─" * min(sum(column.width + GAP for column in columns) - GAP, width) + "\n", "dim")
    for rank, line in enumerate(rows):
        text.append(line + "\n", "" if rank else "bold green")
    text.right_crop()
    return text


def lines(columns: Sequence[Column], width: int) -> Iterator[str]:
    """The cells side by side, none wider than the terminal."""
    for cells in zip(*(column.cells for column in columns), strict=True):
        line = (" " * GAP).join(column.padded(cell) for column, cell in zip(columns, cells, strict=True))
        yield cropped(line.rstrip(), width)


def cropped(text: str, width: int) -> str:
    """Text in one line of a terminal, with ``…`` where something is missing."""
    line = Text(text)
    line.truncate(max(width, 1), overflow="ellipsis")
    return line.plain


def indented(content: RenderableType) -> Padding:
    """As all tables of a run's end stand."""
    return Padding(content, (0, 0, 0, 2))
