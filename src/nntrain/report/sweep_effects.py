"""What each setting of a sweep did, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from rich import box
from rich.table import Table
from rich.text import Text

from nntrain.config.messages import shorten
from nntrain.report.figures import ABSENT, aligned
from nntrain.report.sweep_table import GAP, Column
from nntrain.report.sweep_words import short_keys
from nntrain.sweep.effects import Effect, Level

MOST_LEVELS = 8


def effects_table(effects: Sequence[Effect], width: int, *, higher_is_better: bool) -> Table:
    """For each key its importance, and the mean objective at each of its values; of very many values the best ones."""
    blocks = [list(_rows(effect, higher_is_better)) for effect in effects]
    headings = ("setting", "importance", "value", "points", "mean", "best")
    rows = [row for block in blocks for row in block]
    columns = [Column(heading, cells) for heading, *cells in zip(headings, *rows, strict=True)]
    if all(effect.importance is None for effect in effects):
        del columns[1]
    if sum(column.width + GAP for column in columns) - GAP > width:
        names = short_keys([effect.key for effect in effects])
        columns[0] = Column("setting", [names.get(cell, cell) for cell in columns[0].cells])
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        text = column.heading in ("setting", "value")
        table.add_column(column.heading, justify="left" if text else "right", no_wrap=not text, overflow="fold")
    ends = set(accumulate(map(len, blocks)))
    for number, cells in enumerate(zip(*(column.cells for column in columns), strict=True), start=1):
        table.add_row(*map(Text, cells), end_section=number in ends)
    return table


def _rows(effect: Effect, higher_is_better: bool) -> Iterator[tuple[str, ...]]:
    levels = _shown(effect.levels, higher_is_better)
    figures = aligned([figure for level in levels for figure in (level.mean, level.best)])
    head = (shorten(effect.key, 80), ABSENT if effect.importance is None else f"{effect.importance:.0%}")
    for level, mean, best in zip(levels, figures[::2], figures[1::2], strict=True):
        yield *head, shorten(level.text, 40), f"{level.points:,}", mean, best
        head = ("", "")
    if left := len(effect.levels) - len(levels):
        yield *head, f"and {left:,} more, none better", "", "", ""


def _shown(levels: Sequence[Level], higher_is_better: bool) -> list[Level]:
    if len(levels) <= MOST_LEVELS:
        return list(levels)
    return sorted(levels, key=lambda level: -level.mean if higher_is_better else level.mean)[:MOST_LEVELS]
