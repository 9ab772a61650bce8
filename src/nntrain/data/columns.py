"""A column in memory: numbers, or codes into a list of texts. What it means is decided later, by `inference`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.data.cells import BLANKS, Meaning, canonical, meaning
from nntrain.types import RowNumbers

Numbers: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Cells: TypeAlias = Callable[[], NDArray[Any]]
"""Gives back the cells as they stood in the source, for writing them out again."""
MissingTokens: TypeAlias = frozenset[str]


@dataclass(frozen=True)
class NumberColumn:
    """Every cell is missing or a number; a NaN that is not missing was given as such.

    ``given`` are the numbers in the type of the source: they become float64 only where they are used, a column at a time.
    """

    given: NDArray[Any]
    missing: Mask
    cells: Cells

    def __len__(self) -> int:
        return len(self.given)

    @property
    def values(self) -> Numbers:
        """All numbers, in an array of their own."""
        return np.array(self.given, np.float64)

    def numbers(self, rows: RowNumbers | slice) -> Numbers:
        """The numbers of some rows, in an array of their own."""
        return np.array(self.given[rows], np.float64)


@dataclass(frozen=True)
class TextColumn:
    """Codes into the distinct texts; −1 where missing. ``declared``: the source itself says that this is text; ``dated``: that it is dates."""

    codes: Codes
    texts: list[str]
    cells: Cells
    declared: bool = False
    dated: bool = False

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def missing(self) -> Mask:
        """Which rows hold no value."""
        return self.codes < 0


@dataclass(frozen=True)
class UnusableColumn:
    """A column of a type that is neither number nor text: a list, a blob. It may only be ignored."""

    kind: str
    cells: Cells

    def __len__(self) -> int:
        return len(self.cells())


Column: TypeAlias = NumberColumn | TextColumn | UnusableColumn


def column_of_numbers(values: NDArray[Any], null: Mask, tokens: MissingTokens) -> NumberColumn:
    """A column of a numeric array; NaN, or -999, counts as missing where it is among the missing tokens."""
    missing = null
    numbers, nan_is_missing = numbers_among(tokens)
    if nan_is_missing and values.dtype.kind == "f":
        missing = _either(missing, np.isnan(values))
    for number in numbers:
        missing = _either(missing, values.astype(np.float64) == number)

    def cells() -> NDArray[Any]:
        if not null.any():
            return values
        array = values.astype(object)
        array[null] = None
        return array

    return NumberColumn(values, missing, cells)


def _either(one: Mask, other: Mask) -> Mask:
    return one | other if other.any() else one


def numbers_among(tokens: MissingTokens) -> tuple[list[float], bool]:
    """The numbers that mean a missing value, and whether NaN does."""
    numbers = {float(token) for token in tokens if meaning(token) is not Meaning.TEXT}
    finite = sorted(number for number in numbers if not math.isnan(number))
    return finite, len(finite) < len(numbers)


def none_missing(rows: int) -> Mask:
    """A mask of so many rows without a missing value, which takes no memory and cannot be written to."""
    return np.broadcast_to(np.False_, rows)


def as_texts(column: NumberColumn | TextColumn) -> TextColumn:
    """The same column with every number as the text that stood in the source."""
    if isinstance(column, TextColumn):
        return column
    texts: dict[str, int] = {}
    codes = np.full(len(column), -1, np.int64)
    cells = column.cells()
    for row in np.flatnonzero(~column.missing):
        cell = cells[row]
        text = cell.strip(BLANKS) if isinstance(cell, str) else canonical(float(cell))
        codes[row] = texts.setdefault(text, len(texts))
    return TextColumn(codes, list(texts), column.cells)


def joined(columns: Sequence[Column]) -> Column:
    """Columns of the same name from several files, one below the other."""
    if len(columns) == 1:
        return columns[0]

    def cells() -> NDArray[Any]:
        return np.concatenate([column.cells() for column in columns])

    numbers = [column for column in columns if isinstance(column, NumberColumn)]
    if len(numbers) == len(columns):
        given = np.concatenate([column.given for column in numbers])
        return NumberColumn(given, np.concatenate([column.missing for column in numbers]), cells)
    unusable = next((column for column in columns if isinstance(column, UnusableColumn)), None)
    if unusable is not None:
        return UnusableColumn(unusable.kind, cells)
    texts: dict[str, int] = {}
    codes = []
    parts = [as_texts(column) for column in columns if not isinstance(column, UnusableColumn)]
    for part in parts:
        places = np.array([texts.setdefault(text, len(texts)) for text in part.texts] + [-1], np.int64)
        codes.append(places[part.codes])
    return TextColumn(
        np.concatenate(codes),
        list(texts),
        cells,
        all(part.declared for part in parts),
        all(part.dated for part in parts),
    )
