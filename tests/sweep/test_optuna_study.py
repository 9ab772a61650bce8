"""Pruning by Optuna: what a run may be compared with, and that it comes to the same when it is gone on with."""

from __future__ import annotations

import pytest

from nntrain.sweep.optuna_study import Judge
from nntrain.sweep.pruning import prunings
from nntrain.sweep.rows import State
from nntrain.sweep.search import Past

EPOCHS = 27


def curve(level: float) -> list[float]:
    return [level + 1.0 / epoch for epoch in range(1, EPOCHS + 1)]


def run(name: str, past: list[Past], number: int, values: list[float]) -> tuple[list[float], Judge]:
    """A run under a pruning: the curve as far as it came."""
    judge = Judge(prunings.build(name).pruner(EPOCHS), past, number)
    for epoch, value in enumerate(values, start=1):
        if judge(epoch, value):
            return values[:epoch], judge
    return values, judge


def swept(name: str, levels: list[float]) -> list[Past]:
    """Runs one after the other, each knowing all before it."""
    past: list[Past] = []
    for number, level in enumerate(levels):
        seen, judge = run(name, past, number, curve(level))
        state: State = "finished" if len(seen) == EPOCHS else "pruned"
        past.append(Past(number, {}, state, min(seen), seen, judge.marks))
    return past


LEVELS = [0.5, 0.4, 0.6, 0.3, 0.9, 0.2, 0.8, 0.7, 0.1, 0.95, 0.15, 0.85, 0.25, 0.75, 0.65, 0.05] * 2


@pytest.mark.parametrize("name", ["median", "successive_halving", "hyperband"])
def test_bad_runs_end_early_and_the_best_one_never(name: str) -> None:
    past = swept(name, LEVELS)
    trained = sum(len(point.curve) for point in past)
    assert trained < 0.75 * EPOCHS * len(past)
    best = min(range(len(LEVELS)), key=LEVELS.__getitem__)
    assert past[best].state == "finished"
    worst = [point for point, level in zip(past, LEVELS, strict=True) if level > 0.9]
    assert sum(point.state == "pruned" for point in worst) >= len(worst) - 1


def test_none_ends_nothing() -> None:
    assert all(point.state == "finished" for point in swept("none", LEVELS))


@pytest.mark.parametrize("name", ["median", "successive_halving", "hyperband"])
def test_a_run_that_is_gone_on_with_is_judged_the_same(name: str) -> None:
    past = swept(name, LEVELS)
    for level in (0.0, 0.33, 0.7, 1.2):
        once, _ = run(name, past, len(past), curve(level))
        again, _ = run(name, past, len(past), curve(level))
        assert once == again


def test_the_number_decides_the_bracket() -> None:
    past = swept("hyperband", LEVELS)
    lengths = {len(run("hyperband", past, number, curve(0.97))[0]) for number in range(len(past), len(past) + 12)}
    assert len(lengths) > 1


def test_only_what_is_known_counts() -> None:
    past = swept("median", LEVELS)
    unknown = [Past(point.number, {}, "running") for point in past]
    assert len(run("median", unknown, len(past), curve(5.0))[0]) == EPOCHS
    assert len(run("median", past, len(past), curve(5.0))[0]) == 1


def test_the_best_so_far_is_what_is_judged() -> None:
    past = swept("median", LEVELS)
    rising = [0.01, *(10.0 for _ in range(EPOCHS - 1))]
    assert run("median", past, len(past), rising)[0] == rising


def test_a_value_that_is_no_number_ends_a_run() -> None:
    past = swept("successive_halving", LEVELS)
    assert len(run("successive_halving", past, len(past), [float("nan")] * EPOCHS)[0]) <= 3
