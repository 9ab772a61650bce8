from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from nntrain.config.document import parse
from nntrain.config.writer import dump_yaml, inline


def read_back(value: dict[str, Any]) -> dict[str, Any]:
    return parse(dump_yaml(value).encode(), "a.yaml", Path(), deepest=100).value


TEXTS = [
    "no", "on", "1e3", "1e-3", "null", "~", "", " ", "true", "True", "12:30", "0x1F", "0o17", "0123", ".5", ".inf", ".nan",
    "-", "- a", "?", "a: b", "a #b", "#a", "a:", ":", "'", '"', "\\", "\n", "a\nb", "\t", "\r\n", "[", "{a}", "a, b", "*a", "&a",
    "!a", "|", ">", "%a", "@a", "`a", "---", "...", "--- a", "<<", "=", "../data/a b.csv", "C:\\x", "é", "😀", "\x07",
    "\u2028", "\u0085", "\ufeffx", "\ufffe", "x ", " x", "a  b", "1 2", "y", "2001-01-01", "1" * 50, "x" * 3000,
]  # fmt: skip
NUMBERS: list[float] = [
    0,
    -1,
    2**63,
    10**39,
    1e-3,
    1e-05,
    1e22,
    0.1,
    -0.0,
    5e-324,
    1.7976931348623157e308,
    1.0,
    math.inf,
]


@pytest.mark.parametrize("value", [*TEXTS, *NUMBERS, None, True, False, [], {}, [[]], [{}], [[1], [2, [3]]], {"a": []}])
def test_survives(value: Any) -> None:
    found = read_back({"k": value})["k"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", TEXTS)
def test_survives_as_a_key_and_in_a_list(text: str) -> None:
    value = {text: {text: [text, {text: text}, [text]]}}
    assert read_back(value) == value


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20) | st.sampled_from(TEXTS)
SCALARS = st.none() | st.booleans() | st.integers(-(10**39), 10**39) | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20
)


def same(first: Any, second: Any) -> bool:
    """Equal, in value and in type at every depth."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_is_written_is_read_back(value: dict[str, Any]) -> None:
    assert same(read_back(value), value)


@given(VALUES)
def test_a_line_is_one_line(value: Any) -> None:
    assert "\n" not in inline(value)


def test_nan_survives() -> None:
    assert math.isnan(read_back({"a": math.nan})["a"])


def test_reads_well() -> None:
    value = {
        "data": {"train": "../data/iris.csv", "ignore": []},
        "architecture": [
            {"dense": {"units": 64, "bias": True}},
            "relu",
            {"residual": {"layers": [{"dense": 3}, "relu"]}},
        ],
        "hidden": [128, 64],
        "optimizer": {"adam": {"lr": 0.001}},
        "label": "no",
        "stop": None,
    }
    assert dump_yaml(value) == (
        """data:
  train: ../data/iris.csv
  ignore: []
architecture:
  - dense:
      units: 64
      bias: true
  - relu
  - residual:
      layers:
        - dense: 3
        - relu
hidden: [128, 64]
optimizer:
  adam:
    lr: 0.001
label: no
stop: null
"""
    )


def test_an_empty_config() -> None:
    assert dump_yaml({}) == "{}\n"
