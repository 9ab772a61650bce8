"""Reads JSON lines: one object a line, its keys the columns; numbers keep the digits they are written with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from nntrain.config.messages import shorten
from nntrain.data.columns import Column, MissingTokens
from nntrain.data.table import SHOWN_PROBLEMS, Origin, Table, shown_path
from nntrain.data.text_column import column_of_texts
from nntrain.data.text_file import open_text
from nntrain.errors import DataError, Problem


def read_json_lines(path: Path, tokens: MissingTokens) -> Table:
    """A table of the file. A key that a line does not have is a missing value there."""
    label = shown_path(path)
    problems: list[Problem] = []
    values: dict[str, list[str | None]] = {}
    rows = 0
    for line, text in _numbered(open_text(path)):
        try:
            row = _row(text)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(f"{label}:{line}", _reason(error)))
            if len(problems) >= SHOWN_PROBLEMS:
                break
            continue
        for key, value in row.items():
            if key not in values:
                values[key] = [None] * rows
            values[key].append(value)
        rows += 1
        if len(row) < len(values):
            for column in values.values():
                column.extend([None] * (rows - len(column)))
    if problems:
        raise DataError(problems)
    if not rows or not values:
        raise DataError(Problem(label, "the file has no rows"))
    columns: dict[str, Column] = {name: column_of_texts(column, tokens) for name, column in values.items()}

    def lines(wanted: Sequence[int]) -> dict[int, int]:
        chosen = frozenset(wanted)
        return {row: line for row, (line, _) in enumerate(_numbered(open_text(path))) if row in chosen}

    return Table(columns, [Origin(label, rows, lines)])


def _numbered(text: TextIO) -> Iterator[tuple[int, str]]:
    return ((line, part.strip()) for line, part in enumerate(text, start=1) if part.strip())


def _row(text: str) -> dict[str, str | None]:
    row = json.loads(text, object_pairs_hook=_object, parse_float=_Digits, parse_int=_Digits, parse_constant=_Digits)
    if not isinstance(row, dict):
        raise NoRowError(f'expected an object such as {{"x": 1}}; got {shorten(text)}')
    return {key: _cell(key, value) for key, value in row.items()}


class _Digits(str):
    """A number as it is written."""


class NoRowError(ValueError):
    """The line is JSON, but no row of a table."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in row if keys.count(key) > 1)
        raise NoRowError(f"the key '{shorten(twice)}' stands twice")
    return row


def _cell(key: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    kind = "an object" if isinstance(value, dict) else "a list"
    raise NoRowError(f"column '{shorten(key)}': {kind}; expected a number, a text, true, false or null")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at character {error.colno}"
    return str(error) if isinstance(error, NoRowError) else "not JSON: nested too deeply"
