"""What came of a sweep, point by point: means over runs, their order, and which differences are no more than noise."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nntrain.sweep.rows import Row, State

FEWEST = 4
"""Points from which the noise is taken at least, where so many have repeats."""


@dataclass(frozen=True)
class PointResult:
    """A point with its runs.

    ``value``    mean of the objective over its runs; None unless all of them finished
    ``repeats``  the mean over the folds of each repeat; ``spread`` is their standard deviation, None of a single one
    """

    number: int
    values: dict[str, Any]
    coordinates: dict[str, float | int]
    rows: Sequence[Row]
    state: State
    value: float | None
    repeats: Sequence[float]

    @property
    def spread(self) -> float | None:
        """How much the repeats differ."""
        return math.sqrt(_variance(self.repeats)) if len(self.repeats) > 1 else None

    def order(self, *, higher_is_better: bool) -> tuple[float, int]:
        """Sorts points, the best one first, equal ones by number; those without a value last."""
        if self.value is None or math.isnan(self.value):
            return math.inf, self.number
        return -self.value if higher_is_better else self.value, self.number


def point_results(rows: Iterable[Row], *, higher_is_better: bool) -> list[PointResult]:
    """The points, best first; those without a value last, by number."""
    by_number: dict[int, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row.plan.number, []).append(row)
    points = map(point_result, by_number.values())
    return sorted(points, key=lambda point: (point.value is None, point.order(higher_is_better=higher_is_better)))


def point_result(rows: Iterable[Row]) -> PointResult:
    """A point from its runs, of which there must be one."""
    rows = sorted(rows, key=lambda row: (row.plan.repeat, row.plan.fold))
    states = {row.state for row in rows}
    state: State = next((s for s in ("failed", "pruned", "running", "waiting") if s in states), "finished")
    folds: dict[int, list[float]] = {}
    if state == "finished":
        for row in rows:
            if row.outcome is not None and row.outcome.value is not None:
                folds.setdefault(row.plan.repeat, []).append(row.outcome.value)
    repeats = [statistics.fmean(values) for values in folds.values()]
    value = statistics.fmean(repeats) if repeats else None
    plan = rows[0].plan
    return PointResult(plan.number, plan.values, plan.coordinates, rows, state, value, repeats)


@dataclass(frozen=True)
class Noise:
    """How far apart two points may be by their seeds alone.

    ``deviation``  s, between repeats of a point: pooled, √(Σ (nᵢ − 1) sᵢ² / Σ (nᵢ − 1)), over the best quarter of the points
    ``margin``     2 s √(2/n), for means over n repeats

    This takes repeats to be normal, and equally spread at the points that are compared. The best ones are close enough to
    that, all together are not: where the rate is far too high, losses of 5 and 60 are repeats of one point, and a few of such
    points would make all others equal. Mean and variance of a normal sample are independent, so that to choose by the mean
    does not bias s. Of few repeats s is uncertain itself; 2 is then too low (2.3 for 8 degrees of freedom).
    """

    deviation: float
    margin: float

    def explains(self, one: PointResult, other: PointResult) -> bool:
        """Whether a difference is within the noise: |x̄₁ − x̄₂| < 2 s √(1/n₁ + 1/n₂), as about 95 % of those of equal points are."""
        if one.value is None or other.value is None:
            return False
        margin = 2.0 * self.deviation * math.sqrt(1.0 / len(one.repeats) + 1.0 / len(other.repeats))
        return abs(one.value - other.value) < margin


def noise(points: Sequence[PointResult]) -> Noise | None:
    """From the repeats of the best quarter of the points, which come best first; None where no point has two."""
    several = [point for point in points if len(point.repeats) > 1 and all(map(math.isfinite, point.repeats))]
    several = several[: max(FEWEST, math.ceil(len(several) / 4))]
    if not several:
        return None
    freedom = sum(len(point.repeats) - 1 for point in several)
    squares = sum((len(point.repeats) - 1) * _variance(point.repeats) for point in several)
    deviation = math.sqrt(squares / freedom)
    repeats = min(len(point.repeats) for point in several)
    return Noise(deviation, 2.0 * deviation * math.sqrt(2.0 / repeats))


def tied(points: Sequence[PointResult], found: Noise | None) -> list[PointResult]:
    """The points that came out equal to the best one, or that the noise alone may have put behind it."""
    finished = [point for point in points if point.value is not None]
    return [
        point
        for point in finished[1:]
        if point.value == finished[0].value or (found is not None and found.explains(finished[0], point))
    ]


def _variance(values: Sequence[float]) -> float:
    """Of a sample; not a number where one of them is infinite."""
    mean = statistics.fmean(values)
    return sum((value - mean) * (value - mean) for value in values) / (len(values) - 1)
