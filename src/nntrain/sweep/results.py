"""What came of a sweep, point by point: means over runs, their order, and which differences are no more than noise."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nntrain.sweep.rows import Row, State


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
        return statistics.stdev(self.repeats) if len(self.repeats) > 1 else None


def point_results(rows: Iterable[Row], *, higher_is_better: bool) -> list[PointResult]:
    """The points, best first; those without a value last, by number."""
    by_number: dict[int, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row.plan.number, []).append(row)
    points = [_point(sorted(runs, key=lambda row: (row.plan.repeat, row.plan.fold))) for runs in by_number.values()]
    sign = -1.0 if higher_is_better else 1.0

    def order(point: PointResult) -> tuple[bool, float, int]:
        return point.value is None, 0.0 if point.value is None else sign * point.value, point.number

    return sorted(points, key=order)


def _point(rows: list[Row]) -> PointResult:
    states = {row.state for row in rows}
    state: State = next((s for s in ("failed", "pruned", "running", "waiting") if s in states), "finished")
    repeats = (
        [
            statistics.fmean(
                row.outcome.value
                for row in rows
                if row.plan.repeat == repeat and row.outcome and row.outcome.value is not None
            )
            for repeat in sorted({row.plan.repeat for row in rows})
        ]
        if state == "finished"
        else []
    )
    plan = rows[0].plan
    value = statistics.fmean(repeats) if repeats else None
    return PointResult(plan.number, plan.values, plan.coordinates, rows, state, value, repeats)


@dataclass(frozen=True)
class Noise:
    """How far apart two points may be by their seeds alone.

    ``deviation``  s, between repeats of a point: pooled over all points, √(Σ (n_i − 1) s_i² / Σ (n_i − 1)), which takes the
                   noise to be the same everywhere
    ``margin``     2 s √(2/n) for means over n repeats: what about 95 % of the differences between equal points stay below
    """

    deviation: float
    margin: float


def noise(points: Sequence[PointResult]) -> Noise | None:
    """From the repeats of all points; None where no point has two."""
    several = [point for point in points if len(point.repeats) > 1]
    if not several:
        return None
    freedom = sum(len(point.repeats) - 1 for point in several)
    squares = sum((len(point.repeats) - 1) * statistics.variance(point.repeats) for point in several)
    deviation = math.sqrt(squares / freedom)
    repeats = min(len(point.repeats) for point in several)
    return Noise(deviation, 2.0 * deviation * math.sqrt(2.0 / repeats))


def tied(points: Sequence[PointResult], found: Noise | None) -> list[PointResult]:
    """The points that the noise alone may have put behind the best one."""
    finished = [point for point in points if point.value is not None]
    if found is None or not finished:
        return []
    best = finished[0].value or 0.0
    return [point for point in finished[1:] if abs((point.value or 0.0) - best) < found.margin]
