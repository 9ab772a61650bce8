"""Distinct numbers and their codes, found piece by piece."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data import vocabulary
from nntrain.data.columns import NumberColumn, column_of_numbers, none_missing
from nntrain.data.vocabulary import MISSING, UNKNOWN, Vocabulary, distinct_numbers
from tests.data.tables import TOKENS

VALUES = st.lists(st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0, 7.0, float("nan")]) | st.floats(-1e6, 1e6), max_size=40)


def column(values: list[float]) -> NumberColumn:
    return column_of_numbers(np.array(values), none_missing(len(values)), TOKENS)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "PIECE", 5)


@given(VALUES)
def test_distinct_numbers_are_those_of_numpy(values: list[float]) -> None:
    np.testing.assert_array_equal(distinct_numbers(column(values), None), np.unique(np.array(values) + 0.0))
    rows = np.arange(len(values))[::2]
    np.testing.assert_array_equal(distinct_numbers(column(values), rows), np.unique(np.array(values)[rows] + 0.0))


@given(VALUES)
def test_codes_are_places_of_names(values: list[float]) -> None:
    known = column([value for value in values[: len(values) // 2] if not math.isnan(value)])
    found = Vocabulary.of(known, np.arange(len(known)))
    assert found.numeric
    for value, code in zip(values, found.codes(column(values)).tolist(), strict=True):
        if math.isnan(value):
            assert code == MISSING
        elif value in known.values:
            assert float(found.names[code]) == value
        else:
            assert code == UNKNOWN
