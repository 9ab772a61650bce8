"""``trials.csv``, read back with the csv module and a YAML reader."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from nntrain.sweep.rows import Row
from nntrain.sweep.trials_csv import write_trials
from tests.sweep.runs_made_up import row

KEYS = ["optimizer", "optimizer.adam.lr", "architecture.hidden"]


def written(folder: Path, rows: list[Row], keys: list[str] = KEYS) -> list[dict[str, str]]:
    path = folder / "trials.csv"
    write_trials(path, rows, keys)
    assert [file.name for file in folder.iterdir()] == ["trials.csv"]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_every_value_and_every_figure(tmp_path: Path) -> None:
    values = {"optimizer": {"adam": {}}, "optimizer.adam.lr": 0.1 + 0.2, "architecture.hidden": [128, 64]}
    metrics = {"train_loss": 0.25, "validation_accuracy": 1 / 3}
    (line,) = written(tmp_path, [row(17, 0.125, repeat=1, fold=2, values=values, metrics=metrics)])
    assert {key: yaml.safe_load(line[key]) for key in KEYS} == values
    assert float(line["objective"]) == 0.125
    assert {name: float(line[name]) for name in metrics} == metrics
    assert (line["trial"], line["repeat"], line["fold"], line["state"]) == ("17", "1", "2", "finished")
    assert (line["seed"], line["best_epoch"], line["epochs"], line["seconds"]) == ("7", "9", "12", "3.200")
    assert line["run"] == "trials/0017-000000-r1-f2"


def test_a_line_for_each_run_by_number(tmp_path: Path) -> None:
    rows = [row(1), row(0, fold=1), row(0, repeat=1), row(0)]
    lines = written(tmp_path, rows)
    assert [(line["trial"], line["repeat"], line["fold"]) for line in lines] == [
        ("0", "0", "0"),
        ("0", "0", "1"),
        ("0", "1", "0"),
        ("1", "0", "0"),
    ]


def test_what_is_not_there_is_empty(tmp_path: Path) -> None:
    rows = [
        row(0, values={"optimizer": {"momentum": {}}}, metrics={"train_loss": 0.1}),
        row(1, state="failed", reason="diverged", values={"optimizer.adam.lr": 1.0}),
        row(2, state="waiting", values={"optimizer.adam.lr": 0.5}),
        row(3, metrics={"test_loss": 0.2}),
    ]
    first, failed, waiting, last = written(tmp_path, rows)
    assert first["optimizer.adam.lr"] == first["test_loss"] == last["train_loss"] == ""
    assert (failed["state"], failed["objective"], failed["reason"]) == ("failed", "", "diverged")
    assert (waiting["state"], waiting["objective"], waiting["epochs"], waiting["reason"]) == ("waiting", "", "", "")
    assert waiting["optimizer.adam.lr"] == "0.5"


def test_text_stays_what_it_was(tmp_path: Path) -> None:
    reason = 'the file "a, b.csv"\nis broken; naïve\r\n'
    values = {"data.target": 'true, "or" false', "note": "07"}
    (line,) = written(tmp_path, [row(0, state="failed", reason=reason, values=values)], list(values))
    assert line["reason"] == reason
    assert {key: yaml.safe_load(line[key]) for key in values} == values


def test_a_name_that_is_no_unicode_is_written_as_it_can(tmp_path: Path) -> None:
    (line,) = written(tmp_path, [row(0, state="failed", reason="no file b\udcff.csv")])
    assert line["reason"] == "no file b\\udcff.csv"


def test_lines_end_as_rfc_4180_says(tmp_path: Path) -> None:
    written(tmp_path, [row(0), row(1)])
    content = (tmp_path / "trials.csv").read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") == 3


def test_no_runs(tmp_path: Path) -> None:
    assert written(tmp_path, []) == []
    assert (tmp_path / "trials.csv").read_text().startswith("trial,repeat,fold,state,optimizer,")
