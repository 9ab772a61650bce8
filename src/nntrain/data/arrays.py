"""Tables that are in memory already, or in an .npz file: NumPy arrays, and mappings from column to values."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten
from nntrain.data.columns import Column, MissingTokens, TextColumn, column_of_numbers, none_missing
from nntrain.data.mapping import mapped_array
from nntrain.data.matrix import columns_of_matrix
from nntrain.data.table import Origin, Table, shown_path
from nntrain.data.text_column import column_of_texts
from nntrain.errors import DataError, Problem

UNREADABLE = (OSError, ValueError, EOFError, KeyError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
"""What NumPy and zipfile raise for an archive that is damaged, or no archive."""


def column_of_array(values: NDArray[Any], tokens: MissingTokens) -> Column:
    """A column of a one-dimensional array of numbers, booleans or texts; of objects, those and None."""
    kind = values.dtype.kind
    if kind in "iuf":
        return column_of_numbers(values, none_missing(len(values)), tokens)
    if kind == "b":
        return column_of_texts(np.where(values, "true", "false").tolist(), tokens, declared=True)
    if kind == "M":
        given = [None if text == "NaT" else text for text in np.datetime_as_string(values, "s").tolist()]
        column = column_of_texts(given, tokens, declared=True)
        return replace(column, dated=True) if isinstance(column, TextColumn) else column
    if kind == "U":
        return column_of_texts(values.tolist(), tokens, declared=True)
    if kind == "O":
        return column_of_texts([_text(value) for value in values.tolist()], tokens)
    raise TypeError(f"values of type {values.dtype}; expected numbers, booleans or texts")


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | float | np.integer | np.floating):
        return repr(value.item()) if isinstance(value, np.generic) else repr(value)
    raise TypeError(f"{shorten(repr(value))} (of type {type(value).__name__}); expected a number, a boolean or a text")


def table_of_columns(
    columns: Mapping[str, Sequence[Any]] | Any,
    tokens: MissingTokens,
    label: str = "the table",
    numbers: NDArray[Any] | None = None,
    names: Sequence[str] = (),
) -> Table:
    """A table of anything that has ``keys()`` and gives a column for each: a dict of lists, a pandas DataFrame.

    In front of them may stand a matrix of ``numbers``, whose columns are called ``names``.
    """
    made: dict[str, Column] = {}
    matrix = None
    if numbers is not None:
        made, matrix = columns_of_matrix(numbers, names, tokens)
    problems = []
    for name, given in dict(columns).items():  # by keys(), whatever else it may iterate over
        try:
            made[str(name)] = column_of_array(_one_dimensional(given), tokens)
        except TypeError as error:
            problems.append(Problem(label, f"column '{shorten(str(name))}': {error}"))
    lengths = {name: len(column) for name, column in made.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"'{name}' {length}" for name, length in list(lengths.items())[:8])
        problems.append(Problem(label, f"columns of different lengths: {listed}"))
    if not problems and not any(lengths.values()):
        problems.append(Problem(label, "no rows"))
    if problems:
        raise DataError(problems)
    return Table(made, [Origin(label, max(lengths.values()))], matrix)


def _one_dimensional(values: Any) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind == "U" and not isinstance(values, np.ndarray):
        array = np.asarray(values, dtype=object)  # [1, "a"] must not turn 1 into a text
    if array.ndim != 1:
        raise TypeError(f"values of shape {array.shape}; expected one value a row")
    return array


def table_of_matrix(
    matrix: NDArray[Any],
    names: Sequence[str],
    tokens: MissingTokens,
    label: str = "the array",
    further: Mapping[str, NDArray[Any]] | None = None,
) -> Table:
    """A table of the columns of a matrix, which are named from left to right, and of ``further`` columns behind them."""
    if matrix.dtype.kind not in "biufUO":
        raise DataError(Problem(label, f"values of type {matrix.dtype}; expected numbers or texts"))
    if matrix.dtype.kind in "iuf":
        return table_of_columns(further or {}, tokens, label, matrix, names)
    columns = {name: matrix[:, place] for place, name in enumerate(names)}
    return table_of_columns({**columns, **(further or {})}, tokens, label)


def _read(path: Path, archive: np.lib.npyio.NpzFile, key: str) -> NDArray[Any]:
    mapped = mapped_array(path, archive.zip, f"{key}.npy") if archive.zip is not None else None
    return archive[key] if mapped is None else mapped


def read_npz(path: Path, tokens: MissingTokens) -> Table:
    """A table of the arrays ``X`` (rows, columns) and ``y`` (rows,): columns x0, x1, … and y. Never unpickles."""
    label = shown_path(path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError(Problem(label, "not an .npz archive; write it with numpy.savez(path, X=…, y=…)"))
            given = archive.files
            arrays = {key: _read(path, archive, key) for key in ("X", "y") if key in given}
    except UNREADABLE as error:
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            message = (
                "holds an array of Python objects, which is never unpickled; save numbers or texts (dtype float or str)"
            )
        else:
            message = f"not a whole .npz archive: {error}"
        raise DataError(Problem(label, message)) from None
    if "X" not in arrays:
        raise DataError(Problem(label, f"no array 'X'; found {', '.join(given) or 'none'}. Expected X and y"))
    X, y = arrays["X"], arrays.get("y")
    if X.ndim != 2 or not X.size:
        raise DataError(Problem(label, f"X has shape {X.shape}; expected (rows, columns), neither of them 0"))
    if y is not None and y.shape != (len(X),):
        raise DataError(Problem(label, f"y has shape {y.shape}; expected ({len(X)},), one target for each row of X"))
    names = [f"x{place}" for place in range(X.shape[1])]
    return table_of_matrix(X, names, tokens, label, {} if y is None else {"y": y})
