"""Dates become their parts, on circles or as numbers; what is no date is an error with its line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data.dates import PARTS, Cyclic, DatePart, values_of
from nntrain.data.files import read_files
from nntrain.data.prediction import load_rows
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.summary import summarize
from nntrain.errors import DataError
from tests.data.tables import TOKENS, labelled, load

WHEN = {"columns": {"when": {"type": "date"}}}


def test_parts_are_numbers(tmp_path: Path) -> None:
    rows = labelled("2024-01-31T06:30", "2025-06-02", "2023-12-25 18:00:00", "2024-03-15")
    dataset = load(tmp_path, "when,label", *rows, dates="linear", **WHEN)
    names = ["when year", "when month", "when day", "when weekday", "when hour"]
    assert dataset.preprocessing.features == names
    expected = np.array([[2024, 1, 31, 2, 6.5], [2025, 6, 2, 0, 0], [2023, 12, 25, 0, 18], [2024, 3, 15, 4, 0]])
    standard = (expected - expected.mean(axis=0)) / expected.std(axis=0)
    np.testing.assert_allclose(dataset.train.x, standard, atol=1e-6)
    assert all(feature.kind == "number" for feature in dataset.preprocessing.described)


def test_parts_come_round(tmp_path: Path) -> None:
    dataset = load(tmp_path, "when,label", *labelled("2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"), **WHEN)
    assert dataset.preprocessing.features == [
        *("when month sin", "when month cos"),
        *("when weekday sin", "when weekday cos"),
    ]
    np.testing.assert_allclose(dataset.train.x[:, :2], [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-6)
    assert summarize(dataset).columns[0].treatment == "month on a circle, weekday on a circle"
    december = load_rows({"when": ["2030-12-31"]}, dataset.preprocessing, need_target=False).x[0, :2]
    assert np.linalg.norm(december - [0, 1]) < 0.6


def test_a_format_of_ones_own_and_missing_dates(tmp_path: Path) -> None:
    columns = {"when": {"type": "date", "dates": {"linear": {"format": "%d.%m.%Y"}}}}
    dataset = load(tmp_path, "when,label", *labelled("01.05.2024", "", "03.05.2024", "NA"), columns=columns)
    assert dataset.preprocessing.features == ["when day", "when weekday", "when is missing"]
    np.testing.assert_allclose(dataset.train.x, [[-1, -1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 1]])
    state = json.loads(json.dumps(dataset.preprocessing.state()))
    assert Preprocessing.from_state(state) == dataset.preprocessing
    assert [feature.kind for feature in dataset.preprocessing.described] == ["number", "number", "flag"]


def test_what_is_no_date_is_named_with_its_line(tmp_path: Path) -> None:
    rows = labelled("2024-02-28", "2024-02-30", "2024-03-01", "soon")
    with pytest.raises(DataError) as caught:
        load(tmp_path, "when,label", *rows, **WHEN)
    first, second = str(caught.value).splitlines()
    expected = "expected ISO 8601 such as 2024-05-31 or 2024-05-31T18:30"
    assert f"t.csv:3: error: column 'when': '2024-02-30' is no date; {expected}; correct it, give the" in first
    assert second.endswith(f"t.csv:5: error: column 'when': 'soon' is no date; {expected}")
    dataset = load(tmp_path, "when,label", *labelled("2024-02-28", "2024-03-01", "2024-03-02", "2024-03-03"), **WHEN)
    with pytest.raises(DataError, match=r"row 2: column 'when': 'x' is no date"):
        load_rows({"when": ["2024-02-28", "x"]}, dataset.preprocessing, need_target=False)


def test_settings_for_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data.columns.when.scaling is not for a date column"):
        load(
            tmp_path,
            "when,label",
            *labelled("2024-02-28", "2024-03-01", "2024-03-02", "2024-03-03"),
            columns={"when": {"type": "date", "scaling": "none"}},
        )
    with pytest.raises(DataError, match=r"data.columns.a.dates is not for a numeric column"):
        load(tmp_path, "a,label", *labelled("1", "2", "3", "4"), columns={"a": {"dates": "linear"}})


def test_the_same_date_everywhere_tells_nothing(tmp_path: Path) -> None:
    dataset = load(tmp_path, "when,n,label", *labelled(*(f"2024-02-28,{n}" for n in range(4))), **WHEN)
    assert dataset.preprocessing.dropped == {"when": "holds the same date in every training row"}


def test_types_of_the_source_are_believed(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    query = "SELECT TIMESTAMP '2024-01-01 06:00:00' + INTERVAL (i) DAY AS at, DATE '2024-01-01' + i::INT AS day, i FROM range(9) r(i)"
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    table = read_files(str(path), None, None, TOKENS)
    assert [getattr(column, "dated", None) for column in table.columns.values()] == [True, True, None]
    moments = np.array(["2024-01-01T06:00", "2025-01-02", "NaT"], "datetime64[ns]")
    dataset = load(tmp_path, "when,label", *labelled("2024-01-01", "2025-01-02", "2025-01-02", "2025-01-03"), **WHEN)
    loaded = load_rows({"when": moments}, dataset.preprocessing, need_target=False)
    as_text = load_rows({"when": ["2024-01-01T06:00:00", "2025-01-02", None]}, dataset.preprocessing, need_target=False)
    np.testing.assert_array_equal(loaded.x, as_text.x)
    assert loaded.unknown == as_text.unknown == {"when": 1}


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))
def test_points_on_circles_are_near_for_neighbouring_days_and_of_length_one(moment: datetime) -> None:
    today, tomorrow = values_of(moment), values_of(moment + timedelta(days=1))
    for at, part in enumerate(PARTS[1:], start=1):
        fitted = Cyclic().fit(part, np.array([1.0, 2.0]))
        here, there = fitted(np.array([today[at]])), fitted(np.array([tomorrow[at]]))
        assert np.linalg.norm(here) == pytest.approx(1.0)
        assert np.linalg.norm(here - there) < 1.0
        assert DatePart(**json.loads(json.dumps(fitted.state()))) == fitted
