"""The figure that is watched: which epoch is best, and when patience ends."""

from __future__ import annotations

import json
import math
from itertools import accumulate

import pytest
from hypothesis import given, strategies as st

from nntrain.training.metric import Task, metrics
from nntrain.training.monitor import Best, Monitor, monitor_problem

NAN = math.nan


class TestMonitor:
    @pytest.mark.parametrize(
        ("name", "value", "read"),
        [
            ("train_loss", 0.5, 0.5),
            ("validation_loss", 0.5, 0.5),
            ("validation_accuracy", 0.5, -0.5),
            ("validation_roc_auc", 0.5, -0.5),
            ("validation_log_loss", 0.5, 0.5),
            ("validation_rmse", 2.0, 2.0),
            ("validation_r2", -2.0, 2.0),
            ("validation_roc_auc", NAN, math.inf),
            ("validation_loss", NAN, math.inf),
            ("validation_loss", math.inf, math.inf),
            ("validation_loss", 3, 3.0),
        ],
    )
    def test_lower_is_better(self, name: str, value: float, read: float) -> None:
        assert Monitor(name).read({name: value, "epoch": 1}) == read

    @pytest.mark.parametrize("task", ["classification", "regression"])
    def test_every_metric_can_be_monitored(self, task: Task) -> None:
        for name in metrics[task].names:
            assert monitor_problem(f"validation_{name}", task, True) is None

    @pytest.mark.parametrize("validated", [True, False])
    def test_the_training_loss_is_always_there(self, validated: bool) -> None:
        assert monitor_problem("train_loss", "regression", validated) is None

    @pytest.mark.parametrize(
        ("name", "task", "validated", "words"),
        [
            ("validation_acuracy", "classification", True, "did you mean 'validation_accuracy'"),
            ("validation_accuracy", "regression", True, "unknown figure 'validation_accuracy' for a regression task"),
            ("accuracy", "classification", True, "(did you mean 'validation_accuracy'?)"),
            ("validation_loss", "regression", False, "needs validation rows, and there are none"),
            ("train_accuracy", "classification", True, "unknown figure"),
            ("", "regression", False, "unknown figure '' for a regression task (known: train_loss)"),
        ],
    )
    def test_mistakes_are_explained(self, name: str, task: Task, validated: bool, words: str) -> None:
        problem = monitor_problem(name, task, validated)
        assert problem is not None
        assert words in problem


def epochs_of_best(figures: list[float]) -> list[int]:
    best = Best()
    found = []
    for epoch, figure in enumerate(figures, start=1):
        before = best.epoch
        improved = best.improved(figure, epoch)
        found.append(best.epoch)
        assert improved == (found[-1] != before)
    return found


def patience_ends(figures: list[float], patience: int, min_delta: float = 0.0) -> int | None:
    """The epoch after which the run stops."""
    best = Best()
    for epoch, figure in enumerate(figures, start=1):
        if best.out_of_patience(figure, patience, min_delta):
            return epoch
    return None


class TestBest:
    @pytest.mark.parametrize(
        ("figures", "expected"),
        [
            ([3, 2, 4, 1], [1, 2, 2, 4]),
            ([2, 2, 2], [1, 1, 1]),  # the first of equal epochs wins
            ([math.inf, math.inf, 5], [1, 1, 3]),  # without a number the first is kept, until there is one
            ([1, math.inf], [1, 1]),
            ([-0.5, -0.9, -0.7], [1, 2, 2]),
        ],
    )
    def test_epochs(self, figures: list[float], expected: list[int]) -> None:
        assert epochs_of_best(figures) == expected

    @given(st.lists(st.floats(allow_nan=False, min_value=-10, max_value=10), min_size=1))
    def test_it_is_the_first_minimum(self, figures: list[float]) -> None:
        minima = list(accumulate(figures, min))
        assert epochs_of_best(figures) == [figures.index(minimum) + 1 for minimum in minima]

    def test_there_is_none_before_the_first_epoch(self) -> None:
        assert Best().epoch == 0


class TestPatience:
    @pytest.mark.parametrize(
        ("figures", "patience", "min_delta", "end"),
        [
            ([3, 2, 1], 1, 0.0, None),
            ([3, 3], 1, 0.0, 2),  # a tie is no improvement
            ([3, 3, 3, 3], 3, 0.0, 4),
            ([3, 4, 2, 4, 4], 2, 0.0, 5),
            ([3, 2.9, 2.8, 2.7], 2, 0.15, None),  # small steps add up: measured from the last improvement
            ([3, 2.95, 2.9], 2, 0.15, 3),
            ([3, 2.5], 1, 0.5, 2),  # more than min_delta, not equal to it
            ([math.inf, math.inf, math.inf], 2, 0.0, 2),
            ([math.inf, 5, math.inf], 2, 0.0, None),
            ([1, math.inf, math.inf], 2, 0.0, 3),
        ],
    )
    def test_ends(self, figures: list[float], patience: int, min_delta: float, end: int | None) -> None:
        assert patience_ends(figures, patience, min_delta) == end

    def test_best_and_patience_are_counted_apart(self) -> None:
        """An improvement too small for the stopper may still be the best epoch."""
        best = Best()
        for epoch, figure in enumerate([3.0, 2.99], start=1):
            best.improved(figure, epoch)
            stop = best.out_of_patience(figure, 1, 0.5)
        assert (best.epoch, stop) == (2, True)

    def test_counters_are_all_that_a_resumed_run_needs(self) -> None:
        figures = [3.0, 2.0, 2.5, 2.5, 1.0, 2.0]
        straight, first = Best(), Best()
        for epoch, figure in enumerate(figures, start=1):
            straight.improved(figure, epoch)
            straight.out_of_patience(figure, 9, 0.1)
        for epoch, figure in enumerate(figures[:3], start=1):
            first.improved(figure, epoch)
            first.out_of_patience(figure, 9, 0.1)
        resumed = Best()
        resumed.counters.update(json.loads(json.dumps(first.counters)))
        for epoch, figure in enumerate(figures[3:], start=4):
            resumed.improved(figure, epoch)
            resumed.out_of_patience(figure, 9, 0.1)
        assert resumed.counters == straight.counters
