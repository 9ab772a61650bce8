"""Each schedule by its formula, and beside PyTorch's where it has the same one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st
from torch.optim import SGD, lr_scheduler

from nntrain.optim import Observer, Progress, Schedule, schedules


def make(name: str, **settings: Any) -> Schedule:
    schedule: Schedule = schedules.build(name, **settings)
    return schedule


def at(name: str, *epochs: float, of: float = 10, **settings: Any) -> list[float]:
    """The factors at some moments of a run."""
    schedule = make(name, **settings)
    return [schedule(Progress(epoch, of)) for epoch in epochs]


def by_epochs(schedule: Schedule, epochs: int, steps: int = 1) -> list[float]:
    """The factors of every step."""
    return [schedule(Progress(i / steps, epochs, 1 / steps)) for i in range(epochs * steps)]


class TestFormulas:
    def test_constant(self) -> None:
        assert set(by_epochs(make("constant"), 12)) == {1.0}

    @given(st.floats(0, 300), st.integers(1, 50), st.floats(0, 0.99))
    def test_step(self, epoch: float, every: int, factor: float) -> None:
        expected = 1.0
        for _ in range(int(epoch // every)):
            expected *= factor
        assert make("step", every=every, factor=factor)(Progress(epoch, 300)) == pytest.approx(
            expected, rel=1e-12, abs=1e-300
        )

    def test_step_changes_at_whole_multiples(self) -> None:
        schedule = make("step", every=3, factor=0.5)
        assert [schedule(Progress(t, 12)) for t in (0, 2.9999999, 3, 5.9999999, 6, 9)] == [1, 1, 0.5, 0.5, 0.25, 0.125]

    @given(st.floats(0, 300), st.floats(1e-6, 5))
    def test_exponential(self, epoch: float, alpha: float) -> None:
        assert make("exponential", alpha=alpha)(Progress(epoch, 300)) == math.exp(-alpha * epoch)

    @given(st.floats(0, 1), st.floats(1, 1000), st.floats(0, 1))
    def test_cosine(self, share: float, epochs: float, final: float) -> None:
        rate = make("cosine", final=final)(Progress(share * epochs, epochs))
        assert rate == pytest.approx(final + (1 - final) * math.cos(math.pi * share / 2) ** 2, abs=1e-12)
        assert 0.0 <= rate <= 1.0

    def test_cosine_ends_at_its_final_share(self) -> None:
        schedule = make("cosine", final=0.1)
        assert [schedule(Progress(t, 10)) for t in (0, 5, 10)] == pytest.approx([1.0, 0.55, 0.1])
        assert schedule(Progress(11, 10)) == pytest.approx(0.1)  # a run that was made longer

    @given(st.floats(0, 300), st.floats(1e-6, 50))
    def test_inverse_time(self, epoch: float, alpha: float) -> None:
        assert at("inverse_time", epoch, alpha=alpha) == [1 / (1 + alpha * epoch)]

    def test_inverse_time_halves_after_one_over_alpha_epochs(self) -> None:
        assert at("inverse_time", 0, 4, 12, 1000, alpha=0.25) == pytest.approx([1, 1 / 2, 1 / 4, 1 / 251])

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({}, [1, 0.75, 0.5, 0.25, 0, 0]),
            ({"power": 2.0}, [1, 0.5625, 0.25, 0.0625, 0, 0]),
            ({"power": 0.5, "final": 0.2}, [1, 0.2 + 0.8 * 0.75**0.5, 0.2 + 0.8 * 0.5**0.5, 0.6, 0.2, 0.2]),
            ({"final": 1.0}, [1] * 6),
        ],
    )
    def test_polynomial(self, settings: dict[str, float], expected: list[float]) -> None:
        assert at("polynomial", 0, 2.5, 5, 7.5, 10, 11, **settings) == pytest.approx(expected)

    def test_flat_cosine(self) -> None:
        assert at("flat_cosine", 0, 4.9, 5, 7.5, 10, 11) == pytest.approx([1, 1, 1, 0.5, 0, 0])
        assert at("flat_cosine", 8, 8.5, 9, 10, flat=0.8) == pytest.approx([1, 0.5 + 0.5**1.5, 0.5, 0])
        assert at("flat_cosine", 1, 5, 9, flat=0.0) == pytest.approx(at("cosine", 1, 5, 9))

    @given(st.floats(0, 1))
    def test_flat_cosine_is_that_of_the_recipe(self, t: float) -> None:
        expected = 1.0 if t <= 0.5 else 0.5 * (1 + math.cos(math.pi * (2 * t - 1)))
        assert at("flat_cosine", t, of=1) == pytest.approx([expected], abs=1e-12)

    @given(st.floats(0, 1), st.integers(1, 500))
    def test_coslog4_is_that_of_the_recipe(self, t: float, epochs: int) -> None:
        expected = 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * t)))
        assert at("coslog4", t * epochs, of=epochs) == pytest.approx([expected], abs=1e-9)

    def test_coslog4_has_four_cycles_of_doubling_length(self) -> None:
        assert at("coslog4", 0, 1, 3, 7, 15, 16, of=15) == pytest.approx([0] * 6, abs=1e-12)
        tops = [2**middle - 1 for middle in (0.5, 1.5, 2.5, 3.5)]
        assert at("coslog4", *tops, of=15) == pytest.approx([1.0] * 4)

    def test_one_cycle(self) -> None:
        found = at("one_cycle", 0, 1.5, 3, 6.5, 10, 12, start=0.2, final=0.1)
        assert found == pytest.approx([0.2, 0.6, 1, 0.55, 0.1, 0.1])

    def test_restarts(self) -> None:
        found = at("cosine_restarts", 0, 1.5, 2.999, 3, 6, 9, 15, 20.999, 21, 30, of=21)
        assert found == pytest.approx([1, 0.5, 0, 1, 0.5, 1, 0.5, 0, 0, 0], abs=1e-5)
        assert found[3] == found[5] == 1.0
        assert at("cosine_restarts", 0, 2, 4, 5, of=5, cycles=1) == pytest.approx(at("cosine", 0, 2, 4, 5, of=5))
        assert at("cosine_restarts", 1, 2.5, 3, growth=1.0, final=0.2, of=3) == pytest.approx([1, 0.6, 0.2])

    @given(st.integers(1, 100), st.floats(1, 10), st.floats(0, 1), st.floats(1e-3, 1e5))
    def test_restarts_of_any_kind_are_finite(self, cycles: int, growth: float, share: float, epochs: float) -> None:
        (found,) = at("cosine_restarts", share * epochs, of=epochs, cycles=cycles, growth=growth)
        assert 0.0 <= found <= 1.0

    @pytest.mark.parametrize("steps", [1, 7, 100, 333])
    def test_restarts_fall_on_whole_epochs_whatever_the_rounding(self, steps: int) -> None:
        """Seven cycles in 21 epochs: the first step of each has the full rate, the last of each a low one."""
        found = by_epochs(make("cosine_restarts", cycles=7, growth=1.0), 21, steps)
        assert [i for i, rate in enumerate(found) if rate == 1.0] == [cycle * 3 * steps for cycle in range(7)]

    def test_warm_up_rises_by_equal_steps_from_above_zero_to_one(self) -> None:
        found = by_epochs(make("warmup", epochs=2), 4, 4)
        assert found[:8] == pytest.approx([1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 1.0])
        assert set(found[8:]) == {1.0}

    def test_warm_up_of_a_warm_up(self) -> None:
        nested = make("warmup", epochs=1, then={"warmup": {"epochs": 1, "then": "cosine"}})
        assert [nested(Progress(t, 4)) for t in (0.5, 1.5, 2.0, 3.0)] == pytest.approx([0.5, 0.5, 1.0, 0.5])

    def test_warm_up_passes_results_on(self) -> None:
        schedule = make("warmup", epochs=2, then={"plateau": {"patience": 1, "factor": 0.5}})
        assert isinstance(schedule, Observer)
        assert [schedule.observe(1.0) for _ in range(4)] == [False, False, False, True]  # none counts while it warms up
        assert schedule(Progress(3, 4)) == 0.5
        assert schedule.counters["factor"] == 0.5

    def test_warm_up_of_a_function_has_nothing_to_observe(self) -> None:
        schedule = make("warmup", epochs=1, then="cosine")
        assert isinstance(schedule, Observer)
        assert not any(schedule.observe(1.0) for _ in range(5))
        assert set(schedule.counters) == {"warm_up_epochs"}


Judge = Callable[[SGD], Any]

JUDGES: list[tuple[str, dict[str, Any], int, Judge]] = [
    ("constant", {}, 8, lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
    ("step", {"every": 3, "factor": 0.5}, 12, lambda o: lr_scheduler.StepLR(o, 3, gamma=0.5)),
    ("exponential", {"alpha": 0.2}, 12, lambda o: lr_scheduler.ExponentialLR(o, math.exp(-0.2))),
    ("inverse_time", {"alpha": 0.2}, 12, lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t))),
    ("polynomial", {"power": 1.7}, 12, lambda o: lr_scheduler.PolynomialLR(o, 12, power=1.7)),
    ("polynomial", {"final": 0.1}, 12, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.1, total_iters=12)),
    ("cosine", {"final": 0.05}, 12, lambda o: lr_scheduler.CosineAnnealingLR(o, 12, eta_min=0.05)),
    ("cosine_restarts", {"final": 0.1}, 21, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.1)),
    (
        "cosine_restarts",
        {"cycles": 4, "growth": 1.0},
        20,
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 5, 1),
    ),
    ("warmup", {"epochs": 5.0}, 12, lambda o: lr_scheduler.LinearLR(o, 0.2, 1.0, total_iters=4)),
]


def by_torch(judge: Judge, epochs: int) -> list[float]:
    """PyTorch's rates, its base rate being 1, with one step of the schedule an epoch."""
    optimizer = SGD([torch.zeros(1)], lr=1.0)
    schedule, found = judge(optimizer), []
    for _ in range(epochs):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize(("name", "settings", "epochs", "judge"), JUDGES)
def test_pytorch_s(name: str, settings: dict[str, Any], epochs: int, judge: Judge) -> None:
    assert by_epochs(make(name, **settings), epochs) == pytest.approx(by_torch(judge, epochs), abs=1e-12)


def test_one_cycle_is_pytorch_s_but_for_one_step() -> None:
    """PyTorch counts the steps from first to last: its T is one step less than ours, its peak at 0.3 N − 1 steps."""
    steps, start, final = 50, 0.04, 0.001
    theirs = by_torch(
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, steps, div_factor=1 / start, final_div_factor=start / final), steps
    )
    ours = make("one_cycle", peak=14 / 49, start=start, final=final)
    assert [ours(Progress(step, steps - 1)) for step in range(steps)] == pytest.approx(theirs, abs=1e-12)
