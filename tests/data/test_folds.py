"""Cross-validation as settings: every row that is not for test is validated once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data.arrays import table_of_columns
from nntrain.data.splitting import split_rows
from nntrain.errors import ConfigError, DataError
from nntrain.types import RowNumbers
from tests.data.tables import TOKENS, data_settings

LABELS = st.lists(st.sampled_from("aaaabbc"), min_size=30, max_size=120).filter(
    lambda values: min(Counter(values).values()) > 1
)


def split(labels: list[str], **settings: Any) -> dict[str, RowNumbers]:
    table = table_of_columns({"label": labels}, TOKENS)
    return split_rows(table, data_settings(train="x.csv", target="label", split=settings), "classification")


@given(LABELS, st.integers(2, 7), st.sampled_from([0.0, 0.1, 0.25, 0.4]), st.integers(0, 3))
def test_folds_deal_out_all_rows_but_those_for_test(labels: list[str], folds: int, test: float, seed: int) -> None:
    shares = {"validation": 0.2, "test": test, "seed": seed}
    plain = split(labels, **shares)
    parts = [split(labels, **shares, folds=folds, fold=fold) for fold in range(folds)]
    none = np.array([], np.int64)
    for part in parts:
        assert part.get("test", none).tolist() == plain.get("test", none).tolist()
        assert sorted(np.concatenate(list(part.values())).tolist()) == list(range(len(labels)))
        assert np.all(np.diff(part["validation"]) > 0)
    validated = np.concatenate([part["validation"] for part in parts])
    counts = Counter(np.array(labels)[np.setdiff1d(np.arange(len(labels)), plain.get("test", none))].tolist())
    alone = sum(count == 1 for count in counts.values())
    assert len(set(validated.tolist())) == len(validated) == sum(counts.values()) - alone
    sizes = [len(part["validation"]) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    for label, count in counts.items():
        own = [int(np.sum(np.array(labels)[part["validation"]] == label)) for part in parts]
        assert count == 1 or max(own) - min(own) <= 1


def test_the_only_row_of_a_class_stays_in_training() -> None:
    labels = ["a"] * 10 + ["b"]
    for fold in range(3):
        assert 10 in split(labels, folds=3, fold=fold)["train"]


def test_the_folds_do_not_change_between_versions() -> None:
    labels = ["a", "b"] * 6
    assert [split(labels, folds=3, fold=fold)["validation"].tolist() for fold in range(3)] == EXPECTED


EXPECTED = [[2, 4, 5, 9], [3, 6, 10, 11], [0, 1, 7, 8]]


def test_folds_of_a_regression_are_random_rows() -> None:
    table = table_of_columns({"y": np.arange(40.0)}, TOKENS)
    settings = data_settings(train="x.csv", target="y", split={"folds": 4, "fold": 1, "test": 0.1})
    parts = split_rows(table, settings, "regression")
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 27, "validation": 9, "test": 4}
    assert parts["validation"].tolist() != sorted(range(9))


def test_folds_of_few_rows_ask_for_no_share_of_them() -> None:
    labels = ["a", "a", "b", "b"]
    parts = [split(labels, validation=0.1, folds=2, fold=fold)["validation"].tolist() for fold in range(2)]
    assert sorted(parts[0] + parts[1]) == [0, 1, 2, 3]


def test_too_few_rows() -> None:
    with pytest.raises(DataError, match="4 rows that are not for test are too few for 7 folds"):
        split(["a", "b"] * 2, validation=0, folds=7)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fold": 1}, "data.split.fold: 1 of how many? set data.split.folds too"),
        ({"folds": 3, "fold": 3}, "data.split.fold: 3; folds are counted from 0, expected at most 2"),
        (
            {"folds": 3, "column": "part"},
            "data.split.folds: a column says which rows are for validation; leave out one of the two",
        ),
    ],
)
def test_contradictions(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        data_settings(train="x.csv", target="label", split=settings)
    assert message in str(caught.value)


def test_folds_beside_a_file_of_validation_rows() -> None:
    with pytest.raises(ConfigError, match=r"data\.split\.folds: the validation rows have a file of their own"):
        data_settings(train="x.csv", validation="v.csv", target="label", split={"folds": 3})
