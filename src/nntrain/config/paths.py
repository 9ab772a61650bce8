"""Where a value stands in a config: ``("optimizer", "adam", "lr")``, written ``optimizer.adam.lr``."""

from __future__ import annotations

import re
from typing import TypeAlias

Loc: TypeAlias = tuple[int | str, ...]
"""The keys and list positions that lead to a value."""

_PART = re.compile(r'"([^"]*)"|([^."=]+)')


def dotted(loc: Loc) -> str:
    """The path as a person writes it; a part that is not a plain word stands in double quotes."""
    return ".".join(_written(part) for part in loc)


def split_path(text: str) -> list[str] | None:
    """The parts of a dotted path, or None if it is not one: ``columns."petal.length".type``."""
    parts: list[str] = []
    position = 0
    while match := _PART.match(text, position):
        parts.append(match[2] if match[1] is None else match[1])
        position = match.end()
        if position == len(text):
            return parts
        if text[position] != ".":
            return None
        position += 1
    return None


def split_assignment(text: str) -> tuple[list[str], str] | None:
    """``a.b=value`` → its path and the text of its value; None if it is not an assignment."""
    position = 0
    quoted = False
    for position, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == "=" and not quoted:
            path = split_path(text[:position].strip())
            return None if path is None else (path, text[position + 1 :])
    return None


def _written(part: int | str) -> str:
    text = str(part)
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    plain = bool(text) and not any(char in text for char in '."= ')
    return shown if plain else f'"{shown}"'
