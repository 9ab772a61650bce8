"""What is wrong with a CSV or TSV file, and in which line. The file is read again for it, so that good files pay nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from nntrain.config.messages import shorten
from nntrain.data.cells import BLANKS
from nntrain.data.table import SHOWN_PROBLEMS
from nntrain.errors import DataError, Problem


def checked_header(cells: list[str], label: str, delimiter: str) -> list[str]:
    """The column names, or every mistake in them."""
    names = [cell.strip(BLANKS) for cell in cells]
    place = f"{label}:1"
    if not any(names):
        raise DataError(Problem(place, "the first line is empty; it must name the columns"))
    problems = []
    for position, name in enumerate(names, start=1):
        if not name:
            problems.append(Problem(place, f"column {position} of {len(names)} has no name"))
        elif names.index(name) < position - 1:
            earlier = names.index(name) + 1
            problems.append(
                Problem(place, f"two columns are named '{shorten(name)}': columns {earlier} and {position}")
            )
    if problems:
        raise DataError(problems)
    other = next((mark for mark in ";\t,|" if mark != delimiter and mark in names[0]), None)
    if len(names) == 1 and other:
        mark = "\\t" if other == "\t" else other
        hint = f'{{file: {{path: …, delimiter: "{mark}"}}}}'
        raise DataError(
            Problem(place, f"one column, '{shorten(names[0])}': is it split by '{mark}'? Then write {hint}")
        )
    return names


def numbered(text: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line that it begins in; quoted line ends count."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenRecordError(line, str(error)) from None


class BrokenRecordError(Exception):
    """The record that begins in ``line`` cannot be read."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def broken_records(text: TextIO, label: str, delimiter: str) -> list[Problem]:
    """Every record of a wrong length, and the one that cannot be read at all."""
    problems: list[Problem] = []
    header: list[str] = []
    count = 0
    try:
        for line, record in numbered(text, delimiter):
            header = header or record
            if record and len(record) != len(header):
                count += 1
                if count <= SHOWN_PROBLEMS:
                    problems.append(Problem(f"{label}:{line}", _wrong_length(record, header)))
    except BrokenRecordError as error:
        problems.append(Problem(f"{label}:{error.line}", _quotes(error.reason)))
    if count > SHOWN_PROBLEMS:
        problems.append(Problem(label, f"… and {count - SHOWN_PROBLEMS} more rows of a wrong length"))
    return problems


def _wrong_length(record: list[str], header: list[str]) -> str:
    if len(record) < len(header):
        end = f"the first one lacking is '{shorten(header[len(record)])}'"
    else:
        end = f"'{shorten(record[len(header)])}' is the first one too many"
    cells = f"{len(record)} cell{'s' if len(record) > 1 else ''}"
    return f"{cells}; the header names {len(header)} columns ({end})"


def _quotes(reason: str) -> str:
    if "field larger" in reason:
        return f'a quotation mark (") in this record is never closed, or a cell is too long: {reason}'
    if "unexpected end" in reason:
        return 'a quotation mark (") in this record is never closed'
    return f'wrong use of quotation marks: {reason}; a quotation mark inside quotes is written twice ("")'


def lines_of(text: TextIO, delimiter: str, wanted: frozenset[int]) -> dict[int, int]:
    """The lines that some rows (from 0) begin in."""
    found: dict[int, int] = {}
    records = numbered(text, delimiter)
    width = len(next(records)[1])
    row = 0
    for line, record in records:
        if not record and width > 1:
            continue
        if row in wanted:
            found[row] = line
        row += 1
    return found
