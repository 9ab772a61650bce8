"""What one cell of text means: missing, a number, a code such as 007, or something else.

A number is a plain decimal: ``3``, ``-0.5``, ``.5``, ``1e-3``. Not numbers: ``1_000``, ``0x10``, ``1,5``, ``inf``, ``nan``,
``1e400``. Spaces and tabs around a cell are not part of it.
"""

from __future__ import annotations

import math
import re
from enum import Enum

BLANKS = " \t"
"""What is cut off at both ends of a cell."""

DEFAULT_MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?")
"""The texts that mean a missing value, unless `data.missing_values` says otherwise."""

EXACT_INTEGERS = 2.0**53
"""From here on float64 no longer tells neighbouring whole numbers apart."""

PLAIN_CELL = re.compile(
    r"[ \t]*[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*",
)
"""A number without leading zeros, with the blanks around it."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CODE = re.compile(r"[+-]?0[0-9].*")
_NON_FINITE = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)


class Meaning(Enum):
    """What a text that is not missing may be."""

    NUMBER = "a number"
    CODE = "a number with leading zeros"
    NON_FINITE = "not finite"
    TEXT = "not a number"


def meaning(text: str) -> Meaning:
    """What a text stands for, blanks already cut off."""
    if _NUMBER.fullmatch(text):
        if not math.isfinite(float(text)):
            return Meaning.NON_FINITE
        return Meaning.CODE if _CODE.fullmatch(text) else Meaning.NUMBER
    return Meaning.NON_FINITE if _NON_FINITE.fullmatch(text) else Meaning.TEXT


def number(text: str) -> float:
    """The number that a text stands for, or NaN."""
    return float(text) if meaning(text) in (Meaning.NUMBER, Meaning.CODE) else math.nan


def complaint(text: str) -> str:
    """Why a text cannot stand in a numeric column."""
    if meaning(text) is Meaning.TEXT:
        return "is not a number"
    return "is beyond the range of float64" if _NUMBER.fullmatch(text) else "is not a finite number"


def canonical(value: float) -> str:
    """A number as the name of a category: ``3.0`` and ``3`` are both ``3``."""
    if value.is_integer() and abs(value) < EXACT_INTEGERS:
        return str(int(value))
    return repr(value)


def canonical_text(text: str) -> str:
    """A text as the name of a category where categories are numbers."""
    value = number(text)
    return text if math.isnan(value) else canonical(value)
