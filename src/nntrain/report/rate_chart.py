"""Drawings of what changes over a run by schedule: the learning rate, and every scheduled number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from nntrain.assemble import Prepared
from nntrain.config.scheduled import Progress
from nntrain.training.following import Following

BLOCKS = " ▁▂▃▄▅▆▇█"
COLUMNS = 60
"""Moments of a run that are drawn."""


@dataclass(frozen=True)
class Course:
    """A number over the run: its name, and what it is at the moments ``epochs``."""

    name: str
    epochs: list[float]
    values: list[float]


def courses(prepared: Prepared) -> list[Course]:
    """The learning rate, then every number that follows a schedule; each number once, whatever threads share it."""
    job = prepared.job
    rate = Course("learning rate", *_sampled(prepared, lambda now: job.step.optimizer.lr * float(job.schedule(now))))
    followers = job.steps.followers if isinstance(job.steps, Following) else ()
    by_name = {follower.name: follower for follower in followers}
    return [rate, *(Course(name, *_sampled(prepared, follower.number.at)) for name, follower in by_name.items())]


def _sampled(prepared: Prepared, at: Callable[[Progress], float]) -> tuple[list[float], list[float]]:
    """Moments evenly spread over all steps, the last one among them, and the number at each."""
    epochs, batches = prepared.job.settings.epochs, prepared.job.batches.count
    steps, share = epochs * batches, 1.0 / batches
    count = min(COLUMNS, steps)
    numbers = [round(place * (steps - 1) / max(count - 1, 1)) for place in range(count)]
    moments = [step // batches + step % batches * share for step in numbers]
    return moments, [at(Progress(moment, epochs, share)) for moment in moments]


def chart_table(prepared: Prepared) -> Table:
    """A drawing of four lines for the learning rate, one of one line for each other number; what stays is written out."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True, overflow="crop")
    drawn = courses(prepared)
    for course, height in zip(drawn, [4, *[1] * (len(drawn) - 1)], strict=True):
        if len(set(course.values)) == 1:
            table.add_row(course.name, f"{course.values[0]:.3g}", Text("throughout", "dim"))
            continue
        for line, (text, label) in enumerate(zip(chart(course.values, height), labels(course, height), strict=True)):
            table.add_row("" if line else course.name, label, Text(text, "cyan"))
    if any(len(set(course.values)) > 1 for course in drawn):
        last = f"{prepared.job.settings.epochs} epochs"
        width = len(drawn[0].values)
        table.add_row("", "", Text("0".ljust(max(width - len(last), 2)) + last, "dim"))
    if getattr(prepared.job.schedule, "watches", False):
        table.add_row("", "", Text("and lower whenever results stall", "dim"))
    return table


def chart(values: Sequence[float], height: int) -> list[str]:
    """Lines of blocks from the top down, 0 at the foot; what is not 0 shows."""
    top = max(values)
    levels = [min(max(round(value / top * 8 * height), value > 0), 8 * height) for value in values]
    return ["".join(BLOCKS[min(max(level - 8 * row, 0), 8)] for level in levels) for row in reversed(range(height))]


def labels(course: Course, height: int) -> list[str]:
    """The greatest value beside the first line, 0 beside the last."""
    first = f"{max(course.values):.3g}"
    return [first, *[""] * (height - 2), "0"] if height > 1 else [first]
