from __future__ import annotations

from nntrain.config.check import problem, with_places
from nntrain.errors import ConfigError, Problem
from tests.config.house import document

BASE = "data: {train: x.csv}\n"


def test_a_problem_found_later_has_its_place_too() -> None:
    found = problem(document(BASE + "training: {mode: fast}"), ("training", "mode"), "not for this task")
    assert found == Problem("a.yaml:2:18", "training.mode: not for this task")


def test_rules_between_settings_get_their_place() -> None:
    found = document(BASE + "training: {mode: fast}\narchitecture: [dense: 3]", "training.epochs=2")
    messages = ["training.mode: a", "training.epochs: b", "architecture.0: c", "optimizer.adam: d", "no path at all"]
    placed = with_places(
        ConfigError([Problem("", text) for text in messages] + [Problem("x.csv", "training: e")]), found
    )
    assert str(placed).split("\n") == [
        "a.yaml:2:18: error: training.mode: a",
        "--set training.epochs=2: error: training.epochs: b",
        "a.yaml:3:16: error: architecture.0: c",
        "error: optimizer.adam: d",
        "error: no path at all",
        "x.csv: error: training: e",
    ]
