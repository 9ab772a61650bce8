"""A table in memory: named columns, and for every row where it came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from nntrain.config.messages import shorten
from nntrain.data.columns import Column, joined
from nntrain.data.matrix import Matrix
from nntrain.errors import DataError, Problem

Lines: TypeAlias = Callable[[Sequence[int]], dict[int, int]]
"""From row numbers (from 0) within a file to line numbers (from 1); reads the file again."""

SHOWN_PROBLEMS = 10
"""How many of the mistakes of one column are listed; the others are counted."""


@dataclass(frozen=True)
class Origin:
    """Where a run of rows came from: a file with lines, a file without, or something else with a name."""

    label: str
    rows: int
    lines: Lines | None = None


@dataclass(frozen=True)
class Table:
    """Columns of equal length, in the order of the source; those that lie side by side in ``matrix`` are views of it."""

    columns: dict[str, Column]
    origins: list[Origin]
    matrix: Matrix | None = None

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(origin.rows for origin in self.origins)

    @property
    def label(self) -> str:
        """The place of a problem of the whole table."""
        first = self.origins[0].label
        return first if len(self.origins) == 1 else f"{first} (and {len(self.origins) - 1} more)"

    def problems(self, faults: Iterable[tuple[int, str]], count: int = 0) -> list[Problem]:
        """One problem for each ``(row, message)``, with file and line; at most ten, the others are counted.

        ``count`` is how many there are in all, where not all of them are given.
        """
        faults = list(faults)
        if not faults:
            return []
        shown, places = faults[:SHOWN_PROBLEMS], {}
        start = 0
        for origin in self.origins:
            inside = [row - start for row, _ in shown if start <= row < start + origin.rows]
            lines = origin.lines(inside) if origin.lines and inside else {}
            for row in inside:
                line = lines.get(row)
                places[start + row] = (f"{origin.label}:{line}", "") if line else (origin.label, f"row {row + 1}: ")
            start += origin.rows
        problems = [Problem(places[row][0], places[row][1] + message) for row, message in shown]
        if rest := max(count, len(faults)) - len(shown):
            problems.append(Problem(self.label, f"… and {rest} more of the last kind"))
        return problems

    def problem(self, message: str) -> Problem:
        """A problem of the whole table."""
        return Problem(self.label, message)


def stacked(tables: Sequence[Table]) -> Table:
    """Tables with the same columns, in any order, one below the other."""
    first = tables[0]
    if len(tables) == 1:
        return first
    for table in tables[1:]:
        absent = [name for name in first.columns if name not in table.columns]
        extra = [name for name in table.columns if name not in first.columns]
        if absent or extra:
            lacks = f"has no column {quoted(absent)}" if absent else f"has a column {quoted(extra)} more"
            raise DataError(table.problem(f"{lacks} than {first.label}; files read together need the same columns"))
    columns = {name: joined([table.columns[name] for table in tables]) for name in first.columns}
    return Table(columns, [origin for table in tables for origin in table.origins])


def quoted(names: Iterable[str], limit: int = 8) -> str:
    """Names for a sentence: ``'a', 'b' and 3 more``."""
    names = list(names)
    text = ", ".join(f"'{shorten(name)}'" for name in names[:limit])
    return f"{text} and {len(names) - limit} more" if len(names) > limit else text


def shown_path(path: Path) -> str:
    """A path as a person sees it: relative to the working directory if it lies below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
