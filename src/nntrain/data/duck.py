"""DuckDB: Parquet files, SQL, and writing tables. Imported only when one of these is asked for."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nntrain.data.columns import (
    Column,
    Mask,
    MissingTokens,
    TextColumn,
    UnusableColumn,
    column_of_numbers,
    none_missing,
)
from nntrain.data.table import Origin, Table, quoted, shown_path
from nntrain.data.text_column import column_of_texts
from nntrain.errors import DataError, Problem

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "UTINYINT", "USMALLINT",
           "UINTEGER", "UBIGINT", "UHUGEINT")  # fmt: skip
TEXTUAL = ("VARCHAR", "ENUM", "UUID", "DATE", "TIME", "TIMESTAMP", "INTERVAL")
DATED = ("DATE", "TIMESTAMP")


@contextmanager
def connection(label: str, failure: str = "") -> Iterator[DuckDBPyConnection]:
    """A connection to an empty database in memory; DuckDB's errors become data errors of ``label``, after ``failure``."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "preserve_insertion_order": "true",
    }
    opened = duckdb.connect(":memory:", config=settings)
    try:
        yield opened
    except duckdb.Error as error:
        raise DataError(Problem(label, failure + first_line(error))) from None
    finally:
        opened.close()


def first_line(error: Exception) -> str:
    """What an exception of DuckDB's says, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].split(" Error: ", 1)[-1] if lines else type(error).__name__


def literal(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def read_parquet(path: Path, tokens: MissingTokens) -> Table:
    """A table of a Parquet file; its types are believed."""
    label = shown_path(path)
    with connection(label, "cannot be read as Parquet: ") as duck:
        source = f"{literal(glob.escape(str(path)))}"
        query = f"SELECT * FROM read_parquet({source}, hive_partitioning = false)"
        names = [str(row[0]) for row in duck.execute(f"DESCRIBE {query}").fetchall()]
        top = f"SELECT name FROM parquet_schema({source})"
        stored = {str(row[0]) for row in duck.execute(top).fetchall()}
        if renamed := [name for name in names if name not in stored]:
            message = f"column names occur twice, or differ only in upper and lower case: see {quoted(renamed)}"
            raise DataError(Problem(label, message))
        return _table(duck, query, label, tokens)


def read_query(query: str, base: Path, tokens: MissingTokens) -> Table:
    """The table that one SELECT gives; files that it names are found from ``base``."""
    with connection("sql") as duck:
        statements = duck.extract_statements(query)
        if len(statements) != 1 or statements[0].type.name != "SELECT":
            raise DataError(Problem("sql", "expected one SELECT statement"))
        duck.execute(f"SET file_search_path = {literal(str(base))}")
        text = statements[0].query.strip().rstrip(";")
        names = [str(row[0]) for row in duck.execute(f"DESCRIBE {text}").fetchall()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise DataError(Problem("sql", f"the query gives {quoted(twice)} more than once; name columns with AS"))
        return _table(duck, text, "sql", tokens)


def _table(duck: DuckDBPyConnection, query: str, label: str, tokens: MissingTokens) -> Table:
    duck.execute(f"CREATE TEMP TABLE nntrain_rows AS {query}")
    described = duck.execute("DESCRIBE nntrain_rows").fetchall()
    kinds = {str(row[0]): str(row[1]) for row in described}
    rows: int = duck.execute("SELECT count(*) FROM nntrain_rows").fetchall()[0][0]
    if not rows:
        raise DataError(Problem(label, "no rows"))
    columns = {name: _column(duck, name, kind, tokens) for name, kind in kinds.items()}
    return Table(columns, [Origin(label, rows)])


def _column(duck: DuckDBPyConnection, name: str, kind: str, tokens: MissingTokens) -> Column:
    cell = identifier(name)
    if kind.startswith(NUMERIC) and not kind.endswith("]"):
        values, null = _fetch(duck, cell)
        return column_of_numbers(values, null, tokens)
    if kind == "BOOLEAN":
        return column_of_texts(
            _texts(duck, f"CASE WHEN {cell} THEN 'true' WHEN NOT {cell} THEN 'false' END"), tokens, declared=True
        )
    texts = _texts(duck, f"CAST({cell} AS VARCHAR)")
    if kind.startswith(TEXTUAL) and not kind.endswith("]"):
        column = column_of_texts(texts, tokens, declared=True)
        return replace(column, dated=True) if kind.startswith(DATED) and isinstance(column, TextColumn) else column
    return UnusableColumn(kind, lambda: np.array([*texts, None], object)[:-1])


def _texts(duck: DuckDBPyConnection, expression: str) -> list[str | None]:
    values, null = _fetch(duck, expression)
    values = values.astype(object)
    values[null] = None
    texts: list[str | None] = values.tolist()
    return texts


def _fetch(duck: DuckDBPyConnection, expression: str) -> tuple[NDArray[Any], Mask]:
    fetched = duck.execute(f"SELECT {expression} AS cell FROM nntrain_rows").fetchnumpy()["cell"]
    null = np.ma.getmask(fetched)
    return np.ma.getdata(fetched), np.asarray(null) if np.any(null) else none_missing(len(fetched))
