from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nntrain.config.paths import dotted, split_assignment, split_path


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ["a"]),
        ("a.b.0", ["a", "b", "0"]),
        ('columns."petal.length".type', ["columns", "petal.length", "type"]),
        ('"a=b"', ["a=b"]),
        ('""', [""]),
        ("a b.c", ["a b", "c"]),
        ("", None),
        (".", None),
        ("a.", None),
        (".a", None),
        ("a..b", None),
        ('"a', None),
        ('"a"b', None),
        ('a"b"', None),
    ],
)
def test_paths(text: str, parts: list[str] | None) -> None:
    assert split_path(text) == parts


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("a.b=1", (["a", "b"], "1")),
        ("a=b=c", (["a"], "b=c")),
        ("a=", (["a"], "")),
        (" a = 1", (["a"], " 1")),
        ('"x=y".z=1', (["x=y", "z"], "1")),
        ("a", None),
        ("=1", None),
        ("", None),
        ("a..b=1", None),
    ],
)
def test_assignments(text: str, parsed: tuple[list[str], str] | None) -> None:
    assert split_assignment(text) == parsed


@given(
    st.lists(st.text(st.characters(exclude_characters='"', categories=["L", "N", "P", "Zs"]), min_size=0), min_size=1)
)
def test_what_is_written_is_read_back(parts: list[str]) -> None:
    if all(len(part) <= 60 for part in parts):
        printable = [part for part in parts if part.isprintable()]
        if printable:
            assert split_path(dotted(tuple(printable))) == printable


def test_a_path_is_one_line_of_bounded_length() -> None:
    assert dotted(("a", 0, "b\nc", "x" * 100)) == "a.0.b\\nc." + "x" * 59 + "…"
