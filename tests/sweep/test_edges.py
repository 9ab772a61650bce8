"""Where the best value lies at the edge of what was tried."""

from __future__ import annotations

from typing import Any

import pytest

from nntrain.sweep.dimensions import Choices, Interval
from nntrain.sweep.effects import edges
from nntrain.sweep.results import PointResult, point_result
from nntrain.sweep.rows import Coordinates
from nntrain.sweep.space import Space
from tests.sweep.runs_made_up import row

LR = Interval("optimizer.adam.lr", 1e-4, 1e-1, log=True, steps=4)
BATCH = Choices("training.batch_size", (32, 64, 128), ordered=True)


def point(space: Space, at: Coordinates) -> PointResult:
    return point_result([row(0, coordinates=at, values=space.values(at))])


def steps(key: str, low: float, high: float, count: int) -> Interval:
    return Interval(key, low, high, steps=count)


EDGES: list[tuple[Any, float, str]] = [
    (Interval("x", 1e-4, 1e-1, log=True), 0.1, "upper"),
    (Interval("x", 1e-4, 1e-1, log=True), 0.0973, "upper"),
    (Interval("x", 1e-4, 1e-1, log=True), 1.05e-4, "lower"),
    (Interval("x", 1e-4, 1e-1, log=True), 0.08, ""),
    (Interval("x", 1.0, 2.0), 1.99, "upper"),
    (Interval("x", 1.0, 2.0), 1.97, ""),
    (Interval("x", 0.0, 0.5), 0.0, ""),  # nothing lies below 0
    (Interval("x", 0.0, 0.5), 0.5, "upper"),
    (Interval("x", 2, 9, whole=True), 2, "lower"),
    (Interval("x", 1, 9, whole=True), 1, ""),  # nor below 1 of what is counted
    (Interval("x", 1, 2, whole=True), 2, ""),  # of two values one is always the last
    (LR, 0, "lower"),
    (LR, 3, "upper"),
    (LR, 1, ""),
    (steps("x", 0.0, 0.5, 3), 0, ""),
    (steps("x", 0.1, 0.5, 2), 1, ""),
    (BATCH, 2, "upper"),
    (BATCH, 1, ""),
    (Choices("x", (0.1, 0.2), ordered=True), 1, ""),
    (Choices("x", ("a", "b", "c"), ordered=False), 2, ""),
]


@pytest.mark.parametrize(("dimension", "coordinate", "side"), EDGES)
def test_edges(dimension: Any, coordinate: float, side: str) -> None:
    space = Space([dimension])
    found = edges(space, point(space, {dimension.key: coordinate}))
    assert len(found) == bool(side)
    assert all(f"lies at the {side} end of what was tried" in sentence for sentence in found)


def test_the_words_of_an_edge() -> None:
    space = Space([Interval("optimizer.adam.lr", 1e-4, 0.1, log=True), BATCH])
    assert edges(space, point(space, {"optimizer.adam.lr": 0.097290608712, BATCH.key: 1})) == [
        "optimizer.adam.lr: the best value, 0.09729, lies at the upper end of what was tried (0.0001 to 0.1); better ones may lie beyond"
    ]
