"""Weights of rows, counts, several targets and quantiles, each from a config to predictions, with and without Numba."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.cli import main
from nntrain.errors import InterruptedRun
from nntrain.training.checkpoint import load_checkpoint, save_checkpoint
from nntrain.training.events import EpochEnded, Event
from tests.references.numba import COMPILED, needs_numba
from tests.runs import comparable, write_config

with_and_without = pytest.mark.parametrize("compiled", COMPILED)

CONFIG = """
data: {train: t.csv, target: TARGET, split: {validation: 0.2, test: 0.2}, ignore: [IGNORE]}
architecture: {hidden: [12]}
optimizer: {adam: {lr: 0.02}}
loss: LOSS
training: {epochs: 6, batch_size: 16, shares: 1, threads: 1}
"""
COLUMNS = ("a", "b", "count", "sunny", "windy", "w")


def table(folder: Path, rows: int = 150) -> None:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, rows))
    columns = {
        "x": x.round(3),
        "z": z.round(3),
        "a": (3 * x + z).round(3),
        "b": (100 * x * z + 5).round(2),
        "count": rng.poisson(np.exp(0.5 * x + 1.0)),
        "sunny": np.where(x + z > 0, "yes", "no"),
        "windy": (x > 0.3).astype(int),
        "w": rng.choice([0, 0.5, 1, 3], rows),
    }
    with (folder / "t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def config(folder: Path, target: str, loss: str, data: str = "") -> Path:
    table(folder)
    ignored = [name for name in COLUMNS if name not in target and name not in data]
    text = CONFIG.replace("TARGET", target + data).replace("IGNORE", ", ".join(ignored)).replace("LOSS", loss)
    return write_config(folder, text)


CASES: dict[str, tuple[str, str, str]] = {
    "weights": ("sunny", "null", ", weights: w"),
    "weighted regression": ("a", "huber", ", weights: w"),
    "counts": ("count", "poisson", ", task: regression"),
    "outputs": ("[a, b]", "null", ""),
    "weighted outputs": ("[a, b, count]", "mean_absolute_error", ", weights: w, task: regression"),
    "labels": ("[sunny, windy]", "null", ""),
    "weighted labels": ("[sunny, windy]", "multilabel_cross_entropy", ", weights: w"),
    "quantiles": ("a", "{quantile: [0.1, 0.5, 0.9]}", ""),
}
every_case = pytest.mark.parametrize("case", CASES)


@every_case
@with_and_without
def test_it_learns_and_its_figures_come_again(case: str, compiled: bool, tmp_path: Path) -> None:
    run = nntrain.fit(config(tmp_path, *CASES[case]), {"training.compiled": compiled}, out=tmp_path / "run")
    assert run.history[-1]["train_loss"] < 0.9 * run.history[0]["train_loss"]
    assert run.model.evaluate() == run.metrics["test"]
    assert run.model.evaluate(tmp_path / "t.csv").keys() == run.metrics["test"].keys()
    assert run.summary["baseline"]["test"].keys() == run.metrics["test"].keys() - {"loss"}
    predicted = run.model.predict(tmp_path / "t.csv")
    several = len(run.model.targets)
    assert predicted.shape == ((150,) if several == 1 else (150, several))


@needs_numba
@every_case
def test_numba_or_not_comes_to_the_same(case: str, tmp_path: Path) -> None:
    path = config(tmp_path, *CASES[case])
    one, other = (nntrain.fit(path, {"training.compiled": way}, out=tmp_path / str(way)) for way in (False, True))
    for before, after in zip(one.history, other.history, strict=True):
        assert after["train_loss"] == pytest.approx(before["train_loss"], rel=1e-4)


@pytest.mark.parametrize("case", ["weighted outputs", "weighted labels", "quantiles"])
def test_a_stopped_run_goes_on_with_the_same_bits(case: str, tmp_path: Path) -> None:
    path = config(tmp_path, *CASES[case])
    nntrain.fit(path, out=tmp_path / "whole")

    class Stop(Exception):
        pass

    def stop(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.record["epoch"] == 3:
            raise Stop

    with pytest.raises((Stop, InterruptedRun)):
        nntrain.fit(path, {"training.checkpoint_every_steps": 2}, out=tmp_path / "run", listeners=[stop])
    nntrain.resume(tmp_path / "run", {"training.checkpoint_every_steps": None})
    whole, run = comparable(tmp_path / "whole"), comparable(tmp_path / "run")
    assert run["history"] == whole["history"]
    assert [run[name]["arrays"] for name in ("best", "last")] == [whole[name]["arrays"] for name in ("best", "last")]


class TestWeights:
    """A weight of two is the row twice, of nought none at all."""

    TEXT = """
data: {train: FILE, target: y, split: {column: part}, numeric: none WEIGHTS}
architecture: {hidden: [8], activation: tanh}
optimizer: {sgd: {lr: 0.5}}
training: {epochs: 30, batch_size: 200, compiled: COMPILED, shares: 1}
"""

    @with_and_without
    @pytest.mark.parametrize("classes", [2, 3])
    def test_as_repeated_rows(self, classes: int, compiled: bool, tmp_path: Path) -> None:
        rng = np.random.default_rng(classes)
        rows = [(x, z, "abc"[int(x > 0) + (classes == 3 and z > 0.5)]) for x, z in rng.normal(size=(40, 2)).round(2)]
        weights = rng.choice([0, 1, 2, 3], 40)
        head, runs = "x,z,y,part", []
        lines = [f"{x},{z},{y},train" for x, z, y in rows]
        held = [f"{x},{z},{y},validation" for x, z, y in rows[:12]]
        weighted = [
            head + ",w",
            *(f"{line},{w}" for line, w in zip(lines, weights, strict=True)),
            *(f"{v},1" for v in held),
        ]
        repeated = [head, *(line for line, w in zip(lines, weights, strict=True) for _ in range(w)), *held]
        for name, given, setting in (("weighted", weighted, ", weights: w"), ("repeated", repeated, "")):
            (tmp_path / f"{name}.csv").write_text("\n".join(given) + "\n")
            text = self.TEXT.replace("FILE", f"{name}.csv").replace("WEIGHTS", setting)
            text = text.replace("COMPILED", str(compiled).lower())
            runs.append(nntrain.fit(write_config(tmp_path, text, f"{name}.yaml"), out=tmp_path / name))
        one, other = runs
        for before, after in zip(one.history, other.history, strict=True):
            assert after["train_loss"] == pytest.approx(before["train_loss"], rel=1e-5)
            assert after["validation_loss"] == pytest.approx(before["validation_loss"], rel=1e-5)
        for name, value in other.metrics["train"].items():
            assert one.metrics["train"][name] == pytest.approx(value, rel=1e-5), name

    def test_the_loss_of_other_rows_is_by_the_sum_of_their_weights(self, tmp_path: Path) -> None:
        run = nntrain.fit(config(tmp_path, *CASES["weights"]), out=tmp_path / "run")
        figures = run.metrics["test"]
        assert figures["loss"] == pytest.approx(figures["log_loss"], rel=1e-6)

    def test_shares_of_a_batch_come_to_the_same(self, tmp_path: Path) -> None:
        path = config(tmp_path, *CASES["weighted regression"])
        one = nntrain.fit(path, out=tmp_path / "one")
        two = nntrain.fit(path, {"training.shares": 2}, out=tmp_path / "two")
        for before, after in zip(one.history, two.history, strict=True):
            assert after["train_loss"] == pytest.approx(before["train_loss"], rel=1e-4)

    def test_a_table_without_them_cannot_be_evaluated_but_predicted(self, tmp_path: Path) -> None:
        run = nntrain.fit(config(tmp_path, *CASES["weights"]), out=tmp_path / "run")
        rows: dict[str, list[Any]] = {"x": [0.0, 2.0], "z": [0.0, 1.0], "sunny": ["yes", "no"]}
        assert run.model.predict(rows).shape == (2,)
        with pytest.raises(nntrain.errors.DataError, match="no column 'w', the weights"):
            run.model.evaluate(rows)


def columns_of(folder: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """What `nntrain predict` writes beside the table."""
    out = folder / "p.csv"
    with pytest.raises(SystemExit) as left:
        main(["predict", str(run), str(folder / "t.csv"), "--out", str(out)])
    assert not left.value.code, capsys.readouterr().err
    with out.open() as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in list(rows[0])[8:]}


class TestPredict:
    @pytest.mark.parametrize(
        ("case", "names"),
        [
            ("outputs", ["prediction_a", "prediction_b"]),
            ("labels", ["prediction_sunny", "prediction_windy", "probability_sunny", "probability_windy"]),
            ("quantiles", ["prediction", "quantile_0.1", "quantile_0.5", "quantile_0.9"]),
            ("counts", ["prediction"]),
        ],
    )
    def test_columns(self, case: str, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run = nntrain.fit(config(tmp_path, *CASES[case]), out=tmp_path / "run")
        columns = columns_of(tmp_path, run.folder, capsys)
        assert list(columns) == names
        if case == "quantiles":
            assert columns["prediction"] == columns["quantile_0.5"]
            low, high = (np.array(columns[f"quantile_{level}"], float) for level in (0.1, 0.9))
            assert (low < high).mean() > 0.9
            inside = np.array([line.split(",")[2] for line in (tmp_path / "t.csv").read_text().splitlines()[1:]], float)
            assert ((low < inside) & (inside < high)).mean() > 0.5
        if case == "counts":
            assert min(map(float, columns["prediction"])) > 0.0
        if case == "labels":
            labels = np.array(columns["prediction_sunny"])
            assert set(labels) == {"no", "yes"}
            np.testing.assert_array_equal(labels == "yes", np.array(columns["probability_sunny"], float) > 0.5)
            p = run.model.predict_proba(tmp_path / "t.csv")
            np.testing.assert_allclose(p[:, 0], np.array(columns["probability_sunny"], float), rtol=1e-6)

    def test_quantiles_of_several_targets(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run = nntrain.fit(config(tmp_path, "[a, b]", "{quantile: [0.2, 0.8]}"), out=tmp_path / "run")
        names = ["prediction_a", "prediction_b", *(f"quantile_{q}_{t}" for q in ("0.2", "0.8") for t in "ab")]
        assert list(columns_of(tmp_path, run.folder, capsys)) == names


@pytest.mark.parametrize(("case", "figure"), [("outputs", "rmse"), ("labels", "accuracy")])
def test_eval_shows_each_target(case: str, figure: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = nntrain.fit(config(tmp_path, *CASES[case]), out=tmp_path / "run")
    for arguments in (["eval", str(run.folder), "--json"], ["eval", str(run.folder)]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert not left.value.code
        said = capsys.readouterr().out
        if "--json" in arguments:
            result: dict[str, Any] = json.loads(said)
            assert list(result["per_target"]) == run.model.targets
            mean = np.mean([figures[figure] for figures in result["per_target"].values()])
            assert result["metrics"][figure] == pytest.approx(mean, rel=1e-12)
        else:
            assert all(f"\n  {name} " in said for name in run.model.targets)


@pytest.mark.parametrize("loss", ["hinge", "perceptron"])
def test_margins_have_no_log_loss(loss: str, tmp_path: Path) -> None:
    run = nntrain.fit(config(tmp_path, "sunny", loss), out=tmp_path / "run")
    assert "log_loss" not in run.metrics["test"]
    assert "roc_auc" in run.metrics["test"]
    assert run.model.evaluate() == run.metrics["test"]


def test_a_run_from_before_a_setting_existed_goes_on(tmp_path: Path) -> None:
    run = nntrain.fit(config(tmp_path, *CASES["quantiles"]), out=tmp_path / "run")
    last = run.folder / "last.safetensors"
    checkpoint = load_checkpoint(last)
    del checkpoint.header["config"]["data"]["weights"]
    save_checkpoint(last, checkpoint)
    assert len(nntrain.resume(run.folder, {"training.epochs": 8}).history) == 8


@needs_numba
def test_a_squared_error_of_several_targets_may_run_as_a_program(tmp_path: Path) -> None:
    path = config(tmp_path, *CASES["outputs"])
    program = nntrain.fit(path, {"training.compiled": True}, out=tmp_path / "p")
    stages = nntrain.fit(path, {"training.compiled": True, "training.fuse": False}, out=tmp_path / "s")
    for one, other in zip(program.history, stages.history, strict=True):
        assert one["train_loss"] == pytest.approx(other["train_loss"], rel=1e-5)
