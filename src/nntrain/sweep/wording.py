"""Values of a space as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nntrain.config.writer import inline

EXACT = 8
"""Characters up to which a number is written with all its digits."""


def value_words(value: Any) -> str:
    """``0.02341``, ``[128, 64]``, ``adam``, ``rmsprop (decay 0.95)``: numbers that were drawn to four digits, components by name."""
    if isinstance(value, float):
        exact = inline(value)
        return exact if len(exact) <= EXACT else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(value_words, value))}]"
    if isinstance(value, Mapping) and len(value) == 1:
        name, settings = next(iter(value.items()))
        if not isinstance(settings, Mapping):
            return f"{name} {value_words(settings)}"
        return f"{name} ({_pairs(settings)})" if settings else str(name)
    return f"({_pairs(value)})" if isinstance(value, Mapping) and value else inline(value)


def _pairs(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value_words(value)}" for key, value in settings.items())
