from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data.dataset import Dataset
from nntrain.data.prediction import load_rows
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.registries import encoders, scalers
from nntrain.data.summary import summarize
from nntrain.errors import DataError
from tests.data.tables import data_settings, labelled, load, rows_of, written


def column(dataset: Dataset, name: str) -> list[float]:
    return dataset.train.x[:, dataset.preprocessing.features.index(name)].tolist()


def kinds(dataset: Dataset) -> dict[str, str]:
    return {summary.name: summary.type for summary in summarize(dataset).columns}


def test_types_are_found_on_the_values(tmp_path: Path) -> None:
    dataset = load(
        tmp_path,
        "number,code,flag,text,constant,label",
        "1.5,007,true,a,3,no",
        "2,010,false,b,3,yes",
        ",011,true,c,3,no",
        "-3e0,012,NA,c,3,yes",
    )
    assert kinds(dataset) == {
        "number": "numeric",
        "code": "categorical",
        "flag": "categorical",
        "text": "categorical",
        "constant": "dropped",
    }
    assert dataset.preprocessing.features == [
        "number",
        *("code=007", "code=010", "code=011", "code=012", "code is unknown"),
        *("flag=false", "flag=true", "flag is missing", "flag is unknown"),
        *("text=a", "text=b", "text=c", "text is unknown"),
    ]
    assert column(dataset, "flag is missing") == [0, 0, 0, 1]
    assert any("'constant' is 3 in every training row" in warning for warning in dataset.warnings)
    assert dataset.train.x.dtype == np.float32
    assert dataset.train.x.flags.c_contiguous
    assert dataset.train.y.tolist() == [0, 1, 0, 1]
    assert dataset.train.y.dtype == np.int32
    assert dataset.train.rows.tolist() == [0, 1, 2, 3]


def test_a_few_texts_among_numbers_are_mistakes_and_many_are_categories(tmp_path: Path) -> None:
    few = labelled(*(["1", "2", "3", "4", "5", "6", "7", "8", "9"] * 2), "x", "y")
    with pytest.raises(DataError, match="'x' is not a number"):
        load(tmp_path, "a,label", *few)
    assert kinds(load(tmp_path, "a,label", *few, columns={"a": {"type": "categorical"}})) == {"a": "categorical"}
    assert kinds(load(tmp_path, "a,label", *few, missing_values=["x", "y"])) == {"a": "numeric"}
    many = load(tmp_path, "a,label", *labelled("1", "2", "3", "x", "y"))
    assert kinds(many) == {"a": "categorical"}
    assert any("3 of 5 values are numbers" in warning for warning in many.warnings)


def test_types_given_for_single_columns(tmp_path: Path) -> None:
    rows = [f"{cell},{place % 3},0{place},{'yes' if place % 2 else 'no'}" for place, cell in enumerate("abcdef")]
    columns = {"a": {"type": "ignored"}, "b": {"type": "categorical"}, "c": {"type": "numeric", "scaling": "none"}}
    dataset = load(tmp_path, "a,b,c,label", *rows, columns=columns)
    assert kinds(dataset) == {"b": "categorical", "c": "numeric", "a": "ignored"}
    assert column(dataset, "c") == [0, 1, 2, 3, 4, 5]
    assert column(dataset, "b=1") == [0, 1, 0, 0, 1, 0]
    with pytest.raises(DataError, match="'a' is not a number"):
        load(tmp_path, "a,b,c,label", *rows, columns={"a": {"type": "numeric"}})
    with pytest.raises(DataError, match=r"data.columns.a.missing is not for a categorical column"):
        load(tmp_path, "a,b,c,label", *rows, columns={"a": {"missing": "mean"}})
    with pytest.raises(DataError) as caught:
        load(tmp_path, "a,b,c,label", *rows, columns={"colour": {}}, ignore=["bb", "label"])
    assert "no column 'bb' (data.ignore) (did you mean 'b'?)" in str(caught.value)
    assert "no column 'colour' (data.columns)" in str(caught.value)
    assert "it cannot be ignored" in str(caught.value)


@pytest.mark.parametrize(("missing", "value"), [("mean", 4.0), ("median", 2.0), ({"constant": -1}, -1.0)])
@pytest.mark.parametrize("indicator", [False, True])
def test_missing_numbers(tmp_path: Path, missing: Any, value: float, indicator: bool) -> None:
    name, settings = (missing, {}) if isinstance(missing, str) else ("constant", {"value": -1.0})
    yaml = {"missing": {name: {**settings, "indicator": indicator}}, "numeric": "none"}
    dataset = load(tmp_path, "a,label", *labelled("1", "NA", "2", "", "9"), **yaml)
    assert column(dataset, "a") == [1, value, 2, value, 9]
    assert dataset.preprocessing.features == (["a", "a is missing"] if indicator else ["a"])
    if indicator:
        assert column(dataset, "a is missing") == [0, 1, 0, 1, 0]
    standard = load(tmp_path, "a,label", *labelled("1", "NA", "2", "", "9"), missing="mean")
    assert column(standard, "a")[1] == 0  # statistics are those of the values that are there
    assert np.std([column(standard, "a")[place] for place in (0, 2, 4)]) == pytest.approx(1)


def test_statistics_come_from_training_rows_only(tmp_path: Path) -> None:
    parts = ["train"] * 4 + ["validation"] * 2
    rows = [
        f"{value},{part},{'yes' if place % 2 else 'no'}"
        for place, (value, part) in enumerate(zip([1, 3, 1, 3, 100, 200], parts, strict=True))
    ]
    dataset = load(tmp_path, "a,part,label", *rows, split={"column": "part"})
    assert column(dataset, "a") == [-1, 1, -1, 1]
    assert dataset.validation is not None
    assert dataset.validation.x[:, 0].tolist() == [98, 198]


def test_unknown_categories_are_counted_not_fatal(tmp_path: Path) -> None:
    test = written(tmp_path / "test.csv", rows_of("extra,label,a", "1,no,blue", "1,yes,pink", "1,yes,", "1,no,grey"))
    dataset = load(tmp_path, "a,label", *labelled("red", "blue", "red"), "red,yes", test=test)
    assert dataset.test is not None
    assert dataset.test.unknown == {"a": 3}
    assert dataset.test.x.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    assert "test: columns that training did not have are not used: 'extra'" in dataset.warnings
    assert "test: column 'a': 3 values that training did not have, taken as unknown" in dataset.warnings


def test_many_categories_are_bounded_and_warned_of(tmp_path: Path) -> None:
    cells = [f"c{place % 30}" for place in range(60)] + ["c7"] * 10
    dataset = load(tmp_path, "a,label", *labelled(*cells), categorical={"one_hot": {"max_categories": 3}})
    assert dataset.preprocessing.features == ["a=c0", "a=c1", "a=c7", "a is rare"]
    assert any("'a' has 30 categories: 3 are kept" in warning for warning in dataset.warnings)
    ids = load(tmp_path, "a,label", *labelled(*(f"id{place}" for place in range(40))))
    assert any("'a' has 40 categories in 40 rows" in warning for warning in ids.warnings)


def test_numbers_as_categories_have_one_name_however_they_are_written(tmp_path: Path) -> None:
    yaml = {"columns": {"a": {"type": "categorical"}}}
    dataset = load(tmp_path, "a,label", *labelled("1", "2.0", "1.0", "2", "10"), **yaml)
    assert dataset.preprocessing.features == ["a=1", "a=2", "a=10", "a is unknown"]
    rows = load_rows({"a": ["1.0", 2, 10.0, "x"]}, dataset.preprocessing, need_target=False)
    assert rows.x.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_values_beyond_float32_are_an_error_with_a_place(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t.csv:5: error: column 'a': the scaled value is beyond float32"):
        load(tmp_path, "a,label", *labelled("1", "2", "3", "1e300"), numeric="none")
    with pytest.raises(DataError, match="too large to be scaled"):
        load(tmp_path, "a,label", *labelled("1", "2", "-1.7e308", "1.7e308"))
    assert np.all(np.isfinite(load(tmp_path, "a,label", *labelled("1", "2", "3", "1e300"), numeric="quantile").train.x))


def test_digests_tell_what_training_sees(tmp_path: Path) -> None:
    first = load(tmp_path, "a,label", *labelled("1", "2", "3"), "4,yes")
    again = load(tmp_path, "a,label", *labelled("1.0", " 2", "3e0"), "4,yes")
    other = load(tmp_path, "a,label", *labelled("1", "2", "3"), "5,yes")
    assert first.digests == again.digests != other.digests
    assert [len(digest) for digest in first.digests.values()] == [64]
    assert set(first.timings) == {"read", "encode"}


def test_a_digest_says_the_same_for_ever(tmp_path: Path) -> None:
    """Class indices once had eight bytes each; runs of that time can still be resumed."""
    split = load(tmp_path, "a,label", *labelled("1", "2", "3"), "4,yes").train
    known = hashlib.sha256(f"train {split.x.shape} {split.y.shape} int64".encode())
    known.update(split.x.tobytes())
    known.update(split.y.astype(np.int64).tobytes())
    assert split.digest == known.hexdigest()


def test_too_wide_for_memory_is_said_before_it_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 4 if name == "SC_PAGE_SIZE" else 5)
    with pytest.raises(DataError, match=r"Widest columns: 'a' 1; ignore them"):
        load(tmp_path, "a,label", *labelled("1", "2", "3"), "4,yes")


CELLS = st.one_of(
    st.sampled_from(["", "NA", "red", "blue", "1", "0.5", "-3", "ünï", "a,b", '"']), st.text("abc\n, ", max_size=4)
)
NUMBERS = st.one_of(st.floats(-1e6, 1e6).map(repr), st.integers(-5, 5).map(str), st.just(""))


@given(
    rows=st.lists(st.tuples(NUMBERS, CELLS), min_size=6, max_size=30),
    scaling=st.sampled_from(scalers.names),
    encoding=st.sampled_from(encoders.names),
    indicator=st.booleans(),
)
def test_rows_are_encoded_alone_as_among_others_and_after_json(
    rows: list[tuple[str, str]], scaling: str, encoding: str, indicator: bool
) -> None:
    columns = {"n": [*(row[0] for row in rows), "1", "2"], "c": [*(row[1] for row in rows), "x", "y"]}
    labels = [place % 2 for place in range(len(rows) + 2)]
    preprocessing = fitted(
        {**columns, "label": labels},
        numeric=scaling,
        categorical=encoding,
        missing={"median": {"indicator": indicator}},
    )
    restored = Preprocessing.from_state(json.loads(json.dumps(preprocessing.state())))
    assert restored == preprocessing
    x = load_rows(columns, preprocessing, need_target=False).x
    np.testing.assert_array_equal(load_rows(columns, restored, need_target=False).x, x)
    for place in (0, len(rows) // 2, len(rows)):
        alone = {name: values[place : place + 1] for name, values in columns.items()}
        np.testing.assert_array_equal(load_rows(alone, preprocessing, need_target=False).x, x[place : place + 1])


def fitted(columns: dict[str, list[Any]], **yaml: Any) -> Preprocessing:
    from nntrain.data.arrays import table_of_columns
    from nntrain.data.fitting import fit

    settings = data_settings(
        train="t.csv", target="label", columns={"c": {"type": "categorical"}, "n": {"type": "numeric"}}, **yaml
    )
    table = table_of_columns(columns, frozenset(settings.missing_values))
    return fit(table, np.arange(table.rows), settings, "classification")[0]
