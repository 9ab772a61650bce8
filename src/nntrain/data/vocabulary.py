"""The names of categories and classes, in a fixed order, and how cells find theirs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nntrain.data.cells import EXACT_INTEGERS, Meaning, canonical, canonical_text, meaning, number
from nntrain.data.columns import Codes, NumberColumn, TextColumn, as_texts

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
    def of(cls, column: NumberColumn | TextColumn, rows: Codes) -> Vocabulary:
        """The names in some rows of a column, those without a value apart."""
        if isinstance(column, NumberColumn):
            values = column.values[rows]
            distinct = np.unique(values[~column.missing[rows]] + 0.0)  # −0 is 0
            return cls(tuple(map(canonical, distinct.tolist())), numeric=True)
        counts = np.bincount(column.codes[rows] + 1, minlength=len(column.texts) + 1)[1:]
        texts = [text for text, count in zip(column.texts, counts, strict=True) if count]
        numeric = not column.declared and all(_is_safe_number(text) for text in texts)
        return cls(tuple(sorted({canonical_text(text) for text in texts} if numeric else texts, key=_order)), numeric)

    def codes(self, column: NumberColumn | TextColumn) -> Codes:
        """For every row the place of its name, or UNKNOWN or MISSING."""
        place = {name: code for code, name in enumerate(self.names)}
        if isinstance(column, NumberColumn) and self.numeric:
            distinct, inverse = np.unique(column.values, return_inverse=True)
            found = [
                place.get("" if math.isnan(value) else canonical(value), UNKNOWN) for value in (distinct + 0.0).tolist()
            ]
            return np.where(column.missing, MISSING, np.array(found, np.int64)[inverse])
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


def _is_safe_number(text: str) -> bool:
    return meaning(text) is Meaning.NUMBER and abs(number(text)) < EXACT_INTEGERS


def _order(name: str) -> tuple[float, str]:
    value = number(name)
    return (math.inf if math.isnan(value) else value, name)
