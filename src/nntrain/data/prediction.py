"""Rows to predict or evaluate with a trained model: from a file, another source, a mapping of columns, or an array."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.data.arrays import table_of_columns, table_of_matrix
from nntrain.data.files import read_files
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.table import Table, quoted
from nntrain.errors import DataError, Problem
from nntrain.streams import row_numbers


@dataclass(frozen=True)
class LoadedRows:
    """Encoded rows of a table, with ``y`` and ``weights`` if they were asked for; see `Split` for shapes."""

    x: NDArray[np.float32]
    y: NDArray[Any] | None
    table: Table
    unknown: dict[str, int]
    warnings: list[str]
    weights: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.x)


def load_rows(source: Any, preprocessing: Preprocessing, *, need_target: bool) -> LoadedRows:
    """Encode what a path, a source, a mapping from column to values, a data frame or a matrix holds.

    The columns of a matrix are those of `Preprocessing.columns`, in this order.
    """
    table = _table(source, preprocessing)
    problems: list[Problem] = []
    y = weights = None
    try:
        x, unknown = preprocessing.encode(table)
    except DataError as error:
        problems += error.problems
    if need_target:
        try:
            y, weights = preprocessing.aims(table, row_numbers(table.rows))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return LoadedRows(x, y, table, unknown, preprocessing.warnings(table, unknown, name=table.label), weights)


def _table(source: Any, preprocessing: Preprocessing) -> Table:
    tokens = preprocessing.tokens
    if isinstance(source, Table):
        return source
    if isinstance(source, str | Path):
        return read_files(str(source), None, None, tokens)
    if hasattr(source, "keys") and hasattr(source, "__getitem__"):
        return table_of_columns(source, tokens)
    if callable(source):
        table: Table = source(tokens)
        return table
    matrix = np.asarray(source)
    names = preprocessing.columns
    if matrix.ndim != 2 or matrix.shape[1] != len(names) or not len(matrix):
        expected = f"(rows, {len(names)}): {quoted(names)}, in this order"
        raise DataError(Problem("the array", f"shape {matrix.shape}; expected {expected}"))
    return table_of_matrix(matrix, names, tokens)
