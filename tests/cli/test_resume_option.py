from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nntrain.cli.resume_option import with_value


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", ""),
        ("a.yaml", "a.yaml"),
        ("a.yaml --resume", "a.yaml --resume="),
        ("--resume a.yaml", "--resume= a.yaml"),
        ("--resume a.yml --json", "--resume= a.yml --json"),
        ("--resume runs/x", "--resume=runs/x"),
        ("a.yaml --resume runs/x", "a.yaml --resume=runs/x"),
        ("--resume runs/x a.yaml", "--resume=runs/x a.yaml"),
        ("a.yaml --resume --set b=1", "a.yaml --resume= --set b=1"),
        ("--set b=1 --resume runs/x", "--set b=1 --resume=runs/x"),
        ("a.yaml --resume=runs/x", "a.yaml --resume=runs/x"),
        ("a.yaml --resume=", "a.yaml --resume="),
        ("--resume -- a.yaml", "--resume= -- a.yaml"),
        ("-- --resume x", "-- --resume x"),
    ],
)
def test_the_value_may_be_left_out(given: str, expected: str) -> None:
    assert with_value(given.split()) == expected.split()


@given(st.lists(st.sampled_from(["--resume", "--", "--json", "a.yaml", "runs/x", "-", ""])))
def test_every_other_argument_stays(arguments: list[str]) -> None:
    result = with_value(arguments)
    assert with_value(result) == result
    told = " ".join(result).replace("--resume=", "--resume ")
    assert told.split() == " ".join(arguments).split()
