"""Reads CSV and TSV: every cell as text, every record of the same length, the header checked.

Python's own reader is used: cell for cell it is as fast as DuckDB's once the cells are wanted here, it reads mixed line
ends, and it knows the line of every record. Whatever goes wrong is told by `delimited_errors`, which reads again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.data import delimited_errors
from nntrain.data.columns import Column, MissingTokens
from nntrain.data.table import Origin, Table, shown_path
from nntrain.data.text_column import ColumnBuilder
from nntrain.data.text_file import open_text
from nntrain.errors import DataError, Problem

CHUNK = 1_000
"""Rows that are turned into columns at a time: their cells still lie in the processor's cache."""

Record: TypeAlias = list[str]


def read_delimited(path: Path, delimiter: str, tokens: MissingTokens) -> Table:
    """A table of the file."""
    label = shown_path(path)
    reader = csv.reader(open_text(path), delimiter=delimiter, strict=True)
    try:
        header = delimited_errors.checked_header(next(reader, []), label, delimiter)
        builders = [ColumnBuilder(tokens, _cells(path, delimiter, place)) for place in range(len(header))]
        rows = sum(_add(chunk, builders) for chunk in _chunks(reader, len(header)))
    except (csv.Error, _WrongLengthError):
        raise DataError(delimited_errors.broken_records(open_text(path), label, delimiter)) from None
    del reader  # which holds the text
    if not rows:
        raise DataError(Problem(label, "the file has a header but no rows"))
    columns: dict[str, Column] = {}
    for place, (name, builder) in enumerate(zip(header, builders, strict=True)):
        column = builder.finish()
        columns[name] = _read_again(path, delimiter, place, tokens) if column is None else column

    def lines(wanted: Sequence[int]) -> dict[int, int]:
        return delimited_errors.lines_of(open_text(path), delimiter, frozenset(wanted))

    return Table(columns, [Origin(label, rows, lines)])


class _WrongLengthError(Exception):
    """A record has more or fewer cells than the header."""


def _chunks(reader: Iterator[Record], width: int) -> Iterator[list[Record]]:
    """Records in lists; blank lines are no records, but in a table of one column, where they are empty cells."""
    while chunk := list(islice(reader, CHUNK)):
        if set(map(len, chunk)) - {width}:
            chunk = [record or [""] for record in chunk] if width == 1 else [record for record in chunk if record]
            if set(map(len, chunk)) - {width}:
                raise _WrongLengthError
        yield chunk


def _add(chunk: list[Record], builders: list[ColumnBuilder]) -> int:
    for builder, values in zip(builders, zip(*chunk, strict=True), strict=bool(chunk)):
        builder.add(values)
    return len(chunk)


def _column_chunks(path: Path, delimiter: str, place: int) -> Iterator[list[str]]:
    """The cells of one column, by reading the file again."""
    reader = csv.reader(open_text(path), delimiter=delimiter, strict=True)
    width = len(next(reader))
    return ([record[place] for record in chunk] for chunk in _chunks(reader, width))


def _cells(path: Path, delimiter: str, place: int) -> Callable[[], NDArray[Any]]:
    return lambda: np.array([cell for chunk in _column_chunks(path, delimiter, place) for cell in chunk], object)


def _read_again(path: Path, delimiter: str, place: int, tokens: MissingTokens) -> Column:
    builder = ColumnBuilder(tokens, _cells(path, delimiter, place), direct=False)
    for chunk in _column_chunks(path, delimiter, place):
        builder.add(chunk)
    column = builder.finish()
    assert column is not None
    return column
