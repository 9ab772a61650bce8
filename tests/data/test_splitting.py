from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data.arrays import table_of_columns
from nntrain.data.dataset import load_dataset, load_split
from nntrain.data.splitting import split_rows
from nntrain.errors import ConfigError, DataError
from tests.data.tables import TOKENS, data_settings, rows_of, written

labels = st.lists(st.sampled_from("aaaaabbc"), min_size=8, max_size=120).filter(
    lambda values: min(Counter(values).values()) > 1
)


@given(labels=labels, validation=st.floats(0, 0.6), test=st.floats(0, 0.39), seed=st.integers(0, 5))
def test_splits_are_a_partition_and_every_class_has_its_share(
    labels: list[str], validation: float, test: float, seed: int
) -> None:
    table = table_of_columns({"label": labels}, TOKENS)
    settings = data_settings(
        train="x.csv", target="label", split={"validation": validation, "test": test, "seed": seed}
    )
    parts, refusal = {}, ""
    try:
        parts = split_rows(table, settings, "classification")
    except DataError as error:
        refusal = str(error)
    if refusal:
        assert "too few" in refusal
        return
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(len(labels)))
    array = np.array(labels)
    for name, share in (("validation", validation), ("test", test)):
        rows = parts.get(name, np.array([], np.int64))
        assert np.all(np.diff(rows) > 0)
        for label, count in Counter(labels).items():
            spared = np.sum(array[parts["train"]] == label) == 1  # the last row of a class stays in training
            assert abs(np.sum(array[rows] == label) - share * count) <= 1 + spared + 1e-9
    assert set(array[parts["train"]]) == set(labels)


def test_the_split_does_not_change_between_versions() -> None:
    table = table_of_columns({"label": ["a", "b"] * 10, "x": list(range(20))}, TOKENS)
    parts = split_rows(
        table, data_settings(train="x.csv", target="label", split={"validation": 0.2, "test": 0.1}), "classification"
    )
    assert {name: rows.tolist() for name, rows in parts.items() if name != "train"} == EXPECTED


EXPECTED = {"validation": [4, 5, 11, 12], "test": [1, 6]}


def test_regression_is_split_at_random_to_the_row() -> None:
    table = table_of_columns({"y": np.arange(40.0)}, TOKENS)
    parts = split_rows(
        table, data_settings(train="x.csv", target="y", split={"validation": 0.25, "test": 0.1}), "regression"
    )
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 26, "validation": 10, "test": 4}
    assert parts["validation"].tolist() != list(range(10))
    with pytest.raises(DataError, match="stratify needs classes"):
        split_rows(table, data_settings(train="x.csv", target="y", split={"stratify": True}), "regression")


def test_by_column(tmp_path: Path) -> None:
    rows = [
        f"{i},{part},{'yes' if i % 2 else 'no'}"
        for i, part in enumerate(["train"] * 6 + ["test"] * 3 + ["validation"] * 2)
    ]
    settings = data_settings(
        train=written(tmp_path / "t.csv", rows_of("x,part,label", *rows)), target="label", split={"column": "part"}
    )
    dataset = load_dataset(settings)
    assert [(split.name, split.rows.tolist()) for split in dataset.splits] == [
        ("train", [0, 1, 2, 3, 4, 5]),
        ("validation", [9, 10]),
        ("test", [6, 7, 8]),
    ]
    assert dataset.preprocessing.features == ["x"]
    again = load_split(settings, dataset.preprocessing, "test")
    assert dataset.test is not None
    np.testing.assert_array_equal(again.x, dataset.test.x)
    np.testing.assert_array_equal(again.y, dataset.test.y)


def test_files_of_their_own_take_the_place_of_a_split(tmp_path: Path) -> None:
    train = written(tmp_path / "a.csv", rows_of("x,label", *(f"{i},{'yes' if i % 2 else 'no'}" for i in range(20))))
    test = written(tmp_path / "b.csv", rows_of("label,x", "yes,3", "no,4"))
    both = load_dataset(data_settings(train=train, validation=test, test=test, target="label"))
    assert [len(split) for split in both.splits] == [20, 2, 2]
    one = load_dataset(data_settings(train=train, test=test, target="label", split={"validation": 0.2, "test": 0.3}))
    assert [len(split) for split in one.splits] == [16, 4, 2]
    none = load_dataset(data_settings(train=train, target="label", split={"validation": 0}))
    assert (none.validation, none.test, len(none.train)) == (None, None, 20)


def test_a_split_that_does_not_exist(tmp_path: Path) -> None:
    settings = data_settings(train="moons", target="label")
    dataset = load_dataset(settings)
    preprocessing = dataset.preprocessing
    again = load_split(settings, preprocessing, "validation")
    assert dataset.validation is not None
    assert len(dataset.train) == 425
    np.testing.assert_array_equal(again.rows, dataset.validation.rows)
    np.testing.assert_array_equal(again.x, dataset.validation.x)
    with pytest.raises(DataError, match="there is no test split"):
        load_split(settings, preprocessing, "test")


def test_shares_that_leave_nothing_to_train_on() -> None:
    with pytest.raises(ConfigError, match="leave no rows to train on"):
        data_settings(train="moons", target="label", split={"validation": 0.6, "test": 0.4})
