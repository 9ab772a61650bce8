from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, strategies as st

from nntrain.data.cells import PLAIN_CELL, Meaning, canonical, meaning, number


@pytest.mark.parametrize("text", ["0", "-0", "1", "+1", "1.", ".5", "1e5", "1E-5", "-1.5e+3", "123456789012345678901"])
def test_plain_numbers(text: str) -> None:
    assert meaning(text) is Meaning.NUMBER
    assert number(text) == float(text)
    assert PLAIN_CELL.fullmatch(f" {text}\t")


@pytest.mark.parametrize(
    "text", ["1_000", "0x10", "1,5", "1 2", "--1", "e5", "1e", ".", "+", "١", "１", "1.2.3", "abc", "1d", "1\n"]
)
def test_not_numbers(text: str) -> None:
    assert meaning(text) is Meaning.TEXT
    assert math.isnan(number(text))
    assert not PLAIN_CELL.fullmatch(text)


@pytest.mark.parametrize("text", ["007", "-01", "00", "00.5"])
def test_leading_zeros_make_a_code(text: str) -> None:
    assert meaning(text) is Meaning.CODE
    assert not PLAIN_CELL.fullmatch(text)


@pytest.mark.parametrize("text", ["inf", "-Infinity", "NaN", "+nan", "1e400", "-1e999"])
def test_not_finite(text: str) -> None:
    assert meaning(text) is Meaning.NON_FINITE
    assert math.isnan(number(text))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back_exactly(value: float) -> None:
    assert number(repr(value)) == value


@given(st.text(alphabet="0123456789+-.eE_ x", max_size=8))
def test_pattern_and_meaning_agree(text: str) -> None:
    plain = bool(PLAIN_CELL.fullmatch(text))
    if text == text.strip(" \t"):
        finite = meaning(text) is Meaning.NUMBER or bool(plain and math.isinf(float(text)))
        assert plain == finite
    if plain:
        assert not re.search("[_x]", text)


def test_canonical_names() -> None:
    assert [canonical(value) for value in (3.0, -2.0, 0.5, 1e20)] == ["3", "-2", "0.5", "1e+20"]
