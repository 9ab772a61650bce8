"""The space: which keys exist at a point, and all points of a grid."""

from __future__ import annotations

from nntrain.sweep.dimensions import Choices, Dimension, Interval
from nntrain.sweep.space import Space, ends, parent_of

OPTIMIZER = Choices("optimizer", ("adam", {"rmsprop": {}}, "sgd"), ordered=False)
BETA = Interval("optimizer.adam.beta1", 0.5, 0.9, steps=2)
RHO = Interval("optimizer.rmsprop.rho", 0.9, 0.99)
SIZE = Choices("training.batch_size", (16, 32), ordered=True)
PARENTS = {
    "optimizer.adam.beta1": ("optimizer", frozenset([0])),
    "optimizer.rmsprop.rho": ("optimizer", frozenset([1])),
}


def test_a_grid_has_conditional_keys_under_their_choice_only() -> None:
    space = Space([OPTIMIZER, SIZE, BETA], PARENTS)
    assert list(space.grid()) == [
        {"optimizer": 0, "training.batch_size": 0, "optimizer.adam.beta1": 0},
        {"optimizer": 0, "training.batch_size": 0, "optimizer.adam.beta1": 1},
        {"optimizer": 0, "training.batch_size": 1, "optimizer.adam.beta1": 0},
        {"optimizer": 0, "training.batch_size": 1, "optimizer.adam.beta1": 1},
        {"optimizer": 1, "training.batch_size": 0},
        {"optimizer": 1, "training.batch_size": 1},
        {"optimizer": 2, "training.batch_size": 0},
        {"optimizer": 2, "training.batch_size": 1},
    ]


def test_values_are_what_the_config_is_given() -> None:
    space = Space([OPTIMIZER, SIZE, BETA], PARENTS)
    values = space.values({"optimizer": 0, "training.batch_size": 1, "optimizer.adam.beta1": 1})
    assert values == {"optimizer": "adam", "training.batch_size": 32, "optimizer.adam.beta1": 0.9}
    assert list(values) == ["optimizer", "training.batch_size", "optimizer.adam.beta1"]


def test_a_walk_asks_only_for_what_exists() -> None:
    space = Space([OPTIMIZER, SIZE, BETA, RHO], PARENTS)
    asked: list[str] = []

    def choose(dimension: Dimension) -> int:
        asked.append(dimension.key)
        return 1

    space.walk(choose)
    assert asked == ["optimizer", "training.batch_size", "optimizer.rmsprop.rho"]


def test_corners_hold_every_choice_and_both_ends_of_every_interval() -> None:
    space = Space([OPTIMIZER, SIZE, BETA, RHO], PARENTS)
    corners = list(space.corners())
    for dimension in space.dimensions:
        assert {corner[dimension.key] for corner in corners if dimension.key in corner} >= set(ends(dimension))
    assert all(set(corner) >= {"optimizer", "training.batch_size"} for corner in corners)


def test_the_nearest_list_of_choices_above_a_key_is_its_parent() -> None:
    schedule = Choices("schedule", ("constant", {"warmup": {"then": "cosine"}}), ordered=False)
    then = Choices("schedule.warmup.then", ("cosine", "linear"), ordered=False)
    deep = Interval("schedule.warmup.then.cosine.cycles", 1, 4, whole=True)
    dimensions: list[Dimension] = [schedule, then, deep]
    assert parent_of(deep.key, dimensions) == then
    assert parent_of(then.key, dimensions) == schedule
    assert parent_of(schedule.key, dimensions) is None
    assert parent_of("scheduled.warmup", dimensions) is None


def test_a_key_below_a_key_below_a_choice() -> None:
    schedule = Choices("schedule", ("constant", "warmup"), ordered=False)
    then = Choices("schedule.warmup.then", ("cosine", "linear"), ordered=False)
    deep = Choices("schedule.warmup.then.cosine.cycles", (1, 2), ordered=True)
    parents = {then.key: (schedule.key, frozenset([1])), deep.key: (then.key, frozenset([0]))}
    space = Space([schedule, then, deep], parents)
    assert len(list(space.grid())) == 1 + 2 + 1
    assert space.alone(deep.key, 1) == {schedule.key: 1, then.key: 0, deep.key: 1}
