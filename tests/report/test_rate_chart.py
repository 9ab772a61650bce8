"""The learning rate and scheduled numbers as `check` draws them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from nntrain.assemble import Prepared, prepare
from nntrain.report.console import console_on
from nntrain.report.rate_chart import BLOCKS, COLUMNS, chart, chart_table, courses
from nntrain.spec import spec_of

PLAIN: dict[str, Any] = {
    "data": {"train": {"spirals": {"rows": 80, "noise": 0.05, "classes": 2}}, "target": "label"},
    "architecture": {"hidden": [4]},
    "training": {"epochs": 100, "batch_size": 16},
}


def prepared(**settings: Any) -> Prepared:
    return prepare(spec_of({**PLAIN, **settings}, "chart"))


def printed(given: Prepared) -> str:
    out = io.StringIO()
    console = console_on(out)
    console.width = 100
    console.print(chart_table(given))
    return out.getvalue()


def test_a_rate_that_stays_is_written_out() -> None:
    assert printed(prepared(optimizer={"sgd": 0.5})).split() == ["learning", "rate", "0.5", "throughout"]


def test_a_falling_rate_falls_from_the_first_step_to_the_last() -> None:
    (course,) = courses(prepared(optimizer={"sgd": 0.5}, schedule="cosine"))
    assert len(course.values) == COLUMNS
    assert (course.epochs[0], course.values[0]) == (0.0, 0.5)
    assert course.epochs[-1] == pytest.approx(100 - 1 / 3, abs=0.2)
    assert course.values == sorted(course.values, reverse=True)
    assert course.values[-1] < 1e-3


def test_every_scheduled_number_has_its_line() -> None:
    follows = {"value": 0.2, "schedule": "flat_cosine"}
    made = prepared(
        architecture={"hidden": [4, 4], "dropout": follows},
        regularization={"weight_decay": follows},
        parameters={"bias": {"lr": 0.1}},  # two groups, one weight decay
        loss={"binary_cross_entropy": {"label_smoothing": follows}},
    )
    names = ["learning rate", "3.dropout: dropout rate", "6.dropout: dropout rate", "label_smoothing", "weight_decay"]
    assert [course.name for course in courses(made)] == names
    text = printed(made)
    assert all(name in text for name in names)
    assert text.count("█") > 4 * 25
    assert "100 epochs" in text


def test_plateau_says_that_it_waits() -> None:
    assert "lower whenever results stall" in printed(prepared(schedule="plateau"))
    assert "results stall" in printed(prepared(schedule={"warmup": {"then": "plateau"}}))
    assert "results stall" not in printed(prepared(schedule={"warmup": {"then": "cosine"}}))


def test_a_run_of_one_step(tmp_path: Path) -> None:
    made = prepared(training={"epochs": 1, "batch_size": 100}, schedule="coslog4")
    assert len(courses(made)[0].values) == 1
    assert printed(made)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=70).filter(any), st.integers(1, 6))
def test_the_height_of_a_column_is_its_share_of_the_greatest(values: list[float], height: int) -> None:
    lines = chart(values, height)
    assert [len(line) for line in lines] == [len(values)] * height
    for column, value in enumerate(values):
        level = sum(BLOCKS.index(line[column]) for line in lines)
        assert abs(level - value / max(values) * 8 * height) <= 1.0
        assert (level > 0) == (value > 0)
