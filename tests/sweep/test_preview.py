"""What a sweep would take, before it is run."""

from __future__ import annotations

from pathlib import Path

from nntrain.sweep.preview import preview
from tests.sweep.finished import TEXT, finished
from tests.sweep.sweeps import write_sweep


def test_a_grid_before_its_first_run_and_nothing_is_kept(tmp_path: Path) -> None:
    space = "space: {optimizer.adam.lr: [0.0001, 0.05], training.batch_size: [8, 16, 16]}"
    path = write_sweep(tmp_path, f"base: base.yaml\n{space}\nrepeats: 2\n")
    seen = preview(path, ["folds=3"], tmp_path / "out", workers=2)
    assert (seen.name, seen.points, seen.runs, seen.done, seen.duplicates, seen.workers) == ("grid", 4, 24, 0, 2, 2)
    assert [plan.values for plan in seen.plans] == [
        {"optimizer.adam.lr": lr, "training.batch_size": size} for lr in (0.0001, 0.05) for size in (8, 16)
    ]
    assert seen.estimate.seconds > 0
    assert seen.estimate.data > 0
    assert sorted(found.name for found in tmp_path.iterdir()) == ["base.yaml", "grid.yaml"]


def test_what_is_done_already_counts(tmp_path: Path) -> None:
    with finished(tmp_path) as opened:
        path = opened.sweep.path
    path.write_text(TEXT.replace("0.05]", "0.05, 0.1]"))
    seen = preview(path, out=tmp_path / "out")
    assert (seen.points, seen.runs, seen.done) == (3, 3, 2)


def test_points_that_follow_from_results_are_not_known_yet(tmp_path: Path) -> None:
    text = "base: base.yaml\nsearch: {tpe: {startup: 4}}\ntrials: 9\nspace: {optimizer.adam.lr: {log: [0.001, 0.1]}}\n"
    seen = preview(write_sweep(tmp_path, text), out=tmp_path / "out")
    assert (len(seen.plans), seen.points, seen.runs) == (1, 9, 9)
