"""What a sweep leaves: a config that trains to the winner again, and test rows that are opened once for each winner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import nntrain
from nntrain.sweep.ending import test_figures as open_test_rows, write_best
from nntrain.sweep.rows import Row
from nntrain.sweep.summary import summarize
from tests.runs import without_clock
from tests.sweep.finished import TEXT, finished
from tests.sweep.sweeps import BASE


def test_the_best_config_trains_to_the_winner_again(tmp_path: Path) -> None:
    with finished(tmp_path) as opened:
        summary = summarize(opened, whole=True)
    assert summary.best is not None
    assert summary.best_config is not None
    winner = summary.folder / "trials" / summary.best.rows[0].name
    again = nntrain.fit(summary.best_config, out=tmp_path / "again")
    records = [json.loads(line) for line in (winner / "history.jsonl").read_text().splitlines()]
    assert [without_clock(record) for record in again.history] == [without_clock(record) for record in records]
    assert again.metrics["validation"]["loss"] == summary.best.value
    assert again.metrics["test"] == summary.test


def test_the_test_rows_are_opened_once_for_each_winner_and_every_time_counts(tmp_path: Path) -> None:
    with finished(tmp_path) as opened:
        log = opened.folder.path / "test.jsonl"
        assert summarize(opened, whole=False).test is None
        assert not log.exists(), "a sweep that is not over has no winner"
        first, again = summarize(opened, whole=True), summarize(opened, whole=True)
        assert first.openings == again.openings == 1
        assert first.test == again.test
        assert first.test is not None
        other = next(row for row in first.rows if row.name != first.points[0].rows[0].name)
        figures, openings = open_test_rows(opened.folder, other)
        assert openings == 2
        assert figures != first.test
        assert summarize(opened, whole=True).openings == 2
        lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["trial"] for line in lines] == [first.points[0].rows[0].name, other.name]
    assert lines[0]["metrics"] == first.test


def test_no_test_rows_and_a_run_on_another_machine(tmp_path: Path) -> None:
    with finished(tmp_path, base=BASE.replace(", test: 0.2", "")) as opened:
        row = next(iter(opened.planner.points.rows))
        assert open_test_rows(opened.folder, row) == (None, 0)
        (opened.folder.trials / row.name / "best.safetensors").unlink()
        assert open_test_rows(opened.folder, row) == (None, 0)


@pytest.mark.parametrize(
    ("split", "folds"),
    [("{validation: 0.2}", 1), ("{validation: 0.2}", 3), ("{folds: 5, fold: 4}", 1), ("{folds: 5, fold: 4}", 3)],
)
def test_the_best_config_has_the_split_of_the_base(tmp_path: Path, split: str, folds: int) -> None:
    base = BASE.replace("{validation: 0.2, test: 0.2}", split)
    with finished(tmp_path, f"{TEXT}folds: {folds}\n", base, run=False) as opened:
        row = Row(1, opened.planner.extend()[0], "waiting")
        path = write_best(opened.planner.identities, opened.folder, row, "words")
    written = yaml.safe_load(path.read_text())["data"]["split"]
    assert {key: written[key] for key in yaml.safe_load(split)} == yaml.safe_load(split)
    assert written["folds"] == yaml.safe_load(split).get("folds")
