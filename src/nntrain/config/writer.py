"""Plain values → YAML that our own reader reads back to the same values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from nntrain.config.scalars import resolve

_SAFE = re.compile(r"[A-Za-z_/.~0-9][\w./~+-]*(?: [\w./~+-]+)*", re.ASCII)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LONGEST_PLAIN_KEY = 1000


def dump_yaml(plain: Mapping[str, object]) -> str:
    """A config as block YAML, lists of scalars in one line."""
    return "\n".join(_mapping(plain, "")) + "\n" if plain else "{}\n"


def inline(value: object) -> str:
    """A value in one line: ``[128, 64]``, ``{rate: 0.2}``, ``relu``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(float(value))
    return _text(str(value))


def _mapping(mapping: Mapping[str, object], indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in mapping.items():
        key = _text(str(name))
        opening = f"{indent}{key}:" if len(key) < _LONGEST_PLAIN_KEY else f"{indent}? {key}\n{indent}:"
        lines += _entry(opening, value, indent + "  ")
    return lines


def _entry(opening: str, value: object, indent: str) -> list[str]:
    """A key or a dash with its value: on the same line if short, else below it."""
    if not _is_nested(value):
        return [f"{opening} {inline(value)}"]
    if isinstance(value, Mapping):
        return [opening, *_mapping(value, indent)]
    lines = [opening]
    for item in value:
        below = _entry(f"{indent}-", item, indent + "  ")
        if _is_nested(item) and not below[1].lstrip().startswith("?"):
            below[:2] = [f"{indent}- {below[1].lstrip()}"]
        lines += below
    return lines


def _is_nested(value: object) -> TypeGuard[Mapping[str, object] | Sequence[object]]:
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in value)


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    return repr(value) if math.isfinite(value) else ".inf" if value > 0 else "-.inf"


def _text(text: str) -> str:
    """Bare where it is read back as this text, else in double quotes."""
    if _SAFE.fullmatch(text) and not text.startswith(("---", "...")) and _reads_as_text(text):
        return text
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in text) + '"'


def _reads_as_text(text: str) -> bool:
    try:
        return isinstance(resolve(text), str)
    except ValueError:
        return False


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
