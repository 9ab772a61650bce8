"""A sweep summed up, as ``--json`` gives it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from nntrain.sweep.summary import summarize
from tests.sweep.finished import finished


def test_a_finished_sweep(tmp_path: Path) -> None:
    with finished(tmp_path) as opened:
        summary = summarize(opened, whole=True)
    plain = json.loads(json.dumps(summary.plain()))
    best = plain["best"]
    assert plain["objective"] == "validation_loss"
    assert plain["trials"] == {"finished": 2, "failed": 0, "pruned": 0}
    assert best["params"] == {"optimizer.adam.lr": 0.05}
    assert best["config"] == str(summary.folder / "best.yaml")
    assert (Path(best["run"]) / "best.safetensors").exists()
    assert list(plain["effects"]) == ["optimizer.adam.lr"]
    assert plain["test"]["openings"] == 1
    assert set(plain["test"]["metrics"]) >= {"loss", "accuracy"}
    with (summary.folder / "trials.csv").open(newline="") as file:
        values = {row["optimizer.adam.lr"]: float(row["objective"]) for row in csv.DictReader(file)}
    assert values["0.05"] == best["value"] == min(values.values())


def test_nothing_finished(tmp_path: Path) -> None:
    with finished(tmp_path, run=False) as opened:
        summary = summarize(opened, whole=False)
    assert summary.best is None
    plain = summary.plain()
    assert (plain["best"], plain["test"], plain["noise"], plain["edges"]) == (None, None, None, [])
    assert plain["trials"] == {"finished": 0, "failed": 0, "pruned": 0}
    assert not (summary.folder / "best.yaml").exists()
    assert (summary.folder / "trials.csv").exists()
