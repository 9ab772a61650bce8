"""The column of weights: what it may hold, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nntrain.data.dataset import load_split
from nntrain.data.prediction import load_rows
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.summary import summarize
from nntrain.errors import DataError
from tests.data.tables import data_settings, load, rows_of, written

WEIGHTS = ["1", "2", "0", "5", "1.5", "2.5"]
ROWS = [f"{place},{'ab'[place % 2]},{weight}" for place, weight in enumerate(WEIGHTS)]
HEADER = "x,label,w"


def test_they_average_one_over_the_training_rows_and_are_no_input(tmp_path: Path) -> None:
    dataset = load(tmp_path, HEADER, *ROWS, weights="w")
    assert dataset.preprocessing.features == ["x"]
    assert dataset.train.weights is not None
    np.testing.assert_allclose(dataset.train.weights, np.array(WEIGHTS, float) / 2.0, rtol=1e-7)
    assert dataset.train.weights.dtype == np.float32
    assert summarize(dataset).weights == "w"
    assert load(tmp_path, HEADER, *ROWS).train.weights is None


def test_other_rows_are_divided_by_the_mean_of_training(tmp_path: Path) -> None:
    other = written(tmp_path / "v.csv", rows_of(HEADER, "1,a,4", "2,b,0"))
    dataset = load(tmp_path, HEADER, *ROWS, weights="w", validation=other)
    assert dataset.validation is not None
    assert dataset.validation.weights is not None
    assert dataset.validation.weights.tolist() == [2.0, 0.0]
    preprocessing = Preprocessing.from_state(dataset.preprocessing.state())
    rows = load_rows(other, preprocessing, need_target=True)
    assert rows.weights is not None
    assert rows.weights.tolist() == [2.0, 0.0]
    assert load_rows({"x": [1.0]}, preprocessing, need_target=False).weights is None


def test_they_are_part_of_the_digest(tmp_path: Path) -> None:
    settings = data_settings(train=str(tmp_path / "t.csv"), target="label", split={"validation": 0}, weights="w")
    dataset = load(tmp_path, HEADER, *ROWS, weights="w")
    assert load_split(settings, dataset.preprocessing, "train").digest == dataset.train.digest
    written(tmp_path / "t.csv", rows_of(HEADER, *ROWS).replace("2.5", "3.5"))
    assert load_split(settings, dataset.preprocessing, "train").digest != dataset.train.digest


def test_every_cell_that_is_no_weight_is_told_with_its_line(tmp_path: Path) -> None:
    rows = ["0,a,1", "1,b,-2", "2,a,", "3,b,many", "4,a,-0.5", "5,b,1e999"]
    with pytest.raises(DataError) as caught:
        load(tmp_path, HEADER, *rows, weights="w")
    assert [str(problem).removeprefix(str(tmp_path)) for problem in caught.value.problems] == [
        "/t.csv:3: error: weights 'w': -2 is negative; expected ≥ 0",
        "/t.csv:4: error: weights 'w': missing; a row without one is given 1, or 0",
        "/t.csv:5: error: weights 'w': 'many' is not a number",
        "/t.csv:6: error: weights 'w': -0.5 is negative; expected ≥ 0",
        "/t.csv:7: error: weights 'w': '1e999' is beyond the range of float64",
    ]


@pytest.mark.parametrize(
    ("cells", "settings", "message"),
    [
        (["1"] * 6, {"weights": "v"}, "no column 'v', the weights (data.weights)"),
        (["0"] * 6, {"weights": "w"}, "weights 'w': 0 in each of 6 rows: none of them counts"),
        (["1"] * 6, {"weights": "w", "ignore": ["w"]}, "'w' is the weights; it cannot be ignored"),
    ],
)
def test_what_cannot_be(tmp_path: Path, cells: list[str], settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, HEADER, *(f"{n},{'ab'[n % 2]},{cell}" for n, cell in enumerate(cells)), **settings)
    assert message in str(caught.value)
