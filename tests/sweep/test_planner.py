"""Which runs are planned, when, and what each may know of others."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nntrain.spec import Spec
from nntrain.sweep.identity import Identities
from nntrain.sweep.planner import Planner
from nntrain.sweep.rows import Outcome, Plan, Row, State
from tests.sweep.sweeps import GRID, sweep_of


class WithoutData(Identities):
    """Plans that need no table."""

    def _data(self, spec: Spec, plain: Mapping[str, Any]) -> dict[str, str]:
        return {"train": "the same"}


class Study:
    """A study in memory, with what a coordinator does to it."""

    def __init__(self, folder: Path, text: str, rows: list[Row] | None = None) -> None:
        self.planner = Planner(WithoutData(sweep_of(folder, text), folder / "data"))
        self.rows: list[Row] = []
        self.take(rows or [])

    def take(self, rows: list[Row]) -> None:
        self.rows += rows
        self.planner.see(rows)

    def plan(self) -> list[Plan]:
        """All that can be planned now."""
        planned: list[Plan] = []
        while plans := self.planner.extend():
            planned += plans
            self.take([Row(len(self.rows) + at, plan, "waiting") for at, plan in enumerate(plans)])
        return planned

    def may_begin(self) -> list[Row]:
        return [
            self.rows[at] for at in self.planner.candidates({row.id for row in self.rows if row.state != "waiting"})
        ]

    def settle(self, row: Row, value: float, state: State = "finished") -> None:
        failed = state == "failed"
        outcome = Outcome(state, None if failed else value, curve=[value + 1, value], reason="x" if failed else "")
        self.rows[row.id] = Row(row.id, row.plan, state, "", 1, outcome)
        self.planner.see([self.rows[row.id]])

    def run(self, workers: int, seed: int = 0) -> list[Row]:
        """Run it all, so many at a time, each ending when chance will have it."""
        chance, running = random.Random(seed), list[Row]()
        while True:
            self.plan()
            for row in self.may_begin():
                if len(running) < workers and row.id not in {other.id for other in running}:
                    running.append(row)
            if not running:
                return self.rows
            row = running.pop(chance.randrange(len(running)))
            self.settle(row, value_at(row.plan))


def value_at(plan: Plan) -> float:
    return float(sum(float(value) for value in plan.values.values() if isinstance(value, int | float)))


def points(rows: list[Row]) -> list[dict[str, Any]]:
    return [row.plan.values for row in sorted(rows, key=lambda row: (row.plan.number, row.plan.repeat, row.plan.fold))]


def test_a_grid_is_planned_at_once_in_its_order(tmp_path: Path) -> None:
    study = Study(tmp_path, GRID)
    plans = study.plan()
    assert [plan.values for plan in plans] == [
        {"optimizer.adam.lr": lr, "training.batch_size": size} for lr in (0.01, 0.1) for size in (8, 16, 32)
    ]
    assert [plan.number for plan in plans] == list(range(6))
    assert len({plan.point for plan in plans}) == len({plan.seed for plan in plans}) == 6
    assert study.planner.expected() == 6
    assert len(study.may_begin()) == 6
    assert study.plan() == []


def test_repeats_and_folds_are_runs_of_a_point(tmp_path: Path) -> None:
    plans = Study(tmp_path, GRID + "repeats: 2\nfolds: 3\n").plan()
    assert len(plans) == 36
    first = [plan for plan in plans if plan.number == 0]
    assert [(plan.repeat, plan.fold) for plan in first] == [(r, f) for r in range(2) for f in range(3)]
    assert len({plan.point for plan in first}) == 1
    assert [len({plan.seed for plan in first if plan.repeat == repeat}) for repeat in (0, 1)] == [1, 1]
    assert first[0].seed != first[3].seed


def test_points_that_come_to_the_same_are_planned_once(tmp_path: Path) -> None:
    text = "base: base.yaml\nspace:\n  optimizer: [adam, {adam: {}}, {adam: {lr: 0.001}}, rmsprop]\n"
    study = Study(tmp_path, text)
    assert [plan.values["optimizer"] for plan in study.plan()] == ["adam", "rmsprop"]
    assert study.planner.duplicates == 2


def test_a_grid_that_grew_plans_only_what_is_new(tmp_path: Path) -> None:
    before = Study(tmp_path, GRID)
    rows = before.run(1)
    grown = Study(tmp_path, GRID.replace("[0.01, 0.1]", "[0.5, 0.01, 0.1]"), rows)
    plans = grown.plan()
    assert [plan.values["optimizer.adam.lr"] for plan in plans] == [0.5] * 3
    assert [plan.number for plan in plans] == [6, 7, 8]
    old = next(row for row in grown.planner.points.rows if row.id == 0)
    assert old.plan.values == {"optimizer.adam.lr": 0.01, "training.batch_size": 8}
    assert old.plan.coordinates == {"optimizer.adam.lr": 1, "training.batch_size": 0}
    assert grown.planner.expected() == 9


def test_runs_of_points_that_left_the_grid_do_not_belong(tmp_path: Path) -> None:
    rows = Study(tmp_path, GRID).run(1)
    study = Study(tmp_path, GRID.replace("[0.01, 0.1]", "[0.01]"), rows)
    assert study.plan() == []
    assert [study.planner.belongs(row) for row in study.rows] == [True] * 3 + [False] * 3
    assert study.planner.expected() == 3


def test_more_repeats_go_on_from_those_there_are(tmp_path: Path) -> None:
    rows = Study(tmp_path, GRID).run(1)
    plans = Study(tmp_path, GRID + "repeats: 2\n", rows).plan()
    assert [(plan.number, plan.repeat) for plan in plans] == [(number, 1) for number in range(6)]


def test_trials_bound_a_grid(tmp_path: Path) -> None:
    assert len(Study(tmp_path, GRID + "trials: 4\n").plan()) == 4


RANDOM = """
base: base.yaml
search: random
trials: 10
space:
  optimizer.adam.lr: {log: [0.001, 0.1]}
  training.batch_size: [8, 16, 32]
"""
TPE = RANDOM.replace("random", "{tpe: {startup: 4}}").replace("trials: 10", "trials: 14\nparallel: 3")


def test_what_does_not_learn_is_planned_at_once(tmp_path: Path) -> None:
    assert len(Study(tmp_path, RANDOM).plan()) == 10


def test_more_trials_go_on_from_those_there_are(tmp_path: Path) -> None:
    rows = Study(tmp_path, RANDOM).run(1)
    more = Study(tmp_path, RANDOM.replace("10", "13"), rows)
    assert [plan.number for plan in more.plan()] == [10, 11, 12]
    assert points(more.rows) == points(Study(tmp_path, RANDOM.replace("10", "13")).run(1))


@pytest.mark.parametrize("text", [TPE, RANDOM + "pruning: median\nparallel: 3\n"])
def test_no_more_than_parallel_points_are_under_way(tmp_path: Path, text: str) -> None:
    study = Study(tmp_path, text)
    study.plan()
    assert [row.plan.number for row in study.may_begin()] == [0, 1, 2]
    study.settle(study.rows[1], 1.0)
    study.plan()
    assert [row.plan.number for row in study.may_begin()] == [0, 2]
    study.settle(study.rows[0], 1.0)
    study.plan()
    assert [row.plan.number for row in study.may_begin()] == [2, 3, 4]


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_the_number_of_workers_changes_no_point(tmp_path: Path, workers: int) -> None:
    alone = points(Study(tmp_path, TPE).run(1))
    assert len(alone) == 14
    for seed in range(3):
        assert points(Study(tmp_path, TPE).run(workers, seed)) == alone


@pytest.mark.parametrize("stopped_after", [0, 1, 5, 13])
def test_a_search_that_learns_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path, stopped_after: int) -> None:
    whole = points(Study(tmp_path, TPE).run(1))
    study = Study(tmp_path, TPE)
    for _ in range(stopped_after):
        study.plan()
        row = study.may_begin()[0]
        study.settle(row, value_at(row.plan))
    study.plan()
    assert points(Study(tmp_path, TPE, study.rows).run(1)) == whole


def test_a_space_that_is_used_up_ends_the_search(tmp_path: Path) -> None:
    text = "base: base.yaml\nsearch: random\ntrials: 10\nspace:\n  training.batch_size: [8, 16, 32]\n"
    study = Study(tmp_path, text)
    assert {plan.values["training.batch_size"] for plan in study.plan()} == {8, 16, 32}
    assert study.planner.exhausted
    assert study.planner.expected() == 3


PRUNED = GRID + "pruning: median\nrepeats: 2\nparallel: 2\n"


def test_further_runs_of_a_point_wait_for_its_first_and_are_not_made_if_that_is_cut(tmp_path: Path) -> None:
    study = Study(tmp_path, PRUNED)
    assert [plan.repeat for plan in study.plan()] == [0] * 6
    one, two = study.may_begin()
    study.settle(one, 1.0)
    study.settle(two, 1.0, "pruned")
    assert [(plan.number, plan.repeat) for plan in study.plan()] == [(one.plan.number, 1)]
    assert study.planner.expected() == 6 * 2 - 1
    assert not study.planner.points.settled(one.plan.number)
    assert study.planner.points.settled(two.plan.number)


def test_a_grid_whose_runs_are_compared_is_run_in_a_random_order(tmp_path: Path) -> None:
    plans = Study(tmp_path, PRUNED).plan()
    assert [plan.values for plan in plans] != [plan.values for plan in Study(tmp_path, GRID).plan()]
    assert [plan.values for plan in plans] == [plan.values for plan in Study(tmp_path, PRUNED).plan()]


def test_what_a_run_may_be_compared_with(tmp_path: Path) -> None:
    study = Study(tmp_path, RANDOM + "pruning: median\nparallel: 2\nobjective: accuracy\n")
    for number in range(3):
        study.plan()
        study.settle(study.rows[number], 0.5, "failed" if number == 1 else "finished")
    study.plan()
    past = study.planner.task_past(study.rows[3])
    assert [(point.number, point.state, point.value, list(point.curve)) for point in past] == [
        (0, "finished", -0.5, [-1.5, -0.5]),
        (1, "failed", None, [-1.5, -0.5]),
        (2, "running", None, []),
    ]
