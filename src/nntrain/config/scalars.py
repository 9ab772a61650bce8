"""The scalars of YAML 1.2 (core schema): ``1e-3`` is a number, ``no`` and ``12:30`` are text."""

from __future__ import annotations

import re
from typing import TypeAlias

Scalar: TypeAlias = bool | int | float | str | None

LONGEST_NUMBER = 400
"""Characters of a number; more is a mistake, and slow to convert."""
LARGEST_INTEGER = 10**40

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar; ValueError, with a sentence, for a number of absurd length."""
    if text in _WORDS:
        return _WORDS[text]
    if not text[0].isascii() or text[0] not in "+-.0123456789":
        return text
    integer = _INTEGER.fullmatch(text)
    other_base = _OTHER_BASE.fullmatch(text)
    if not (integer or other_base or _FLOAT.fullmatch(text)):
        return text
    if len(text) > LONGEST_NUMBER:
        raise ValueError(
            f"a number of {len(text)} characters; expected at most {LONGEST_NUMBER} (quote it if it is text)"
        )
    if not (integer or other_base):
        return float(text)
    value = int(text, 0) if other_base else int(text)
    if abs(value) >= LARGEST_INTEGER:
        raise ValueError("a whole number of more than 40 digits is not supported (quote it if it is text)")
    return value
