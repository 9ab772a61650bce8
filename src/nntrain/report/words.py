"""A config's plain values in words: sources, named things with their settings, lists that may be long."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nntrain.config.messages import shorten
from nntrain.config.writer import inline
from nntrain.data.table import shown_path


def named(value: Any) -> str:
    """A named thing: ``adam (lr 0.001, beta1 0.9)``, ``cosine``."""
    if isinstance(value, Mapping) and len(value) == 1:
        name, settings = next(iter(value.items()))
        return f"{name} ({pairs(settings)})" if isinstance(settings, Mapping) else f"{name} {inline(settings)}"
    return inline(value)


def pairs(settings: Mapping[str, Any]) -> str:
    """``lr 0.001, nesterov true``; what is null says nothing."""
    return ", ".join(
        f"{key} {named(value) if isinstance(value, Mapping) else inline(value)}"
        for key, value in settings.items()
        if value is not None
    )


def source(value: Any) -> str:
    """Where rows come from, as a person would name it: a path, a query, a generated table."""
    if isinstance(value, str):
        return shorten(value, 100)
    name, settings = next(iter(value.items()))
    if name == "file":
        return shorten(shown_path(Path(os.path.normpath(settings["path"]))), 100)
    if name == "sql":
        return f"sql: {shorten(settings['query'], 100)}"
    return shorten(named(value), 100)


def shortened(items: Iterable[str], limit: int) -> str:
    """The first items of a list, and how many more there are."""
    items = list(items)
    kept = items if len(items) <= limit + 1 else items[:limit]
    rest = len(items) - len(kept)
    return " · ".join(kept) + (f" · and {rest:,} more" if rest else "")


def label(name: str) -> str:
    """A figure's name as a heading: ``validation_macro_f1`` → ``validation macro F1``."""
    return name.replace("_", " ").replace("f1", "F1").replace("roc auc", "ROC AUC").replace("r2", "R²")
