"""Dimensions: levels, and numbers drawn from the unit interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from nntrain.sweep.dimensions import Choices, Interval

SHARES = st.floats(0.0, 1.0, exclude_max=True)


def test_levels_of_a_logarithmic_interval_are_the_numbers_that_a_person_would_write() -> None:
    assert Interval("lr", 1e-4, 1e-1, log=True, steps=4).levels == [0.0001, 0.001, 0.01, 0.1]
    assert Interval("lr", 1e-4, 1e-2, log=True, steps=5).levels == pytest.approx([1e-4, 10**-3.5, 1e-3, 10**-2.5, 1e-2])


def test_levels_of_a_plain_interval_include_both_ends() -> None:
    assert Interval("dropout", 0.0, 0.5, steps=3).levels == [0.0, 0.25, 0.5]
    assert Interval("dropout", 0.1, 0.7, steps=4).levels == [0.1, 0.3, 0.5, 0.7]


def test_whole_levels_are_whole_and_each_there_once() -> None:
    assert Interval("n", 1, 4, whole=True, steps=10).levels == [1, 2, 3, 4]
    assert Interval("n", 8, 512, log=True, whole=True, steps=4).levels == [8, 32, 128, 512]


def test_an_interval_without_steps_has_no_levels() -> None:
    assert Interval("lr", 0.1, 1.0).levels is None


@given(SHARES, st.floats(1e-6, 1e3), st.floats(1.0001, 1e6), st.booleans())
def test_what_is_drawn_lies_inside(share: float, low: float, factor: float, log: bool) -> None:
    interval = Interval("x", low, low * factor, log=log)
    assert interval.low <= interval.draw(share) <= interval.high
    assert interval.value(interval.draw(share)) == interval.draw(share)


@given(SHARES, st.integers(1, 50), st.integers(1, 1000), st.booleans())
def test_whole_numbers_that_are_drawn_lie_inside(share: float, low: int, width: int, log: bool) -> None:
    drawn = Interval("n", low, low + width, log=log, whole=True).draw(share)
    assert isinstance(drawn, int)
    assert low <= drawn <= low + width


def test_every_whole_number_is_as_likely_as_any_other() -> None:
    interval = Interval("n", 3, 7, whole=True)
    drawn = [interval.draw(position / 1000) for position in range(1000)]
    assert {number: drawn.count(number) for number in range(3, 8)} == dict.fromkeys(range(3, 8), 200)


def test_a_logarithmic_draw_halves_in_the_middle() -> None:
    assert math.isclose(Interval("lr", 1e-4, 1e-2, log=True).draw(0.5), 1e-3)


def test_levels_and_choices_are_drawn_by_position() -> None:
    interval = Interval("lr", 1e-4, 1e-1, log=True, steps=4)
    assert [interval.draw(share) for share in (0.0, 0.3, 0.6, 0.99)] == [0, 1, 2, 3]
    assert interval.value(2) == 0.01
    choices = Choices("hidden", ([64], [128, 64]), ordered=False)
    assert [choices.value(choices.draw(share)) for share in (0.2, 0.7)] == [[64], [128, 64]]
