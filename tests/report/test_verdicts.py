from __future__ import annotations

import io
from typing import Any

from nntrain.report.console import console_on
from nntrain.report.verdicts import print_verdicts
from nntrain.training.diagnostics import LayerFigures, Look

LAYERS = (
    LayerFigures("1.dense", -0.0071, 1.358, gradient=0.49, norm=2.0, weights=48, update=8.3e-4),
    LayerFigures("2.relu", 0.488, 0.828, dead=0.125),
    LayerFigures("3.tanh", 0.0, 12345.678, saturated=1.0),
)


def printed(summary: dict[str, Any]) -> list[str]:
    out = io.StringIO()
    print_verdicts(console_on(out), summary)
    return out.getvalue().splitlines()


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    assert printed({}) == printed({"verdicts": {}}) == []


def test_a_note_for_each_verdict() -> None:
    assert printed({"verdicts": {"a": "too high", "b": "too low"}}) == ["", "note: too high", "note: too low"]


def test_a_row_for_each_layer() -> None:
    look = Look(3, 30, 256, 0.5, 0.7, LAYERS)
    assert printed({"diagnostics": look.plain(), "verdicts": {}}) == [
        "",
        "  layers after epoch 3, on 256 training rows",
        "",
        "  layer             activations    dead    saturated    gradient     update",
        "  ─────────────────────────────────────────────────────────────────────────",
        "  1.dense        -0.007 ± 1.358       –            –     4.9e-01    8.3e-04",
        "  2.relu          0.488 ± 0.828    12 %            –           –          –",
        "  3.tanh     0.000 ± 12,345.678       –        100 %           –          –",
    ]


def test_of_a_deep_network_the_first_and_the_last_layers() -> None:
    layers = tuple(LayerFigures(f"{n}.dense", 0.0, 1.0) for n in range(1, 101))
    lines = printed({"diagnostics": Look(1, 1, 1, 0.5, 0.7, layers).plain()})
    assert len(lines) == 5 + 24 + 1
    assert "… 76 more" in lines[5 + 12]
    assert lines[-1].split()[0] == "100.dense"
