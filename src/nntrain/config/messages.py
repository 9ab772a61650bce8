"""The words of an error: what was given, what was expected, and the nearest name that exists."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from nntrain.config.scalars import resolve

NUMBERS = ("int_type", "int_from_float", "float_type")
YAML_1_1_BOOLEANS = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}

EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text",
    "path_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "null",
    "greater_than": "{number} > {gt}",
    "greater_than_equal": "{number} ≥ {ge}",
    "less_than": "{number} < {lt}",
    "less_than_equal": "{number} ≤ {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "literal_error": "{choices}",
    "enum": "{choices}",
    "too_short": "at least {min_length} {items}",
    "too_long": "at most {max_length} {items}",
    "string_too_short": "at least {min_length} {characters}",
    "string_too_long": "at most {max_length} {characters}",
    "string_pattern_mismatch": "text that matches {pattern}",
}


def explain(kind: str, given: object, context: Mapping[str, Any], fallback: str) -> str:
    """One sentence for a pydantic error of type ``kind``; ``fallback`` is pydantic's own message."""
    if kind == "missing":
        return "missing: this key is required"
    if kind.startswith("nntrain"):
        return fallback
    return f"{describe(given)}; expected {expectation(kind, context, fallback)}{mending(kind, given, context)}"


def expectation(kind: str, context: Mapping[str, Any], fallback: str) -> str:
    """What would have been right."""
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", fallback))
    if kind not in EXPECTED:
        return re.sub(r"^Input should (be |have )?", "", fallback)
    shown = {key: _figure(value) for key, value in context.items()}
    whole = any(isinstance(context.get(bound), int) for bound in ("gt", "ge", "lt", "le"))
    choices = _choices(context)
    shown["choices"] = f"one of {', '.join(choices)}" if len(choices) > 1 else f"'{choices[0]}'"
    shown["number"] = "a whole number" if whole else "a number"
    limit = context.get("min_length", context.get("max_length"))
    shown["items"] = "item" if limit == 1 else "items"
    shown["characters"] = "character" if limit == 1 else "characters"
    return EXPECTED[kind].format(**shown)


def mending(kind: str, given: object, context: Mapping[str, Any]) -> str:
    """A hint in brackets where it is plain what was meant."""
    if kind in ("literal_error", "enum") and isinstance(given, str):
        hint = suggestion(given, _choices(context))
        return hint if "did you mean" in hint else ""
    if kind in NUMBERS and isinstance(given, str) and given:
        digits = given.replace("_", "").replace(",", "") if given[-1].isdigit() else given
        if len(digits) < 40 and not isinstance(number := resolve(digits), str | bool | None):
            return " (remove the quotes)" if digits == given else f" (write {describe(number)})"
    if kind == "bool_type" and isinstance(given, str) and given.lower() in YAML_1_1_BOOLEANS:
        return f" (write {YAML_1_1_BOOLEANS[given.lower()]})"
    if kind in ("string_type", "path_type") and isinstance(given, bool | int | float):
        return " (put it in quotes)"
    if kind in ("int_type", "int_from_float") and isinstance(given, float) and given.is_integer():
        return f" (write {int(given)})"
    return ""


def describe(value: object) -> str:
    """A value as the user wrote it, with its kind where that is not plain to see."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"{str(value).lower()} (a boolean)"
    if isinstance(value, str):
        return f"'{shorten(value)}' (text)"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, Mapping):
        keys = ", ".join(f"'{shorten(str(key))}'" for key in list(value)[:5])
        return f"a mapping with {keys}" if value else "an empty mapping"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value:.0f}".replace("inf", ".inf").replace("nan", ".nan")
    return str(value)


def suggestion(given: str, names: Iterable[str]) -> str:
    """`` (did you mean 'x'?)``, or the names to choose from when nothing is near."""
    names = list(names)
    lowered = {name.lower(): name for name in names}
    near = get_close_matches(given.lower(), lowered, n=1, cutoff=0.6) if len(given) < 100 else []
    if near:
        return f" (did you mean '{lowered[near[0]]}'?)"
    return f" (known: {', '.join(names)})" if names else ""


def shorten(text: str, limit: int = 60) -> str:
    """Text in one line of bounded length; control characters are escaped."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _figure(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _choices(context: Mapping[str, Any]) -> list[str]:
    return str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
