from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from nntrain.report.figures import ABSENT, aligned, counted, duration, figure, rate, seconds, size, spent

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.98, 1.0], ["0.9800", "1.0000"]),
        ([2.30259, 0.5], ["2.3026", "0.5000"]),
        ([2.30259, 0.00031], ["2.30259", "0.00031"]),
        ([3042.53, 12.34], ["3,043", "12"]),
        ([86.5357, 74.9183], ["86.54", "74.92"]),
        ([-0.33418, -0.0016], ["-0.3342", "-0.0016"]),
        ([0.0, 0.0], ["0.0000", "0.0000"]),
        ([None, 0.5], [ABSENT, "0.5000"]),
        ([math.nan, 0.5], ["nan", "0.5000"]),
        ([math.inf, -math.inf], ["inf", "-inf"]),
        ([1.5e-9, 0.5], ["1.5e-09", "0.500000"]),
        ([1.77e-6, 0.5], ["1.8e-06", "0.500000"]),
        ([1.77e-5], ["0.000018"]),
        ([1.23456e12, 3.0], ["1.2346e+12", "3.0"]),
        ([], []),
    ],
)
def test_decimals_are_shared_down_a_column(values: list[float | None], texts: list[str]) -> None:
    assert aligned(values) == texts


@given(st.lists(NUMBERS, max_size=8))
def test_a_column_never_fails_and_stays_narrow(values: list[float]) -> None:
    texts = aligned(values)
    assert len(texts) == len(values)
    assert all(len(text) <= 19 for text in texts)  # -999,999,999.999999


@given(NUMBERS.filter(lambda value: not 1e300 < abs(value) < math.inf))
def test_a_figure_is_close_to_its_value(value: float) -> None:
    text = figure(value).replace(",", "")
    if math.isfinite(value):
        assert float(text) == pytest.approx(value, rel=6e-2, abs=0)
    else:
        assert float(text) == value or math.isnan(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0012, "0.0012"), (0.123, "0.123"), (0.9996, "1.00"), (9.994, "9.99"), (9.996, "10.0"), (99.96, "100")],
)
def test_seconds(value: float, text: str) -> None:
    assert seconds(value) == text


def test_seconds_of_a_column_share_decimals() -> None:
    assert [seconds(value, 12.0) for value in (0.5, 12.0)] == ["0.5", "12.0"]


def test_times() -> None:
    assert [duration(value) for value in (0.2, 7, 59.6, 750, 3723)] == ["0:00", "0:07", "1:00", "12:30", "1:02:03"]
    assert [spent(value) for value in (0.85, 123.0, 3723.0)] == ["0.850 s", "2:03 min", "1:02:03 h"]


def test_small_change() -> None:
    assert (rate(0.001), rate(0.0)) == ("1.00e-03", "0.00e+00")
    assert [size(count) for count in (0, 1023, 1024, 3 * 2**20, 5 * 2**40)] == [
        "0 bytes",
        "1023 bytes",
        "1.0 KiB",
        "3.0 MiB",
        "5120.0 GiB",
    ]
    assert (counted(1, "row"), counted(1200, "row"), counted(2, "category", "categories")) == (
        "1 row",
        "1,200 rows",
        "2 categories",
    )
