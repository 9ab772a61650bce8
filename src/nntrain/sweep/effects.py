"""What each hyper-parameter does to the objective, and where the best value lies at the edge of what was tried."""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from nntrain.sweep.dimensions import Dimension, Interval
from nntrain.sweep.results import PointResult
from nntrain.sweep.space import Space
from nntrain.sweep.wording import value_words

QUARTERS = 4
MOST_LEVELS = 8
"""Values in order that stand alone; more of them are told by quarters."""
FEWEST = 16
"""Points from which importances are computed: among fewer, a setting without any effect often comes out as the first."""
TOP = 0.1
"""The share of points that count as the better ones, of which Optuna asks for `FEWEST_TOP` at least."""
FEWEST_TOP = 5
EDGE = 0.02
"""The share of an interval that counts as its edge."""
FEWEST_INSIDE = 3
"""Values of which one can lie inside."""


@dataclass(frozen=True)
class Level:
    """A value of a key, or a part of its interval: how many points had it, their mean objective, and the best one."""

    text: str
    points: int
    mean: float
    best: float


@dataclass(frozen=True)
class Effect:
    """The main effect of a key: its levels averaged over all else that was tried with them, for which a grid is the fair way.

    ``importance``  a share of 1, by Optuna's PED-ANOVA; None where there are too few points
    """

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
    known = [point for point in points if point.value is not None and math.isfinite(point.value)]
    shares = importances(space, known, higher_is_better=higher_is_better)
    found = [
        Effect(dimension.key, _levels(dimension, known, higher_is_better), shares.get(dimension.key))
        for dimension in space.dimensions
    ]
    return sorted(
        (effect for effect in found if effect.levels), key=lambda effect: (-(effect.importance or 0.0), -effect.size)
    )


def _levels(dimension: Dimension, points: Sequence[PointResult], higher_is_better: bool) -> list[Level]:
    groups: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        if dimension.key in point.coordinates and point.value is not None:
            coordinate = point.coordinates[dimension.key]
            groups.setdefault(_group(dimension, coordinate), []).append((coordinate, point.value))
    found = []
    for group, members in sorted(groups.items()):
        values = [value for _, value in members]
        best = max(values) if higher_is_better else min(values)
        text = _text(dimension, group, [coordinate for coordinate, _ in members])
        found.append(Level(text, len(values), statistics.fmean(values), best))
    return found


def _group(dimension: Dimension, coordinate: float) -> int:
    """The level that a coordinate belongs to; where there are too many, or none, its quarter."""
    levels = dimension.levels
    if isinstance(dimension, Interval) and levels is None:
        if dimension.whole and dimension.high - dimension.low < MOST_LEVELS:
            return int(coordinate)
        return min(int(QUARTERS * share(dimension, coordinate)), QUARTERS - 1)
    count = len(levels or ())
    if count > MOST_LEVELS and in_order(dimension):
        return QUARTERS * int(coordinate) // count
    return int(coordinate)


def _text(dimension: Dimension, group: int, coordinates: Sequence[float]) -> str:
    """``[128, 64]``, ``0.001 to 0.00316``; of numbers that are counted, those that were there."""
    if isinstance(dimension, Interval) and dimension.levels is None and not dimension.whole:
        low, high = (dimension.at(edge / QUARTERS) for edge in (group, group + 1))
        return f"{low:.3g} to {high:.3g}"
    first, last = (value_words(dimension.value(end)) for end in (min(coordinates), max(coordinates)))
    return first if first == last else f"{first} to {last}"


def in_order(dimension: Dimension) -> bool:
    """Whether its values are numbers that rise."""
    return isinstance(dimension, Interval) or dimension.ordered


def share(interval: Interval, number: float) -> float:
    """How far along its interval a number lies, from 0 to 1."""
    if interval.log:
        return math.log(number / interval.low) / math.log(interval.high / interval.low)
    return (number - interval.low) / (interval.high - interval.low)


def importances(space: Space, points: Sequence[PointResult], *, higher_is_better: bool) -> dict[str, float]:
    """Each key's share in what tells the better points from all (PED-ANOVA; Watanabe et al., 2023), which sum to 1.

    A key that exists only at some points counts as far as these are among the better ones. Of too few points, or where the
    better ones cannot be told from the others, there are none.
    """
    if len(points) < FEWEST:
        return {}
    top = max(TOP, FEWEST_TOP / len(points))
    values = sorted((point.value or 0.0 for point in points), reverse=higher_is_better)
    if values[math.ceil(top * len(values)) - 1] == values[-1]:
        return {}
    tried = {key: {point.coordinates[key] for point in points if key in point.coordinates} for key in space.by_key}
    varied = [key for key, coordinates in tried.items() if len(coordinates) > 1]
    if not varied:
        return {}
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    from nntrain.sweep.optuna_study import distribution

    distributions = {key: distribution(space.by_key[key]) for key in space.by_key}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a key is at few points, and what is new in Optuna
        study = optuna.create_study(direction="maximize" if higher_is_better else "minimize")
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params=dict(point.coordinates),
                    distributions={key: distributions[key] for key in point.coordinates},
                    value=point.value,
                )
                for point in points
            ]
        )
        return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=top), params=varied)


def edges(space: Space, best: PointResult) -> list[str]:
    """A sentence for each key whose best value lies at the edge of what was tried."""
    return [
        sentence
        for key, coordinate in best.coordinates.items()
        if (sentence := _sentence(space.by_key[key], coordinate))
    ]


def _sentence(dimension: Dimension, coordinate: float) -> str:
    if not in_order(dimension) or _count(dimension) < FEWEST_INSIDE:
        return ""
    side = _side(dimension, coordinate)
    low, high = _bounds(dimension)
    if not side or (side == "lower" and _is_limit(low)):
        return ""
    tried = f"{value_words(low)} to {value_words(high)}"
    value = value_words(dimension.value(coordinate))
    return f"{dimension.key}: the best value, {value}, lies at the {side} end of what was tried ({tried}); better ones may lie beyond"


def _is_limit(low: float) -> bool:
    """Whether nothing can lie below: 0, or 1 of what is counted."""
    return low == 0 or (low == 1 and isinstance(low, int))


def _count(dimension: Dimension) -> float:
    """How many values there are to try."""
    if dimension.levels is not None:
        return len(dimension.levels)
    assert isinstance(dimension, Interval)
    return dimension.high - dimension.low + 1 if dimension.whole else float("inf")


def _side(dimension: Dimension, coordinate: float) -> str:
    if dimension.levels is not None:
        return {0: "lower", len(dimension.levels) - 1: "upper"}.get(int(coordinate), "")
    assert isinstance(dimension, Interval)
    position = share(dimension, coordinate)
    return "lower" if position < EDGE else "upper" if position > 1.0 - EDGE else ""


def _bounds(dimension: Dimension) -> tuple[float, float]:
    """The lowest and the highest value; whole numbers where they are counted."""
    if dimension.levels is not None:
        return dimension.levels[0], dimension.levels[-1]
    assert isinstance(dimension, Interval)
    return dimension.low, dimension.high
