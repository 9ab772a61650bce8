"""A sweep's points and happenings in words, short enough for a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nntrain.config.messages import shorten
from nntrain.config.paths import split_path
from nntrain.sweep.events import RunLost
from nntrain.sweep.wording import value_words

LONGEST_VALUE = 28


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """Each key by as many of its last parts as tell it from the others; a position in a list does not stand alone."""
    paths = {key: split_path(key) or [key] for key in keys}
    return {key: _ending(path, [other for other in paths.values() if other is not path]) for key, path in paths.items()}


def _ending(path: list[str], others: Sequence[list[str]]) -> str:
    for length in range(1, len(path)):
        ending = path[-length:]
        if not ending[0].isdecimal() and all(other[-length:] != ending for other in others):
            return ".".join(ending)
    return ".".join(path)


def value_text(value: Any) -> str:
    """A value in a table's cell."""
    return shorten(value_words(value), LONGEST_VALUE)


def values_text(values: Mapping[str, Any]) -> str:
    """``lr 0.01, batch_size 64``."""
    names = short_keys(list(values))
    return ", ".join(f"{names[key]} {value_text(value)}" for key, value in values.items())


def lost_words(event: RunLost) -> str:
    """What became of a run whose worker died."""
    return f"trial {event.row.name}: its worker {event.how}; another one goes on with it"


def main_clause(reason: str) -> str:
    """What happened, without where it was first seen and what helps."""
    return reason.partition(";")[0]
