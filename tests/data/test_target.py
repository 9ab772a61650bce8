from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.dataset import Dataset, load_dataset
from nntrain.errors import DataError
from tests.data.tables import data_settings, rows_of, written

NO_SPLIT = {"validation": 0}


def load(tmp_path: Path, header: str, *rows: str, **yaml: Any) -> Dataset:
    path = written(tmp_path / "t.csv", rows_of(header, *rows))
    return load_dataset(data_settings(**{"train": path, "target": "label", "split": NO_SPLIT, **yaml}))


def labelled(*cells: str) -> list[str]:
    return [f"{cell},{'yes' if place % 2 else 'no'}" for place, cell in enumerate(cells)]


TARGETS: list[tuple[list[str], str, list[str] | None]] = [
    (["b", "a", "b", "a"], "classification", ["a", "b"]),
    (["true", "false"] * 3, "classification", ["false", "true"]),
    (["10", "9"] * 3, "classification", ["9", "10"]),
    (["1.0", "0.0"] * 3, "classification", ["0", "1"]),
    (["2", "10", "1"] * 10, "classification", ["1", "2", "10"]),
    (["2", "10", "1"] * 3, "regression", None),
    (["0.5", "1.5"] * 20, "regression", None),
    ([str(place) for place in range(30)] * 20, "regression", None),
    (["007", "010"] * 3, "classification", ["007", "010"]),
]


@pytest.mark.parametrize(("cells", "task", "classes"), TARGETS)
def test_task_and_classes_follow_from_the_target(
    tmp_path: Path, cells: list[str], task: str, classes: list[str] | None
) -> None:
    dataset = load(tmp_path, "x,label", *(f"{place},{cell}" for place, cell in enumerate(cells)))
    target = dataset.preprocessing.target
    assert (target.task, target.classes) == (task, classes)
    if classes is not None:
        decoded = target.decode(dataset.train.y)
        same = [float(a) == float(b) if classes[0].isdigit() else a == b for a, b in zip(decoded, cells, strict=True)]
        assert all(same)
        assert target.counts == tuple(np.bincount(dataset.train.y))


def test_task_can_be_given(tmp_path: Path) -> None:
    rows = [f"{place},{place % 3}" for place in range(60)]
    dataset = load(tmp_path, "x,label", *rows, task="regression")
    y = dataset.train.y
    assert (y.shape, str(y.dtype), dataset.preprocessing.task) == ((60, 1), "float32", "regression")
    np.testing.assert_allclose([y.mean(), y.std()], [0, 1], atol=1e-6)
    np.testing.assert_allclose(
        dataset.preprocessing.target.decode(y)[:, 0], [place % 3 for place in range(60)], atol=1e-6
    )
    floats = [f"{place},{place % 3 / 2}" for place in range(60)]
    assert load(tmp_path, "x,label", *floats, task="classification").preprocessing.target.classes == ["0", "0.5", "1"]


def test_regression_over_ids_as_classes_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"class '0.5' has one row only; .*; or set data.task: regression"):
        load(tmp_path, "x,label", *(f"{place},{place}.5" for place in range(9)), task="classification")
