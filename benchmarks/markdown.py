"""Markdown tables that can also be read as they stand, and the means of their figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is left-aligned, the others are numbers. Every row has as many cells as the header."""
    lines = [list(header), *(list(row) for row in rows)]
    for line in lines:
        if len(line) != len(header):
            raise ValueError(f"{len(line)} cells {line}; expected {len(header)}")
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    widths = [max(3, *(len(line[place]) for line in cells)) for place in range(len(header))]
    rule = [("-" * width if place == 0 else "-" * (width - 1) + ":") for place, width in enumerate(widths)]
    aligned = [
        [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in cells
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in [aligned[0], rule, *aligned[1:]])


def geometric_mean(values: Iterable[float]) -> float:
    """(Π v)^(1/n); NaN of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(math.fsum(logs) / len(logs)) if logs else math.nan


def count(value: float | None) -> str:
    """A rate, rounded to whole samples."""
    return "–" if value is None or math.isnan(value) else f"{value:,.0f}"


def ratio(value: float | None) -> str:
    """A ratio to two places."""
    return "–" if value is None or math.isnan(value) else f"{value:.2f}"


def quotient(above: float | None, below: float | None) -> float | None:
    """above / below, where there are both."""
    return above / below if above and below else None
