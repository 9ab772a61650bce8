"""The names of categories and classes, in a fixed order, and how cells find theirs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nntrain.data.cells import EXACT_INTEGERS, Meaning, canonical, canonical_text, meaning, number
from nntrain.data.columns import Codes, NumberColumn, Numbers, TextColumn, as_texts
from nntrain.types import RowNumbers

PIECE = 1 << 16
"""Rows that are looked at together."""

UNKNOWN, MISSING = -1, -2
"""The codes of a cell that holds no known name, and of one that holds nothing."""


@dataclass(frozen=True)
class Vocabulary:
    """Distinct names, numbers in the order of numbers and others in that of letters.

    ``numeric``: the training cells were numbers, so that ``1``, ``1.0`` and ``1e0`` are one name, ``1``.
    """

    names: tuple[str, ...]
    numeric: bool

    @classmethod
    def of(cls, column: NumberColumn | TextColumn, rows: RowNumbers) -> Vocabulary:
        """The names in some rows of a column, those without a value apart."""
        if isinstance(column, NumberColumn):
            distinct = distinct_numbers(column, rows[~column.missing[rows]] if column.missing.any() else rows)
            return cls(tuple(map(canonical, distinct.tolist())), numeric=True)
        counts = np.bincount(column.codes[rows] + 1, minlength=len(column.texts) + 1)[1:]
        texts = [text for text, count in zip(column.texts, counts, strict=True) if count]
        numeric = not column.declared and all(_is_safe_number(text) for text in texts)
        return cls(tuple(sorted({canonical_text(text) for text in texts} if numeric else texts, key=_order)), numeric)

    def codes(self, column: NumberColumn | TextColumn) -> Codes:
        """For every row the place of its name, or UNKNOWN or MISSING."""
        place = {name: code for code, name in enumerate(self.names)}
        if isinstance(column, NumberColumn) and self.numeric:
            distinct = distinct_numbers(column, None)
            found = [place.get("" if math.isnan(value) else canonical(value), UNKNOWN) for value in distinct.tolist()]
            codes = np.empty(len(column), np.int64)
            for at in pieces(len(column)):
                codes[at] = np.array(found, np.int64)[np.searchsorted(distinct, column.numbers(at))]
            codes[column.missing] = MISSING
            return codes
        texts = as_texts(column)
        found = [place.get(canonical_text(text) if self.numeric else text, UNKNOWN) for text in texts.texts]
        return np.array([*found, MISSING], np.int64)[texts.codes]  # code −1 is the last

    def state(self) -> dict[str, Any]:
        """The names, for a checkpoint."""
        return {"names": list(self.names), "numeric": self.numeric}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Vocabulary:
        """What `state` gave."""
        return cls(tuple(state["names"]), state["numeric"])


def distinct_numbers(column: NumberColumn, rows: RowNumbers | None) -> Numbers:
    """The numbers in some rows of a column, or in all, each once and sorted; −0 is 0.

    Piece by piece: sorting a whole column of ten million rows takes longer, and several times its memory.
    """
    count = len(column) if rows is None else len(rows)
    found = np.empty(0)
    fresh: list[Numbers] = []
    for at in pieces(count):
        fresh.append(np.unique(column.numbers(at if rows is None else rows[at]) + 0.0))
        if sum(map(len, fresh)) > len(found) + PIECE:
            found, fresh = np.unique(np.concatenate([found, *fresh])), []
    return np.unique(np.concatenate([found, *fresh]))


def pieces(rows: int) -> Iterator[slice]:
    """Slices of so many rows."""
    return (slice(start, min(start + PIECE, rows)) for start in range(0, rows, PIECE))


def _is_safe_number(text: str) -> bool:
    return meaning(text) is Meaning.NUMBER and abs(number(text)) < EXACT_INTEGERS


def _order(name: str) -> tuple[float, str]:
    value = number(name)
    return (math.inf if math.isnan(value) else value, name)
