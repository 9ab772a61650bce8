"""Encodings of categories: one-hot and codes, rare categories joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from nntrain.data.columns import TextColumn
from nntrain.data.encoding import Encoding, encodings
from nntrain.data.prediction import load_rows
from nntrain.data.registries import encoders
from nntrain.data.vocabulary import Vocabulary
from tests.data.tables import labelled, load

TOWNS = ["Ulm", "Bonn", "Ulm", "Kiel", "Bonn", "Ulm", "Jena"]


def text_column(texts: list[str | None]) -> TextColumn:
    names = list(dict.fromkeys(text for text in texts if text is not None))
    codes = [-1 if text is None else names.index(text) for text in texts]
    return TextColumn(np.array(codes, np.int64), names, lambda: np.array(texts, object), declared=True)


def fitted(name: str, texts: list[str | None], **settings: Any) -> Encoding:
    column, rows = text_column(texts), np.arange(len(texts))
    vocabulary = Vocabulary.of(column, rows)
    codes = vocabulary.codes(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(vocabulary.names))
    encoding: Encoding = encoders[name].build(**settings)(vocabulary, counts, bool(np.any(codes < 0)))
    return encoding


def encoded(encoding: Encoding, texts: list[str | None]) -> tuple[np.ndarray[Any, Any], int]:
    out = np.zeros((len(texts), len(encoding.features)), np.float32)
    unknown = encoding.write(text_column(texts), np.arange(len(texts)), out)
    return out, unknown


def test_codes_are_those_of_scikit_learn_and_one_more() -> None:
    judge = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(np.array(TOWNS)[:, None])
    new = [*TOWNS, "Rom"]
    codes, unknown = encoded(fitted("ordinal", [*TOWNS]), [*new])
    np.testing.assert_array_equal(codes, judge.transform(np.array(new)[:, None]) + 1)
    assert unknown == 1


@pytest.mark.parametrize("settings", [{"min_count": 2}, {"max_categories": 3}])
def test_rare_categories_share_an_input_as_in_scikit_learn(settings: dict[str, int]) -> None:
    theirs = {key.replace("count", "frequency"): value + (key == "max_categories") for key, value in settings.items()}
    texts = [*TOWNS, "Kiel"] if "max_categories" in settings else TOWNS
    judge = OneHotEncoder(handle_unknown="infrequent_if_exist", sparse_output=False, **theirs)
    judge.fit(np.array(texts)[:, None])
    encoding = fitted("one_hot", [*texts], **settings)
    ours, unknown = encoded(encoding, [*texts, "Rom"])
    np.testing.assert_array_equal(ours, judge.transform(np.array([*texts, "Rom"])[:, None]))
    assert encoding.features[-1] == " is rare"
    assert unknown == 0  # among the rare ones something new is no surprise


def test_codes_of_missing_unknown_and_rare(tmp_path: Path) -> None:
    with_missing = fitted("ordinal", ["b", "a", None, "b"])
    assert with_missing.codes == 4
    codes, unknown = encoded(with_missing, ["a", "b", None, "c"])
    assert (codes[:, 0].tolist(), unknown) == ([1, 2, 3, 0], 1)
    without = fitted("ordinal", ["b", "a", "b"])
    assert without.codes == 3
    codes, unknown = encoded(without, ["a", None, "c"])
    assert (codes[:, 0].tolist(), unknown) == ([1, 0, 0], 2)
    rare = fitted("ordinal", ["b", "a", "b"], min_count=2)
    assert encoded(rare, ["a", "b", "z"])[0][:, 0].tolist() == [0, 1, 0]
    assert rare.describe() == "a code, rare ones together"
    dataset = load(tmp_path, "a,n,label", *labelled("x,1", "y,2", "x,3", "y,4"), categorical="ordinal")
    kinds = [(feature.name, feature.kind, feature.categories) for feature in dataset.preprocessing.described]
    assert kinds == [("a", "code", 3), ("n", "number", 0)]


def test_where_all_are_rare_nothing_is_left(tmp_path: Path) -> None:
    categorical = {"one_hot": {"min_count": 2}}
    dataset = load(tmp_path, "a,n,label", *labelled("v,1", "w,2", "x,3", "y,4"), categorical=categorical)
    assert dataset.preprocessing.dropped == {"a": "has no category that enough training rows hold to be told apart"}


def test_joined_categories_are_told(tmp_path: Path) -> None:
    rows = labelled(*["red"] * 3, *["blue"] * 3, "pink", "grey")
    dataset = load(tmp_path, "a,label", *rows, categorical={"one_hot": {"min_count": 3}})
    assert dataset.preprocessing.features == ["a=blue", "a=red", "a is rare"]
    assert any("'a' has 4 categories: 2 are kept, the others are joined as rare" in line for line in dataset.warnings)
    assert dataset.train.unknown == {}
    new = load_rows({"a": ["green", "red", ""]}, dataset.preprocessing, need_target=False)
    assert new.x.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1]]


def test_a_checkpoint_from_before_there_were_rare_ones_opens() -> None:
    old = {"kind": "one_hot", "names": ["a", "b"], "numeric": False, "missing": False}
    assert encodings.restore(old).features == ["=a", "=b", " is unknown"]


@pytest.mark.parametrize("name", encoders.names)
@given(
    texts=st.lists(st.one_of(st.none(), st.sampled_from("abcdefg"), st.text(max_size=2)), min_size=1, max_size=40),
    new=st.lists(st.one_of(st.none(), st.text(max_size=2)), max_size=5),
    min_count=st.integers(1, 4),
    max_categories=st.integers(1, 6),
)
def test_every_cell_has_a_place_and_the_same_after_json(
    name: str, texts: list[str | None], new: list[str | None], min_count: int, max_categories: int
) -> None:
    encoding = fitted(name, texts, min_count=min_count, max_categories=max_categories)
    assert encoding.categories <= max_categories
    out, unknown = encoded(encoding, [*texts, *new])
    if encoding.codes:
        assert out.min() >= 0
        assert out.max() < encoding.codes
    else:
        assert out.sum(axis=1).tolist() == [1] * len(out)
    assert 0 <= unknown <= len(new)
    restored = encodings.restore(json.loads(json.dumps(encodings.store(encoding))))
    assert restored == encoding
    np.testing.assert_array_equal(encoded(restored, [*texts, *new])[0], out)
