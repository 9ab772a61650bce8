"""Numbers that came as one matrix: looked at and encoded in blocks of rows, all columns at once, while they are in the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.data.columns import (
    Codes,
    Column,
    Mask,
    MissingTokens,
    Numbers,
    column_of_numbers,
    none_missing,
    numbers_among,
)
from nntrain.types import RowNumbers

BLOCK = 1 << 15
"""Numbers of a block: in float64 a quarter of a megabyte."""


@dataclass(frozen=True)
class Matrix:
    """The columns of a table that lie side by side in ``values`` (rows, columns), integers or floats.

    ``plain``  the columns in which exactly the NaNs are missing, or nothing is
    ``holes``  whether there are such NaNs
    ``finite`` whether every number is
    """

    values: NDArray[Any]
    names: list[str]
    plain: frozenset[str]
    holes: bool
    finite: bool

    def unchanged(self, names: Sequence[str]) -> NDArray[np.float32] | None:
        """The matrix itself, not to be written to, if it is finite float32 of these columns, none missing; else None."""
        if (
            not self.finite
            or not self.plain.issuperset(names)
            or self.values.dtype != np.float32
            or not self.values.flags.c_contiguous
            or self.names != names
        ):
            return None
        return self.values


@dataclass(frozen=True)
class AffineColumn:
    """How one column of a matrix is encoded: (value − shift) / scale in float64, ``fill`` for what is missing.

    ``place`` of the column in the matrix, ``feature`` among the inputs of the network.
    """

    place: int
    feature: int
    fill: float
    shift: float
    scale: float


def encode_columns(
    matrix: Matrix, columns: Sequence[AffineColumn], rows: RowNumbers | None, out: NDArray[np.float32]
) -> tuple[Codes, Mask]:
    """Write the columns to ``out`` (rows, features); for each, how many values are missing, and whether all are finite.

    What is not finite has to be looked at again.
    """
    places, features = [column.place for column in columns], [column.feature for column in columns]
    fill, shift, scale = (
        np.array(numbers) for numbers in zip(*((c.fill, c.shift, c.scale) for c in columns), strict=True)
    )
    missing, finite = np.zeros(len(columns), np.int64), np.ones(len(columns), np.bool_)
    source, target = _run(places), _run(features)
    with np.errstate(over="ignore", invalid="ignore"):
        for at, block in blocks(matrix.values, rows):
            z: Numbers = block[:, source].astype(np.float64)
            if matrix.holes:
                absent = np.isnan(z)
                np.copyto(z, fill, where=absent)
                missing += absent.sum(axis=0)
            z -= shift
            z /= scale
            z32 = z.astype(np.float32)
            if not np.isfinite(z32).all():
                finite &= np.isfinite(z32).all(axis=0)
            out[at, target] = z32
    return missing, finite


def blocks(values: NDArray[Any], rows: RowNumbers | None) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Some rows of a matrix, or all, a block at a time: where it stands among them, and its values."""
    count, step = len(values) if rows is None else len(rows), max(1, BLOCK // values.shape[1])
    for start in range(0, count, step):
        at = slice(start, min(start + step, count))
        yield at, values[at] if rows is None else values[rows[at]]


def columns_of_matrix(
    values: NDArray[Any], names: Sequence[str], tokens: MissingTokens
) -> tuple[dict[str, Column], Matrix]:
    """The columns of a matrix of numbers, named from left to right, none of them copied."""
    numbers, nan_is_missing = numbers_among(tokens)
    nan, hit = np.zeros(len(names), np.bool_), np.zeros(len(names), np.bool_)
    finite = True
    for _, block in blocks(values, None):
        if values.dtype.kind == "f" and not np.isfinite(block).all():
            nan |= np.isnan(block).any(axis=0)
            finite = False
        for number in numbers:
            hit |= (block.astype(np.float64) == number).any(axis=0)
    everywhere = none_missing(len(values))
    columns: dict[str, Column] = {}
    for place, name in enumerate(names):
        column = values[:, place]
        columns[name] = column_of_numbers(column, everywhere, tokens if hit[place] or nan[place] else frozenset())
    odd = hit if nan_is_missing else hit | nan
    plain = frozenset(name for name, is_odd in zip(names, odd.tolist(), strict=True) if not is_odd)
    return columns, Matrix(values, list(names), plain, holes=bool(nan.any()), finite=finite)


def _run(places: list[int]) -> slice | list[int]:
    """Places as a slice where they follow one another, as taking them is then free."""
    first = places[0]
    return slice(first, first + len(places)) if places == list(range(first, first + len(places))) else places
