"""The ``space:`` of a sweep's file → dimensions, or every mistake with its place."""

from __future__ import annotations

import itertools
import math
from typing import Any

from nntrain.config.document import Document
from nntrain.config.messages import describe, suggestion
from nntrain.config.paths import Loc, split_path
from nntrain.errors import ConfigError, Problem
from nntrain.sweep.dimensions import Choices, Dimension, Interval

FORMS = "expected a list of values, {log: [low, high]} or {range: [low, high]}"
KEYS = ("log", "range", "steps")
MOST_LEVELS = 100_000


def parse_space(document: Document, *, complete: bool) -> list[Dimension]:
    """The dimensions, what others stand below first; ``complete``: a grid, for which an interval needs ``steps``."""
    space = document.value["space"]
    assert isinstance(space, dict)
    problems: list[Problem] = []
    found: list[Dimension] = []
    if not space:
        problems.append(
            Problem(
                document.place(("space",)), f"space: it is empty; expected keys of the config, each with {FORMS[9:]}"
            )
        )
    for key, written in space.items():
        loc: Loc = ("space", key)
        try:
            if split_path(key) is None:
                raise _Wrong((), "expected a path such as optimizer.adam.lr", of_key=True)
            found.append(_dimension(key, written, complete))
        except _Wrong as wrong:
            place = document.key_origin(loc).text if wrong.of_key else document.place((*loc, *wrong.below))
            problems.append(Problem(place, f"{key}: {wrong.message}"))
    if problems:
        raise ConfigError(problems)
    return _parents_first(found)


def _parents_first(dimensions: list[Dimension]) -> list[Dimension]:
    """As they are written, but for those that stand before another one that they lie below."""
    paths = [split_path(dimension.key) or [] for dimension in dimensions]

    def place(position: int) -> tuple[int, int]:
        path = paths[position]
        return max(other for other, above in enumerate(paths) if path[: len(above)] == above), len(path)

    return [dimensions[position] for position in sorted(range(len(dimensions)), key=place)]


class _Wrong(Exception):
    """A mistake at a place below a key of the space."""

    def __init__(self, below: Loc, message: str, *, of_key: bool = False) -> None:
        self.below, self.message, self.of_key = below, message, of_key


def _dimension(key: str, written: object, complete: bool) -> Dimension:
    if isinstance(written, list):
        return _choices(key, written)
    if not isinstance(written, dict):
        raise _Wrong((), f"{describe(written)}; {FORMS}")
    for name in written:
        if name not in KEYS:
            raise _Wrong((name,), f"unknown key '{name}'{suggestion(str(name), list(KEYS))}; {FORMS}")
    kinds = [name for name in ("log", "range") if name in written]
    if len(kinds) != 1:
        raise _Wrong((), f"{'both log and range' if kinds else 'neither log nor range'} here; {FORMS}")
    low, high = _bounds(kinds[0], written[kinds[0]])
    steps = _steps(written, complete)
    whole = isinstance(low, int) and isinstance(high, int)
    return Interval(key, low, high, kinds[0] == "log", whole, steps)


def _choices(key: str, values: list[Any]) -> Choices:
    if not values:
        raise _Wrong((), "the list is empty; expected at least one value")
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    rising = len(numbers) == len(values) > 1 and all(one < two for one, two in itertools.pairwise(numbers))
    return Choices(key, tuple(values), rising)


def _bounds(kind: str, written: object) -> tuple[float, float]:
    if not isinstance(written, list) or len(written) != 2:
        raise _Wrong((kind,), f"{describe(written)}; expected two numbers, [low, high]")
    for position, bound in enumerate(written):
        if isinstance(bound, bool) or not isinstance(bound, int | float) or not math.isfinite(bound):
            raise _Wrong((kind, position), f"{describe(bound)}; expected a number")
    low, high = written
    if low >= high:
        raise _Wrong((kind,), f"from {low} to {high}; expected the lower bound first, and two different ones")
    if kind == "log" and low <= 0:
        raise _Wrong((kind, 0), f"{low}; the logarithm needs a lower bound above 0 (or range: [{low}, {high}])")
    return low, high


def _steps(written: dict[str, object], complete: bool) -> int | None:
    steps = written.get("steps")
    if steps is None:
        if complete:
            raise _Wrong((), "a grid needs to know how many values of an interval; add steps, such as steps: 5")
        return None
    if isinstance(steps, bool) or not isinstance(steps, int):
        raise _Wrong(("steps",), f"{describe(steps)}; expected a whole number")
    if not 2 <= steps <= MOST_LEVELS:
        raise _Wrong(("steps",), f"{steps}; expected from 2 to {MOST_LEVELS:,}")
    return steps
