"""Several targets: what they may be together, and how they are encoded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nntrain.data.preprocessing import Preprocessing
from nntrain.data.targets import TargetGroup
from nntrain.errors import ConfigError, DataError
from tests.data.tables import data_settings, load

HEADER = "x,a,b,c,d,e"
ROWS = [f"{n},{n / 7:.3f},{n * n % 101},{'no' if n % 3 else 'yes'},{n % 2},{'rgb'[n % 3]}" for n in range(60)]


def test_numbers_are_standardised_each_by_itself(tmp_path: Path) -> None:
    dataset = load(tmp_path, HEADER, *ROWS, target=["a", "b"])
    target, y = dataset.preprocessing.target, dataset.train.y
    assert isinstance(target, TargetGroup)
    assert (dataset.preprocessing.task, target.names, target.classes) == ("regression", ["a", "b"], None)
    assert (y.shape, y.dtype.name, y.flags.c_contiguous) == ((60, 2), "float32", True)
    np.testing.assert_allclose([*y.mean(axis=0), *y.std(axis=0)], [0, 0, 1, 1], atol=1e-6)
    back = [column.restore(y[:, t].astype(float)) for t, column in enumerate(target.columns)]
    np.testing.assert_allclose(back[1], [n * n % 101 for n in range(60)], atol=1e-4)
    np.testing.assert_allclose(target.constant, [np.mean(values) for values in back], rtol=1e-4)
    assert dataset.preprocessing.features[0] == "x"
    assert not {"a", "b"} & set(dataset.preprocessing.columns)


def test_labels_are_nought_or_one(tmp_path: Path) -> None:
    dataset = load(tmp_path, HEADER, *ROWS, target=["c", "d"])
    y = dataset.train.y
    assert (dataset.preprocessing.task, y.shape, y.dtype.name) == ("multilabel", (60, 2), "int32")
    assert y[:4].tolist() == [[1, 0], [0, 1], [0, 0], [1, 1]]
    np.testing.assert_allclose(dataset.preprocessing.target.constant, [20 / 60, 0.5])
    assert load(tmp_path, HEADER, *ROWS, target=["c", "d"], task="multilabel").train.digest == dataset.train.digest


def test_a_group_goes_through_a_checkpoint(tmp_path: Path) -> None:
    for names in (["a", "b"], ["c", "d"]):
        preprocessing = load(tmp_path, HEADER, *ROWS, target=names).preprocessing
        assert Preprocessing.from_state(preprocessing.state()) == preprocessing


def test_a_list_of_one_is_that_one(tmp_path: Path) -> None:
    assert (
        load(tmp_path, HEADER, *ROWS, target=["e"]).train.digest
        == load(tmp_path, HEADER, *ROWS, target="e").train.digest
    )


def test_whole_numbers_may_be_numbers_when_told(tmp_path: Path) -> None:
    assert load(tmp_path, HEADER, *ROWS, target=["a", "d"], task="regression").preprocessing.task == "regression"


@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        ({"target": ["a", "c"]}, ["data.target: classes in 'c', numbers in 'a'; several targets must be all numbers"]),
        ({"target": ["c", "e"]}, ["data.target: more than two classes in 'e'; expected two in each"]),
        ({"target": ["zz", "c", "yy"]}, ["no column 'zz', the target", "no column 'yy', the target"]),
        ({"target": ["a", "b"], "ignore": ["b"]}, ["'b' is a target; it cannot be ignored"]),
        ({"target": ["c"], "task": "multilabel"}, ["multilabel needs several targets; data.target names 'c' alone"]),
        ({"target": ["c", "d"], "split": {"stratify": True}}, ["stratify needs classes of one target"]),
        ({"target": ["c", "e"], "task": "regression"}, ["t.csv:2: error: target 'c': 'yes'", "target 'e': 'r'"]),
    ],
)
def test_what_cannot_be(tmp_path: Path, settings: dict[str, object], messages: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path, HEADER, *ROWS, **settings)
    assert all(message in str(caught.value) for message in messages), str(caught.value)


@pytest.mark.parametrize(
    ("target", "weights", "message"),
    [
        (["a", "b", "a"], None, "data.target: 'a' is listed twice"),
        ([], None, "data.target: []; expected a column, or a list of them"),
        (["a", "b"], "b", "data.weights: 'b' is a target; expected another column"),
    ],
)
def test_what_the_config_alone_shows(target: list[str], weights: str | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("[", r"\[").replace("]", r"\]")):
        data_settings(train="t.csv", target=target, weights=weights)
