"""What each hyper-parameter does to the objective, and where the best value lies at the edge of what was tried."""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from nntrain.config.writer import inline
from nntrain.sweep.dimensions import Dimension, Interval
from nntrain.sweep.results import PointResult
from nntrain.sweep.space import Space

QUARTERS = 4
EDGE = 0.02
"""The share of an interval that counts as its edge."""
FEWEST = 4
"""Points from which importances are computed."""


@dataclass(frozen=True)
class Level:
    """A value of a key, or a part of its interval: how many points had it, their mean objective, and the best one."""

    text: str
    points: int
    mean: float
    best: float


@dataclass(frozen=True)
class Effect:
    """The main effect of a key: its levels averaged over all else. ``importance`` is a share of 1, by Optuna's PED-ANOVA."""

    key: str
    levels: Sequence[Level]
    importance: float | None

    @property
    def size(self) -> float:
        """The range of the means."""
        means = [level.mean for level in self.levels]
        return max(means) - min(means) if means else 0.0


def effects(space: Space, points: Sequence[PointResult], *, higher_is_better: bool) -> list[Effect]:
    """The effect of every key, the most important first."""
    finished = [point for point in points if point.value is not None]
    shares = importances(space, finished, higher_is_better=higher_is_better)
    found = [
        Effect(dimension.key, _levels(dimension, finished, higher_is_better), shares.get(dimension.key))
        for dimension in space.dimensions
    ]
    return sorted(
        (effect for effect in found if effect.levels), key=lambda effect: (-(effect.importance or 0.0), -effect.size)
    )


def _levels(dimension: Dimension, points: Sequence[PointResult], higher_is_better: bool) -> list[Level]:
    groups: dict[int, list[float]] = {}
    for point in points:
        if dimension.key in point.coordinates and point.value is not None:
            groups.setdefault(_group(dimension, point.coordinates[dimension.key]), []).append(point.value)
    best = max if higher_is_better else min
    return [
        Level(_text(dimension, group), len(values), statistics.fmean(values), best(values))
        for group, values in sorted(groups.items())
    ]


def _group(dimension: Dimension, coordinate: float) -> int:
    """The level that a coordinate belongs to; of an interval without levels, its quarter."""
    if dimension.levels is not None:
        return int(coordinate)
    assert isinstance(dimension, Interval)
    return min(int(QUARTERS * share(dimension, coordinate)), QUARTERS - 1)


def share(interval: Interval, number: float) -> float:
    """How far along its interval a number lies, from 0 to 1."""
    if interval.log:
        return math.log(number / interval.low) / math.log(interval.high / interval.low)
    return (number - interval.low) / (interval.high - interval.low)


def _text(dimension: Dimension, group: int) -> str:
    if dimension.levels is not None:
        return inline(dimension.levels[group])
    assert isinstance(dimension, Interval)
    low, high = (dimension.at(edge / QUARTERS) for edge in (group, group + 1))
    return f"{low:.3g} to {high:.3g}"


def importances(space: Space, points: Sequence[PointResult], *, higher_is_better: bool) -> dict[str, float]:
    """Each key's share in which points are the better ones; of too few points, or equal ones, none."""
    if len(points) < FEWEST or len({point.value for point in points}) < 2:
        return {}
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    from nntrain.sweep.optuna_study import distribution

    study = optuna.create_study(direction="maximize" if higher_is_better else "minimize")
    study.add_trials(
        [
            optuna.trial.create_trial(
                params=dict(point.coordinates),
                distributions={key: distribution(space.by_key[key]) for key in point.coordinates},
                value=point.value,
            )
            for point in points
        ]
    )
    common = set.intersection(*(set(point.coordinates) for point in points))
    varied = [key for key in space.by_key if key in common and len({point.coordinates[key] for point in points}) > 1]
    if not varied:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the evaluator is new
        return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), params=varied)


def edges(space: Space, best: PointResult) -> list[str]:
    """A sentence for each key whose best value lies at the edge of what was tried."""
    found = []
    for key, coordinate in best.coordinates.items():
        dimension = space.by_key[key]
        side = _side(dimension, coordinate)
        if side:
            bounds = _bounds(dimension)
            value = inline(dimension.value(coordinate))
            found.append(
                f"{key}: the best value, {value}, is the {side} end of what was tried ({bounds}); better ones may lie beyond"
            )
    return found


def _side(dimension: Dimension, coordinate: float) -> str:
    levels = dimension.levels
    if levels is None:
        assert isinstance(dimension, Interval)
        position = share(dimension, coordinate)
        side = "lower" if position < EDGE else "upper" if position > 1.0 - EDGE else ""
        lowest = dimension.low
    elif len(levels) > 1 and (isinstance(dimension, Interval) or dimension.ordered):
        side = "lower" if coordinate == 0 else "upper" if coordinate == len(levels) - 1 else ""
        lowest = levels[0]
    else:
        return ""
    return "" if side == "lower" and lowest == 0 else side  # nothing lies below 0


def _bounds(dimension: Dimension) -> str:
    if dimension.levels is not None:
        return ", ".join(inline(level) for level in dimension.levels)
    assert isinstance(dimension, Interval)
    return f"{dimension.low:g} to {dimension.high:g}"
