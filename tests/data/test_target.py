from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from nntrain.data.table import SHOWN_PROBLEMS
from nntrain.errors import DataError
from tests.data.tables import load, read, written

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
        names = [classes[place] for place in dataset.train.y]
        same = [float(a) == float(b) if classes[0].isdigit() else a == b for a, b in zip(names, cells, strict=True)]
        assert all(same)
        assert target.counts == tuple(np.bincount(dataset.train.y))


def test_task_can_be_given(tmp_path: Path) -> None:
    rows = [f"{place},{place % 3}" for place in range(60)]
    dataset = load(tmp_path, "x,label", *rows, task="regression")
    y = dataset.train.y
    assert (y.shape, str(y.dtype), dataset.preprocessing.task) == ((60, 1), "float32", "regression")
    np.testing.assert_allclose([y.mean(), y.std()], [0, 1], atol=1e-6)
    (target,) = dataset.preprocessing.target.columns
    np.testing.assert_allclose(y[:, 0] * target.scale + target.mean, [place % 3 for place in range(60)], atol=1e-6)
    floats = [f"{place},{place % 3 / 2}" for place in range(60)]
    assert load(tmp_path, "x,label", *floats, task="classification").preprocessing.target.classes == ["0", "0.5", "1"]


def test_regression_over_ids_as_classes_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"class '0.5' has one row only; .*; or set data.task: regression"):
        load(tmp_path, "x,label", *(f"{place},{place}.5" for place in range(9)), task="classification")


def test_many_labels_that_training_did_not_have_are_told_in_linear_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"class {place}" for place in range(200)]
    target = load(tmp_path, "x,label", *(f"{place},{names[place % 200]}" for place in range(400))).preprocessing.target
    hint, cells = Mock(return_value=""), Mock()
    monkeypatch.setattr("nntrain.data.target.suggestion", hint)
    lines = "".join(f"{place},klass {place}\n" for place in range(5_000))
    table = read(written(tmp_path / "test.csv", "x,label\n0,class 7\n" + lines))
    column = table.columns["label"]
    cells.side_effect = column.cells
    with pytest.raises(DataError) as caught:
        target.encode(replace(table, columns={"label": replace(column, cells=cells)}), np.arange(table.rows))
    assert len(caught.value.problems) == SHOWN_PROBLEMS + 1
    assert str(caught.value.problems[0]).endswith(
        "test.csv:3: error: column 'label': 'klass 0' is no class of the training rows"
    )
    assert caught.value.problems[-1].message == "… and 4990 more of the last kind"
    assert (hint.call_count, cells.call_count) == (SHOWN_PROBLEMS, 1)
