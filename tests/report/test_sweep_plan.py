"""What `--dry-run` shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nntrain.report.sweep_plan import plan_plain, print_plan
from nntrain.sweep.estimate import Estimate
from nntrain.sweep.preview import Preview
from tests.report.sweep_events import plain
from tests.sweep.runs_made_up import row

MIB = 2**20


def preview(points: int = 3, *, runs: int = 6, done: int = 2, duplicates: int = 1) -> Preview:
    plans = [row(number + 4).plan for number in range(points)]
    return Preview("grid", plans, runs, done, duplicates, Estimate(10.0, 2 * MIB, 150 * MIB), 2)


def printed(plan: Preview, width: int = 120) -> list[str]:
    console, out = plain(width)
    print_plan(console, plan)
    return out.getvalue().splitlines()


def test_points_that_follow_from_results_are_counted() -> None:
    assert "  57 further points will follow from results" in printed(replace(preview(), points=60))
    assert "  1 further point will follow from results" in printed(replace(preview(), points=4))
    assert not any("follow" in line for line in printed(replace(preview(), points=3)))


def test_points_and_what_they_take() -> None:
    assert printed(preview()) == [
        "  trial   lr",
        "  ──────────────",
        "      4   0.0001",
        "      5   1e-05",
        "      6   1e-06",
        "",
        "  sweep         grid",
        "  runs          6, 2 of them done; 1 point the same as others, dropped",
        "  time          about 0:20 with 2 workers, 10 s a run",
        "  memory        about 302.0 MiB: data 2.0 MiB once, 150.0 MiB for each worker",
    ]


def test_the_first_twenty_points() -> None:
    lines = printed(preview(50, runs=50, done=0, duplicates=0))
    assert lines[22] == "  and 30 more"
    assert lines[25] == "  runs          50"


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    values = {f"some.long.key{number}": "x" * 20 for number in range(8)}
    plan = Preview("grid", [row(0, values=values).plan], 1, 0, 0, Estimate(1.0, MIB, MIB), 1)
    assert max(map(len, printed(plan, width))) <= width


def test_plain_values() -> None:
    assert plan_plain(preview(1)) == {
        "points": [{"optimizer.adam.lr": 1e-4}],
        "runs": 6,
        "done": 2,
        "duplicates": 1,
        "seconds": {"run": 10.0, "sweep": 20.0},
        "memory": {"data": 2 * MIB, "worker": 150 * MIB, "workers": 2},
    }
