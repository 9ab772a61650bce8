"""Writes predictions beside the rows that they are for: CSV, TSV or Parquet, whole or not at all."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.data.duck import connection, identifier, literal
from nntrain.data.table import Table, quoted, shown_path
from nntrain.errors import ConfigError, DataError, Problem, StorageError

DELIMITERS = {".csv": ",", ".tsv": "\t"}


def write_predictions(path: Path, table: Table, columns: Mapping[str, NDArray[Any]]) -> None:
    """The table's columns as they were, then the given ones; a column of theirs with the same name is renamed.

    The file appears when it is complete: until then it has another name in the same folder.
    """
    path = Path(path)
    cells = {_free_name(name, columns, table): column.cells() for name, column in table.columns.items()}
    _replace(path, writer_of(path), {**cells, **columns})


def writer_of(path: Path) -> Callable[[Path, Mapping[str, NDArray[Any]]], None]:
    """How a file of this name is written; asked before the work, so that a wrong suffix costs nothing."""
    suffix = path.suffix.lower()
    if suffix in DELIMITERS:
        return _write_delimited
    if suffix in (".parquet", ".pq"):
        return _write_parquet
    raise ConfigError(f"{path.name}: predictions are written as .csv, .tsv or .parquet; got '{path.suffix}'")


def _free_name(name: str, taken: Mapping[str, Any], table: Table) -> str:
    """``prediction`` of the input becomes ``prediction (input)`` beside a new ``prediction``."""
    free = name
    while free in taken or (free != name and free in table.columns):
        free = f"{free} (input)"
    return free


def _replace(
    path: Path, write: Callable[[Path, Mapping[str, NDArray[Any]]], None], cells: Mapping[str, NDArray[Any]]
) -> None:
    temporary = path.with_name(f".{path.stem[:100]}-{secrets.token_hex(6)}{path.suffix}")
    try:
        write(temporary, cells)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StorageError(Problem(shown_path(path), f"cannot be written: {error.strerror or error}")) from None
    finally:
        temporary.unlink(missing_ok=True)


def _write_delimited(path: Path, cells: Mapping[str, NDArray[Any]]) -> None:
    delimiter = DELIMITERS[path.suffix.lower()]
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(cells)
        writer.writerows(zip(*map(_plain, cells.values()), strict=True))


def _plain(values: NDArray[Any]) -> list[Any]:
    """Python values that print in the fewest digits which read back the same."""
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        return [text if text != "nan" else "" for text in values.astype(str).tolist()]
    if values.dtype.kind == "b":
        values = np.where(values, "true", "false")
    plain: list[Any] = values.tolist()
    return plain


def _write_parquet(path: Path, cells: Mapping[str, NDArray[Any]]) -> None:
    lowered = [name.lower() for name in cells]
    if twice := [name for name in cells if lowered.count(name.lower()) > 1]:
        message = f"columns {quoted(twice)} differ only in upper and lower case, which this writer of Parquet cannot keep; write CSV"
        raise DataError(Problem(shown_path(path), message))
    import duckdb

    with connection(shown_path(path)) as duck:
        duck.register("nntrain_cells", {f"c{place}": values for place, values in enumerate(cells.values())})
        names = ", ".join(f"c{place} AS {identifier(name)}" for place, name in enumerate(cells))
        try:
            duck.execute(f"COPY (SELECT {names} FROM nntrain_cells) TO {literal(str(path))} (FORMAT parquet)")
        except duckdb.IOException as error:
            raise OSError(str(error).splitlines()[0]) from None
