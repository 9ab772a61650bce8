"""The points of a sweep in a table, and the words for keys and values in it."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from nntrain.report.console import show
from nntrain.report.sweep_table import points_table, points_text
from nntrain.report.sweep_words import short_keys, value_text, values_text
from nntrain.sweep.results import PointResult, point_results
from nntrain.sweep.rows import Row
from tests.report.sweep_events import plain
from tests.sweep.runs_made_up import repeated, row

WIDE: dict[str, Any] = {
    "optimizer": {"rmsprop": {"decay": 0.95}},
    "optimizer.rmsprop.lr": 0.0123456789,
    "architecture.hidden": [512, 256, 128, 64, 32],
    "training.batch_size": 128,
    "regularization.l2": 1.23456789e-5,
    "schedule": {"exponential": {"alpha": 0.01}},
}


def points(*rows: Row) -> list[PointResult]:
    return point_results(rows, higher_is_better=False)


def shown(found: list[PointResult], width: int = 80, **more: Any) -> list[str]:
    console, out = plain(width)
    show(console, points_table(found, width, **more))
    return out.getvalue().splitlines()


class TestKeys:
    def test_the_last_part_is_enough(self) -> None:
        assert list(short_keys(["optimizer.adam.lr", "training.batch_size"]).values()) == ["lr", "batch_size"]

    def test_as_many_as_tell_it_from_the_others(self) -> None:
        keys = ["optimizer", "optimizer.adam.lr", "optimizer.rmsprop.lr", "a.b.c.x", "d.b.c.x"]
        assert list(short_keys(keys).values()) == ["optimizer", "adam.lr", "rmsprop.lr", "a.b.c.x", "d.b.c.x"]

    def test_a_key_that_is_the_end_of_another(self) -> None:
        assert short_keys(["lr", "adam.lr"]) == {"lr": "lr", "adam.lr": "adam.lr"}

    def test_a_position_does_not_stand_alone(self) -> None:
        keys = ["architecture.hidden.0", "architecture.hidden.1"]
        assert list(short_keys(keys).values()) == ["hidden.0", "hidden.1"]

    def test_dots_inside_of_quotes(self) -> None:
        assert short_keys(['data.columns."a.b".missing', "x.y"])['data.columns."a.b".missing'] == "missing"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1.0, "1.0"),
        (1e-05, "1e-05"),
        (0.0123456789, "0.01235"),
        (0.30000000000000004, "0.3"),
        (64, "64"),
        (True, "true"),
        (None, "null"),
        ("relu", "relu"),
        ([128, 64], "[128, 64]"),
        ([], "[]"),
        ({"adam": {}}, "adam"),
        ({"rmsprop": {"decay": 0.95}}, "rmsprop (decay 0.95)"),
        ({"dropout": 0.2}, "dropout 0.2"),
        ([{"dense": 8}, "relu"], "[dense 8, relu]"),
        ({"l1": 0.1, "l2": 0.2}, "(l1 0.1, l2 0.2)"),
        ({}, "{}"),
        ("x" * 40, "x" * 27 + "…"),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_values_with_their_keys() -> None:
    assert values_text({"optimizer.adam.lr": 0.01, "training.batch_size": 64}) == "lr 0.01, batch_size 64"


class TestTable:
    def test_a_column_for_each_key(self) -> None:
        rows = [
            row(3, 0.25, values={"optimizer.adam.lr": 0.01, "training.batch_size": 64}),
            row(12, 0.5, values={"optimizer.adam.lr": 0.1}),
        ]
        assert shown(points(*rows)) == [
            "    trial   objective   lr     batch_size",
            "─────────────────────────────────────────",
            "1       3      0.2500   0.01   64",
            "2      12      0.5000   0.1    –",
        ]

    def test_spread_and_marks(self) -> None:
        found = points(*repeated(0, 0.25, 0.26), *repeated(1, 0.27, 0.28), row(2, 0.9))
        lines = shown(found, marks={1: "≈"})
        assert lines[0].split() == ["trial", "objective", "spread", "runs", "lr"]
        assert lines[2].split() == ["1", "0", "0.2550", "±", "0.0071", "2", "1.0"]
        assert lines[3].split() == ["2", "1", "0.2750", "±", "0.0071", "≈", "2", "0.1"]
        assert lines[4].split() == ["3", "2", "0.9000", "–", "1", "0.01"]

    def test_how_many_runs_only_where_they_differ(self) -> None:
        assert "runs" not in shown(points(*repeated(0, 0.1, 0.2), *repeated(1, 0.2, 0.3)))[0]
        assert "runs" in shown(points(*repeated(0, 0.1, 0.2), row(1)))[0]

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_many_keys_stand_in_one_column_and_nothing_is_lost(self, width: int) -> None:
        lines = shown(points(row(0, values=WIDE)), width)
        assert "values" in lines[0]
        assert max(map(cell_len, lines)) <= width
        words = " ".join(" ".join(lines[2:]).split())
        assert "hidden [512, 256, 128, 64, 32]" in words
        assert "schedule exponential (alpha 0.01)" in words.replace("…", "")

    def test_columns_wherever_there_is_room(self) -> None:
        assert "hidden" in shown(points(row(0, values=WIDE)), 140)[0]


class TestLines:
    @pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
    def test_a_line_for_each_point_whatever_the_width(self, width: int) -> None:
        found = points(*(row(number, 0.1 * number, values=WIDE) for number in range(8)))
        lines = points_text(found, width).plain.splitlines()
        assert len(lines) == 10
        assert max(map(cell_len, lines)) <= width

    def test_they_look_like_the_table(self) -> None:
        found = points(*repeated(0, 0.25, 0.26), *repeated(1, 0.27, 0.28))
        assert points_text(found, 80).plain.splitlines() == shown(found)

    def test_wide_characters_are_counted_as_such(self) -> None:
        found = points(row(0, values={"data.target": "質量質量", "x": 1}), row(1, values={"data.target": "m", "x": 2}))
        assert points_text(found, 80).plain.splitlines() == shown(found)
        assert max(map(cell_len, points_text(found, 30).plain.splitlines())) <= 30
