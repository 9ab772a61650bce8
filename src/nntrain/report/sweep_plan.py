"""A sweep before it is run: its points, and what they would take."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nntrain.report.console import literal, show
from nntrain.report.figures import ABSENT, counted, duration, size
from nntrain.report.head import print_labelled
from nntrain.report.sweep_board import short_keys, value_text
from nntrain.report.sweep_live import indented
from nntrain.sweep.preview import Preview

MOST_POINTS = 20


def seconds_left(plan: Preview) -> float:
    """Of all workers together."""
    return plan.estimate.seconds * max(plan.runs - plan.done, 0) / plan.workers


def plan_plain(plan: Preview) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "points": [point.values for point in plan.plans],
        "runs": plan.runs,
        "done": plan.done,
        "duplicates": plan.duplicates,
        "seconds": {"run": plan.estimate.seconds, "sweep": seconds_left(plan)},
        "memory": {"data": plan.estimate.data, "worker": plan.estimate.worker, "workers": plan.workers},
    }


def print_plan(console: Console, plan: Preview) -> None:
    """The first points, and the figures."""
    points = [point.values for point in plan.plans]
    keys = list(dict.fromkeys(key for point in points for key in point))
    names = short_keys(keys)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("point", justify="right", style="dim")
    for key in keys:
        table.add_column(names[key], overflow="fold")
    for number, point in enumerate(points[:MOST_POINTS]):
        table.add_row(str(number), *(value_text(point[key]) if key in point else ABSENT for key in keys))
    show(console, indented(table))
    if len(points) > MOST_POINTS:
        console.print(Text(f"  and {len(points) - MOST_POINTS} more", "dim"))
    console.print()
    memory = plan.estimate.data + plan.workers * plan.estimate.worker
    dropped = f"; {counted(plan.duplicates, 'point')} the same as others, dropped" if plan.duplicates else ""
    done = f", {plan.done} of them done" if plan.done else ""
    print_labelled(
        console,
        [
            ("sweep", literal(plan.name, 200, "bold")),
            ("runs", Text(f"{plan.runs}{done}{dropped}")),
            (
                "time",
                Text(
                    f"about {duration(seconds_left(plan))} with {counted(plan.workers, 'worker')}, {plan.estimate.seconds:.3g} s a run"
                ),
            ),
            (
                "memory",
                Text(
                    f"about {size(memory)}: data {size(plan.estimate.data)} once, {size(plan.estimate.worker)} for each worker"
                ),
            ),
        ],
    )
