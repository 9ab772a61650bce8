"""Where rows come from: the components that `data.train`, `data.validation` and `data.test` may name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias, get_args

from pydantic import Field

from nntrain.config.markers import Named, check_settings
from nntrain.config.registry import Choice
from nntrain.data.columns import MissingTokens
from nntrain.data.files import Format, read_files
from nntrain.data.registries import sources
from nntrain.data.table import Table

Source: TypeAlias = Callable[[MissingTokens], Table]
"""Reads the rows; texts among the missing tokens are missing values."""

Text = Annotated[str, Field(min_length=1)]
"""Text of at least one character."""


@sources
def file(tokens: MissingTokens, *, path: Text, format: Format | None = None, delimiter: str | None = None) -> Table:  # noqa: A002  # a component's parameters are its YAML keys, by their very names, and `format:` is the key that users write; nothing here calls the builtin
    """A table in a file, or in several that a glob names, with the same columns.

    YAML      train: iris.csv        train: parts/*.parquet        train: {file: {path: a.txt, format: csv, delimiter: ";"}}

    By suffix: CSV, TSV, JSON lines (each may be ``.gz``), Parquet, and ``.npz`` with the arrays ``X`` (columns x0, x1, …)
    and ``y``. ``format`` is for other suffixes, ``delimiter`` for CSV that is not split by commas.

    An array of 256 MiB or more in an ``.npz`` that is not compressed is not read but mapped: leave such a file as it is
    while it is trained on.
    """
    return read_files(path, format, delimiter, tokens)


@sources
def sql(tokens: MissingTokens, *, query: Text, base: str = ".") -> Table:
    """The rows of one SELECT in DuckDB's SQL, over files: paths in it are relative to the config.

    YAML      train: {sql: "SELECT * FROM 'people.csv' JOIN 'towns.parquet' USING (town)"}

    ``base``  the folder that paths in the query start from
    """
    from nntrain.data.duck import read_query

    return read_query(query, Path(base), tokens)


@dataclass(frozen=True)
class Located(Named):
    """A source: text is a path or glob (or the bare name of a generated source), a mapping names a component."""

    def check(self, value: object) -> Choice:
        """Turn a YAML value into a checked choice."""
        if isinstance(value, str) and not is_generated(value):
            return check_settings(self.registry["file"], value, (), self.deferred)
        return super().check(value)

    def forms(self, source: Any, /) -> tuple[Any, ...]:
        """The annotations that a value may take, for the JSON schema, the reference page and ``--set``."""
        none = (type(None),) if type(None) in get_args(source) else ()
        return str, Annotated[Any, Named(self.registry)], *none

    __get_pydantic_core_schema__ = Named.__get_pydantic_core_schema__


def is_generated(name: str) -> bool:
    """Whether a bare text is no path but the name of a source without required settings."""
    return name in sources and all(
        setting.default is not setting.empty for setting in sources[name].parameters.values()
    )


def anchored(value: object, base: Path) -> object:
    """A source as a config holds it, its paths made absolute from ``base``; what is no path is left as it is."""
    if isinstance(value, str):
        return value if not value or is_generated(value) else _absolute(value, base)
    if not isinstance(value, dict) or len(value) != 1:
        return value
    name, settings = next(iter(value.items()))
    key, bare = {"file": ("path", "path"), "sql": ("base", "query")}.get(name, ("", ""))
    if not key:
        return value
    if isinstance(settings, str):
        settings = {bare: settings}
    if not isinstance(settings, dict):
        return value
    given = settings.get(key, "." if name == "sql" else None)
    if not isinstance(given, str) or not given:
        return value
    return {name: {**settings, key: _absolute(given, base)}}


def _absolute(path: str, base: Path) -> str:
    return os.path.normpath(base.absolute() / Path(path).expanduser())
