"""What is checked of a sweep's file before its data are read: keys, values, conditions, numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nntrain.config.check import problem
from nntrain.config.document import Document
from nntrain.config.paths import split_path
from nntrain.errors import ConfigError, Problem
from nntrain.spec import Spec
from nntrain.sweep.definition import Sweep
from nntrain.sweep.dimensions import Choices, Dimension, Interval
from nntrain.sweep.rows import Coordinates
from nntrain.sweep.settings import SweepSettings
from nntrain.sweep.space import Space, ends, parent_of

OURS = {
    "training.seed": "the seeds of runs follow from 'seed' and the point; for several of a point, set repeats",
    "data.split.folds": "set folds of the sweep",
    "data.split.fold": "set folds of the sweep",
}
"""Keys that a sweep sets itself, and what to do instead."""
MOST_POINTS = 50_000
"""Of a grid."""


def own_keys(document: Document) -> Iterator[Problem]:
    """Keys of the space that a sweep sets itself."""
    for key in _keys(document):
        if key in OURS:
            yield Problem(document.key_origin(("space", key)).text, f"{key}: a sweep sets this itself; {OURS[key]}")


def impossible_folds(settings: SweepSettings, spec: Spec, document: Document) -> Iterator[Problem]:
    """What cross-validation cannot be done with."""
    if settings.folds == 1:
        return
    data = spec.config.data
    if data.validation is not None:
        yield problem(
            document,
            ("folds",),
            "the base has a file of validation rows (data.validation); folds need it to be left out",
        )
    elif data.split.column is not None:
        yield problem(
            document, ("folds",), "the base's split is that of a column (data.split.column); folds need shares"
        )


def with_parents(sweep: Sweep) -> Space:
    """The space that knows which keys exist only under some choices of others."""
    parents: dict[str, tuple[str, frozenset[int]]] = {}
    problems: list[Problem] = []
    for dimension in sweep.space.dimensions:
        parent = parent_of(dimension.key, sweep.space.dimensions)
        if parent is None:
            continue
        positions = frozenset(
            number for number in range(len(parent.values)) if _has(sweep, parent, number, dimension.key)
        )
        if positions:
            parents[dimension.key] = (parent.key, positions)
        else:
            place = sweep.document.key_origin(("space", dimension.key)).text
            problems.append(
                Problem(place, f"{dimension.key}: no value that '{parent.key}' has in this space has this key")
            )
    if problems:
        raise ConfigError(problems)
    return Space(sweep.space.dimensions, parents)


def _has(sweep: Sweep, parent: Choices, number: int, key: str) -> bool:
    """Whether a config has a key once one of the choices is put into it."""
    value: Any = sweep.spec({parent.key: number}).plain()
    for part in split_path(key) or []:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return False
    return True


def of_right_kind(dimension: Dimension, sweep: Sweep) -> Dimension:
    """An interval between whole numbers is one of fractions too, where its key takes them."""
    if not isinstance(dimension, Interval) or not dimension.whole:
        return dimension
    halfway = Interval(dimension.key, dimension.low + 0.5, dimension.high)
    others = [halfway if other.key == halfway.key else other for other in sweep.space.dimensions]
    trial = replace(sweep, space=Space(others, sweep.space.parents))
    try:
        trial.spec(trial.space.alone(halfway.key, halfway.low))
    except ConfigError:
        return dimension
    return replace(dimension, whole=False, low=float(dimension.low), high=float(dimension.high))


def check_values(sweep: Sweep) -> None:
    """Every value at least once in a whole config; what is wrong with all values of a key is said once, of the key."""
    problems: list[Problem] = []
    for key in _keys(sweep.document):
        found = [_mistakes(sweep, sweep.space.alone(key, end)) for end in ends(sweep.space.by_key[key])]
        everywhere = set.intersection(*({one.message for one in those} for those in found))
        of_key = sweep.document.key_origin(("space", key)).text
        problems += [
            replace(one, place=of_key) if one.message in everywhere else one for one in itertools.chain(*found)
        ]
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def _mistakes(sweep: Sweep, point: Coordinates) -> list[Problem]:
    try:
        sweep.spec(point)
    except ConfigError as error:
        return error.problems
    return []


def check_number(sweep: Sweep) -> None:
    """A grid must be one that can be finished."""
    if not sweep.settings.search.complete:
        return
    points = sum(1 for _ in itertools.islice(sweep.space.grid(), MOST_POINTS + 1))
    if points > MOST_POINTS:
        message = f"more than {MOST_POINTS:,} points; a grid is the product of all its values: leave some out, or search: random"
        raise ConfigError(problem(sweep.document, ("space",), message))


def _keys(document: Document) -> list[str]:
    space = document.value["space"]
    assert isinstance(space, dict)
    return list(space)
