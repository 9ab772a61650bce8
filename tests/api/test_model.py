"""What Python users do with a trained model: predict, evaluate, and what they are told when they cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.data.dataset import SplitName
from nntrain.errors import CheckpointError, ConfigError, DataError
from tests.runs import write_config

CONFIG = """
data: {train: t.csv, target: label, split: {validation: 0.2, test: 0.2}}
architecture: {hidden: [8, 8], batch_norm: true, dropout: 0.1}
training: {epochs: 4, batch_size: 16}
"""
SPLITS: dict[SplitName, int] = {"train": 60, "validation": 20, "test": 20}


def columns(rows: int = 100) -> dict[str, list[Any]]:
    """Two numbers and a town say which of three classes a row is of; ``price`` is a number that they add up to."""
    random = np.random.default_rng(1)
    a, b = random.normal(size=(2, rows)).round(3).tolist()
    kinds = [int(x > 0) + int(x + y > 1) for x, y in zip(a, b, strict=True)]
    labels = [("low", "middle", "high")[kind] for kind in kinds]
    prices = [round(100 + 10 * x + 5 * y, 2) for x, y in zip(a, b, strict=True)]
    return {"a": a, "b": b, "town": [f"t{kind}" for kind in kinds], "label": labels, "price": prices}


def write_table(path: Path, table: dict[str, list[Any]]) -> Path:
    lines = [",".join(map(str, row)) for row in zip(*table.values(), strict=True)]
    path.write_text("\n".join([",".join(table), *lines]) + "\n")
    return path


def fitted(folder: Path, **overrides: Any) -> nntrain.Run:
    write_table(folder / "t.csv", columns())
    return nntrain.fit(write_config(folder, CONFIG), {"data.ignore": ["price"], **overrides}, out=folder / "run")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> nntrain.Run:
    return fitted(tmp_path_factory.mktemp("classes"))


@pytest.fixture(scope="module")
def model(run: nntrain.Run) -> nntrain.Model:
    return nntrain.load(run.folder)


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> nntrain.Model:
    folder = tmp_path_factory.mktemp("numbers")
    return fitted(folder, **{"data.target": "price", "data.ignore": ["label"]}).model


def inputs(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: table[name] for name in ("a", "b", "town")}


class TestPredict:
    def test_every_kind_of_table_gives_the_same_bits(self, model: nntrain.Model, tmp_path: Path) -> None:
        table = columns(30)
        path = write_table(tmp_path / "new.csv", inputs(table))
        array = np.array(list(zip(*inputs(table).values(), strict=True)), object)
        expected = model.predict_proba(inputs(table))
        for source in (str(path), path, array, table):
            np.testing.assert_array_equal(model.predict_proba(source), expected)
            assert model.predict(source).tolist() == model.predict(table).tolist()

    def test_probabilities_belong_to_the_classes_in_their_order(self, model: nntrain.Model) -> None:
        probabilities = model.predict_proba(columns(30))
        assert model.classes == ["high", "low", "middle"]
        assert probabilities.shape == (30, 3)
        assert probabilities.dtype == np.float64
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)
        assert probabilities.min() >= 0
        labels = [model.classes[place] for place in probabilities.argmax(axis=1)]
        assert model.predict(columns(30)).tolist() == labels

    def test_the_bits_of_a_row_know_no_neighbours(self, model: nntrain.Model) -> None:
        table = columns(300)
        together = model.predict_proba(table)
        for first, last in ((0, 1), (17, 18), (299, 300), (3, 40)):
            alone = {name: values[first:last] for name, values in table.items()}
            np.testing.assert_array_equal(model.predict_proba(alone), together[first:last])
        backwards = {name: values[::-1] for name, values in table.items()}
        np.testing.assert_array_equal(model.predict_proba(backwards)[::-1], together)

    def test_numbers_are_in_the_target_s_own_units(self, regression: nntrain.Model) -> None:
        table = columns(50)
        values = regression.predict(inputs(table))
        assert (regression.task, regression.classes, values.shape) == ("regression", None, (50,))
        assert 90 < values.mean() < 110
        figures = regression.evaluate(table)
        assert figures["rmse"] == pytest.approx(np.sqrt(np.mean((values - table["price"]) ** 2)), rel=1e-6)

    @pytest.mark.parametrize(
        ("table", "error", "says"),
        [
            ({"a": [1.0], "town": ["t1"]}, DataError, "no column 'b', which training had"),
            (np.zeros((2, 2)), DataError, r"shape \(2, 2\); expected \(rows, 3\): 'a', 'b', 'town', in this order"),
            ("nowhere.csv", DataError, "nowhere.csv: error: no such file"),
            ({"a": ["x"], "b": [1], "town": ["t0"]}, DataError, "'x' is not a number"),
        ],
    )
    def test_tables_that_do_not_fit(self, model: nntrain.Model, table: Any, error: type, says: str) -> None:
        for ask in (model.predict, model.predict_proba, model.evaluate):
            with pytest.raises(error, match=says):
                ask(table)

    def test_probabilities_of_numbers_are_refused(self, regression: nntrain.Model) -> None:
        with pytest.raises(ConfigError, match="predict_proba is for classification"):
            regression.predict_proba(columns(3))


class TestEvaluate:
    @pytest.mark.parametrize("split", SPLITS)
    def test_the_figures_of_each_split_are_those_of_the_run(self, run: nntrain.Run, split: Any) -> None:
        assert run.model.evaluate(split=split) == run.metrics[split]
        assert len(run.model.examples(None, split).x) == run.summary["rows"][split] == SPLITS[split]
        assert list(run.model.splits) == list(SPLITS)

    def test_a_table_by_path_and_by_columns(self, model: nntrain.Model, tmp_path: Path) -> None:
        path = write_table(tmp_path / "new.csv", columns(40))
        figures = model.evaluate(path)
        assert figures == model.evaluate(columns(40))
        right = np.mean(model.predict(path) == np.array(columns(40)["label"]))
        assert figures["accuracy"] == pytest.approx(right)
        with pytest.raises(DataError, match="no column 'label', the target"):
            model.evaluate(inputs(columns(40)))
        with pytest.raises(DataError, match="'huge' is no class of the training rows"):
            model.evaluate({**columns(1), "label": ["huge"]})

    def test_a_split_that_the_run_does_not_have(self, tmp_path: Path) -> None:
        run = fitted(tmp_path, **{"data.split.test": 0.0, "training.epochs": 1})
        with pytest.raises(ConfigError, match="this run has no test split; it has train, validation"):
            run.model.evaluate()

    def test_rows_that_came_since_are_not_mixed_into_a_split(self, tmp_path: Path) -> None:
        run = fitted(tmp_path, **{"training.epochs": 1})
        before = run.model.evaluate(split="test")
        extended = {name: [*values, values[0]] for name, values in columns().items()}
        write_table(tmp_path / "t.csv", extended)
        for split in SPLITS:
            with pytest.raises(DataError, match=r"the data changed since this run began; give the table with --data"):
                run.model.evaluate(split=split)
        assert run.model.evaluate(tmp_path / "t.csv")
        write_table(tmp_path / "t.csv", columns())
        assert run.model.evaluate(split="test") == before

    def test_a_change_in_one_split_leaves_the_others(self, tmp_path: Path) -> None:
        own = write_table(tmp_path / "own.csv", columns(30))
        run = fitted(tmp_path, **{"data.test": str(own), "training.epochs": 1})
        changed = columns(30)
        changed["a"][7] += 0.5
        write_table(own, changed)
        assert run.model.evaluate(split="train") == run.metrics["train"]
        with pytest.raises(DataError, match="the data changed"):
            run.model.evaluate(split="test")


class TestLoad:
    def test_a_folder_means_its_best_and_a_file_itself(self, run: nntrain.Run) -> None:
        assert nntrain.load(run.folder).bundle.path == run.folder / "best.safetensors"
        assert nntrain.load(str(run.folder / "last.safetensors")).bundle.path == run.folder / "last.safetensors"

    def test_what_is_no_checkpoint(self, tmp_path: Path) -> None:
        with pytest.raises(CheckpointError, match="is it a run folder"):
            nntrain.load(tmp_path)
        (tmp_path / "x.safetensors").write_bytes(b"x" * 100)
        with pytest.raises(CheckpointError, match="not a whole checkpoint"):
            nntrain.load(tmp_path / "x.safetensors")


def test_the_session_of_the_readme(tmp_path: Path) -> None:
    run = nntrain.fit("configs/iris.yaml", overrides={"training.epochs": 5}, out=tmp_path / "iris")
    assert 0.0 <= run.metrics["test"]["accuracy"] <= 1.0
    assert [record["epoch"] for record in run.history] == [1, 2, 3, 4, 5]
    model = nntrain.load(run.folder)
    flower = {"sepal_length_cm": [5.9], "sepal_width_cm": [3.0], "petal_length_cm": [5.1], "petal_width_cm": [1.8]}
    assert model.predict(flower)[0] in (model.classes or [])
    assert model.evaluate(split="validation") == run.metrics["validation"]


def test_resume_from_python(tmp_path: Path) -> None:
    run = fitted(tmp_path, **{"training.epochs": 2})
    before = run.history
    longer = nntrain.resume(str(run.folder), {"training.epochs": 3})
    assert (longer.folder, longer.summary["epochs"], len(longer.history)) == (run.folder, 3, 3)
    assert longer.history[:2] == before
