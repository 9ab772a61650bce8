"""What a column holds, found on the training rows: numbers or categories; and what is to be learnt from that.

A column is numeric if every value is a plain number. If nearly all are (nine of ten), the others are mistakes until the
config says otherwise. Texts, booleans, and numbers with leading zeros (007) are categories.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Literal

import numpy as np

from nntrain.config.messages import shorten
from nntrain.data.cells import Meaning, complaint, meaning, number
from nntrain.data.columns import Mask, NumberColumn, Numbers, TextColumn, UnusableColumn
from nntrain.data.settings import Task
from nntrain.data.table import Table
from nntrain.errors import DataError, Problem
from nntrain.types import RowNumbers

Kind = Literal["numeric", "categorical", "date"]

MOSTLY = 0.9
"""From this share of numbers on, what is no number is a mistake."""
FEW_CLASSES = 20
"""Whole numbers as target are classes if there are at most this many of them, each ten times on average (or just two)."""


def kind_of(column: NumberColumn | TextColumn, rows: RowNumbers) -> Kind | None:
    """Numeric, categorical or date, going by some rows of a column; None if they hold no value."""
    if isinstance(column, NumberColumn):
        return None if column.missing[rows].all() else "numeric"
    counts = meanings(column, rows)
    total = counts.total()
    if not total:
        return None
    if column.dated:
        return "date"
    if column.declared or counts[Meaning.CODE]:
        return "categorical"
    good = counts[Meaning.NUMBER]
    return "numeric" if not counts[Meaning.TEXT] or good >= MOSTLY * total else "categorical"


def meanings(column: TextColumn, rows: RowNumbers) -> Counter[Meaning]:
    """How many of the rows hold what."""
    counts: Counter[Meaning] = Counter()
    occurrences = np.bincount(column.codes[rows] + 1, minlength=len(column.texts) + 1)[1:]
    for text, count in zip(column.texts, occurrences.tolist(), strict=True):
        if count:
            counts[meaning(text)] += count
    return counts


def task_of(column: NumberColumn | TextColumn, rows: RowNumbers) -> Task:
    """What a target without missing values asks for."""
    if kind_of(column, rows) != "numeric":
        return "classification"
    values = numbers_of(column, rows)[0]
    distinct = np.unique(values[np.isfinite(values)])
    whole = bool(np.all(distinct == np.floor(distinct)))
    few = len(distinct) == 2 or (len(distinct) <= FEW_CLASSES and len(distinct) * 10 <= len(rows))
    return "classification" if whole and few else "regression"


def numbers_of(column: NumberColumn | TextColumn, rows: RowNumbers) -> tuple[Numbers, Mask, list[tuple[int, str]]]:
    """Some rows of a column as numbers, which of them are missing, and row and text of what is no number."""
    missing = column.missing[rows]
    if isinstance(column, NumberColumn):
        values = column.numbers(rows)
    else:
        values = np.array([*map(number, column.texts), math.nan])[column.codes[rows]]
    faults = []
    for place in np.flatnonzero(~missing & ~np.isfinite(values)).tolist():
        row = int(rows[place])
        text = repr(float(values[place])) if isinstance(column, NumberColumn) else column.texts[column.codes[row]]
        faults.append((row, text))
    return values, missing, faults


def grievance(text: str) -> str:
    """What is wrong with a text among numbers."""
    return f"'{shorten(text)}' {complaint(text)}"


def numeric_problems(table: Table, name: str, faults: list[tuple[int, str]], *, advice: bool) -> list[Problem]:
    """The complaints about the cells of a numeric column, the first with what can be done."""
    messages = [(row, f"column '{shorten(name)}': {grievance(text)}") for row, text in faults]
    if messages:
        row, text = faults[0]
        ways = "the training rows hold numbers here"
        if advice:
            ways = f"correct it, or add '{shorten(text)}' to data.missing_values"
            if meaning(text) is Meaning.TEXT:
                ways += f", or set data.columns: {{{shorten(name)}: {{type: categorical}}}}"
        messages[0] = (row, f"{messages[0][1]}; {ways}")
    return table.problems(messages)


def usable(table: Table, name: str) -> NumberColumn | TextColumn:
    """The column, unless its type is beyond use."""
    column = table.columns[name]
    if isinstance(column, UnusableColumn):
        message = f"column '{shorten(name)}' is of type {column.kind}; expected numbers, texts or booleans. Add it to data.ignore"
        raise DataError(table.problem(message))
    return column
