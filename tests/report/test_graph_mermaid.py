from __future__ import annotations

import pytest

from nntrain.report.graph import shown
from nntrain.report.graph_mermaid import escaped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a "b"', "a #quot;b#quot;"),
        ("<b>&", "#lt;b#gt;#38;"),
        ("#1 `x`", "#35;1 #96;x#96;"),
        ("two\nlines", "two lines"),
        ("∂e/∂a", "∂e/∂a"),
    ],
)
def test_text_stays_text(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([3.0], "3"),
        ([-0.0], "0"),
        ([1.0, 0.25], "[1 0.25]"),
        ([[1.0], [2.0]], "[[1] [2]]"),
        ([3.0, 4.0] + [0.0] * 10, "[3 4 0 0 … 12 in all, norm 5]"),
    ],
)
def test_numbers(numbers: list[float], expected: str) -> None:
    assert shown(numbers) == expected
