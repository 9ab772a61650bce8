"""The plateau schedule: when it cuts the rate, against a table and against PyTorch."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st

from nntrain.optim import Progress, schedules
from nntrain.optim.plateau import Plateau


def factors(losses: list[float], **settings: Any) -> list[float]:
    """The factor after each epoch."""
    schedule = schedules.build("plateau", **settings)
    found = []
    for loss in losses:
        before = schedule(Progress(0, 1))
        lowered = schedule.observe(loss)
        found.append(schedule(Progress(0, 1)))
        assert lowered == (found[-1] < before)
    return found


@pytest.mark.parametrize(
    ("settings", "losses", "expected"),
    [
        ({"patience": 1}, [3, 3, 2, 2], [1, 0.5, 0.5, 0.25]),
        ({"patience": 2}, [3, 3, 3, 3, 3], [1, 1, 0.5, 0.5, 0.25]),
        ({"patience": 2}, [3, 4, 2, 4, 4], [1, 1, 1, 1, 0.5]),  # an improvement counts anew
        ({"patience": 2}, [3, 4, 3, 3, 3], [1, 1, 0.5, 0.5, 0.25]),  # a tie is none
        ({"patience": 1, "min_delta": 0.5}, [3, 2.6, 2.4, 2.0], [1, 0.5, 0.5, 0.25]),  # measured from the best
        ({"patience": 1, "min_delta": 0.5}, [3, 2.5], [1, 0.5]),  # more than min_delta, not equal to it
        ({"patience": 1, "cooldown": 2}, [3] * 8, [1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125]),
        ({"patience": 1, "floor": 0.3}, [3] * 5, [1, 0.5, 0.3, 0.3, 0.3]),
        ({"patience": 1, "floor": 1.0}, [3] * 3, [1, 1, 1]),
        ({"patience": 1}, [math.inf, math.inf, 1.0], [0.5, 0.25, 0.25]),  # not a number reads as infinite
        ({"patience": 2}, [math.inf, 1.0, math.inf, math.inf], [1, 1, 1, 0.5]),
    ],
)
def test_cuts(settings: dict[str, Any], losses: list[float], expected: list[float]) -> None:
    assert factors(losses, factor=0.5, **settings) == pytest.approx(expected)


def test_a_factor_of_zero_stops_the_run_s_learning() -> None:
    assert factors([3] * 4, factor=0.0, patience=1) == [1.0, 0.0, 0.0, 0.0]


@given(
    st.lists(st.sampled_from([1.0, 1.5, 2.0, 2.25, 3.0, 4.0]), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(0, 4),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    st.sampled_from([0.0, 0.1, 0.5]),
)
def test_it_is_pytorch_s_with_one_epoch_less_of_patience(
    losses: list[float], patience: int, cooldown: int, min_delta: float, floor: float
) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    judge = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=patience - 1, threshold=min_delta, threshold_mode="abs", cooldown=cooldown,
        min_lr=floor, eps=0.0,
    )  # fmt: skip
    expected = []
    for loss in losses:
        judge.step(loss)
        expected.append(optimizer.param_groups[0]["lr"])
    found = factors(losses, factor=0.5, patience=patience, cooldown=cooldown, min_delta=min_delta, floor=floor)
    assert found == expected


@given(st.lists(st.floats(0, 10), max_size=200), st.integers(1, 3), st.floats(0, 0.99), st.floats(0, 1))
def test_it_never_rises_and_never_falls_below_its_floor(
    losses: list[float], patience: int, factor: float, floor: float
) -> None:
    found = [1.0, *factors(losses, patience=patience, factor=factor, floor=floor)]
    assert all(later <= earlier for earlier, later in pairwise(found))
    assert min(found) >= floor


def test_counters_are_plain_numbers() -> None:
    schedule = schedules.build("plateau")
    assert isinstance(schedule, Plateau)
    assert all(type(value) in (int, float) for value in schedule.counters.values())
