"""A sweep before it is run: its points, and what they would take."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from nntrain.report.console import literal, show
from nntrain.report.figures import counted, duration, size
from nntrain.report.head import print_labelled
from nntrain.report.sweep_table import GAP, Column, columns_table, indented, value_columns
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
    shown = plan.plans[:MOST_POINTS]
    numbers = Column("trial", [str(point.number) for point in shown], right=True)
    room = console.width - 2 - numbers.width - GAP
    show(console, indented(columns_table([numbers, *value_columns([point.values for point in shown], room)])))
    if len(plan.plans) > MOST_POINTS:
        console.print(Text(f"  and {len(plan.plans) - MOST_POINTS:,} more", "dim"))
    if plan.points > len(plan.plans):
        rest = plan.points - len(plan.plans)
        console.print(Text(f"  {counted(rest, 'further point')} will follow from results", "dim"))
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
