from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from nntrain.config.scalars import resolve

CASES: list[tuple[str, object]] = [
    ("1e-3", 1e-3), ("1E3", 1000.0), ("1e+3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-.5e1", -5.0), ("+1.5", 1.5),
    ("0", 0), ("-0", 0), ("+7", 7), ("0123", 123), ("0o17", 15), ("0x1F", 31), ("0x1f", 31),
    ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
    (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf), ("1e999", math.inf),
    ("-" + "9" * 39, -int("9" * 39)), ("1" * 399 + ".", math.inf),
]  # fmt: skip
TEXTS = [
    "no", "No", "yes", "on", "off", "y", "n", "nUll", "tRue", "12:30", "1_000", "1,5", "2001-01-01", "0b11", "0o8",
    "-0x1F", "0xG", "1e", "e3", ".", "-", "+", "--1", "1-", ".e3", "..5", "1.2.3", "inf", "nan", "NaN", ".iNF", "=",
    "<<", "١٢", "１", "1 2", "1e3.5", "0x", "0o", "1\n", "-.nan", "é",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CASES)
def test_values(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_nan() -> None:
    for text in (".nan", ".NaN", ".NAN"):
        found = resolve(text)
        assert isinstance(found, float)
        assert math.isnan(found)


@pytest.mark.parametrize("text", TEXTS)
def test_what_stays_text(text: str) -> None:
    assert resolve(text) == text
    assert isinstance(resolve(text), str)


@pytest.mark.parametrize(
    "text", ["1" * 401, "1" * 5000, "0x" + "f" * 5000, "1." + "0" * 400, "9" * 41, "0x" + "f" * 40]
)
def test_numbers_of_absurd_length_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quote it if it is text"):
        resolve(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_as_python_writes_it(value: float) -> None:
    found = resolve(repr(value))
    assert isinstance(found, float)
    assert found == value


@given(st.text(max_size=30))
def test_no_other_error(text: str) -> None:
    assert isinstance(resolve(text), str | int | float | bool | None)
