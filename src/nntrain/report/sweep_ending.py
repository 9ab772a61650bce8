"""The end of a sweep: the best points, what each setting did, and what to do next."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.text import Text

from nntrain.report.console import literal, note, show
from nntrain.report.ending import command
from nntrain.report.figures import MOST_DECIMALS, counted, figure
from nntrain.report.head import print_labelled
from nntrain.report.sweep_effects import effects_table
from nntrain.report.sweep_table import indented, points_table
from nntrain.report.sweep_words import main_clause, values_text
from nntrain.report.words import label
from nntrain.sweep.results import Noise, PointResult, tied
from nntrain.sweep.rows import SETTLED
from nntrain.sweep.summary import SweepSummary

MOST_POINTS = 10
MOST_REASONS = 3


def print_sweep_ending(console: Console, summary: SweepSummary) -> None:
    """Everything after the last run."""
    console.print()
    finished = [point for point in summary.points if point.value is not None]
    if finished:
        close = {point.number for point in tied(summary.points, summary.noise)}
        show(console, indented(points_table(finished[:MOST_POINTS], console.width - 2, dict.fromkeys(close, "≈"))))
        console.print()
        if summary.effects:
            show(
                console,
                indented(effects_table(summary.effects, console.width - 2, higher_is_better=summary.higher_is_better)),
            )
            console.print()
    print_labelled(console, list(_lines(summary)))
    for sentence in summary.edges:
        note(console, "note", sentence)


def _lines(summary: SweepSummary) -> Iterator[tuple[str, RenderableType]]:
    yield "trials", Text(_counts(summary))
    yield from _failures(summary)
    best = summary.best
    if best is not None and best.value is not None:
        words = f"{summary.objective} {figure(best.value)}, trial {best.number}: {values_text(best.values)}"
        yield "best", Text(words, "bold")
        yield "noise", Text(noise_words(summary.points, summary.noise))
        if summary.test is not None:
            yield "test", Text(", ".join(f"{label(name)} {figure(value)}" for name, value in summary.test.items()))
            opened = "once" if summary.openings == 1 else f"{summary.openings} times, for as many winners"
            yield "", Text(f"of the winner only; the test rows were opened {opened}", "dim")
        yield "run", literal(summary.folder / "trials" / best.rows[0].name, 200)
        yield "config", literal(summary.best_config, 200)
        yield "next", Text(command("fit", str(summary.best_config)))
    yield "sweep", literal(summary.folder, 200, "bold")


def _counts(summary: SweepSummary) -> str:
    """``72 finished, 2 failed``; of several runs a point ``90 runs of 30 points: 88 finished, 2 failed``."""
    states = [f"{summary.count(state):,} {state}" for state in SETTLED if summary.count(state)]
    waiting = sum(not row.settled for row in summary.rows)
    states += [f"{waiting:,} not run yet"] if waiting else []
    several = len(summary.rows) > len(summary.points)
    runs = f"{counted(len(summary.rows), 'run')} of {counted(len(summary.points), 'point')}: " if several else ""
    return runs + (", ".join(states) or "none")


def _failures(summary: SweepSummary) -> Iterator[tuple[str, RenderableType]]:
    """Why runs failed, each kind of reason once: those that say the same with other numbers are of one kind."""
    kinds: dict[str, list[str]] = {}
    for row in summary.rows:
        if row.outcome is not None and row.state == "failed":
            kinds.setdefault(re.sub(r"\d+", "0", main_clause(row.outcome.reason)), []).append(row.outcome.reason)
    for position, (first, *others) in enumerate(list(kinds.values())[:MOST_REASONS]):
        text = literal(first, 400)
        if others:
            text.append(f" (and {counted(len(others), 'more run')} like this)", "dim")
        yield "" if position else "failed", text
    if len(kinds) > MOST_REASONS:
        yield "", Text(f"and {counted(len(kinds) - MOST_REASONS, 'more reason')}, in trials.csv", "dim")


def noise_words(points: Sequence[PointResult], noise: Noise | None) -> str:
    """Whether the best point is better than others, or only luckier."""
    close, others = len(tied(points, noise)), sum(point.value is not None for point in points) - 1
    if noise is None:
        same = f"; {counted(close, 'other point')} came out the same (≈)" if close else ""
        return f"unknown from one repeat of each point; repeats: 3 in the file would tell it from a difference{same}"
    known = (
        f"± {_rough(noise.deviation)} from seed to seed, so that a difference below {_rough(noise.margin)} says nothing"
    )
    if not others:
        return known
    if not close:
        return f"{known}: the best point is ahead of all others by more"
    return f"{known}: {counted(close, 'other point')} may be as good as the best (≈)"


def _rough(value: float) -> str:
    """Two digits, as it is an estimate."""
    return figure(value, min(max(1 - math.floor(math.log10(value)), 0), MOST_DECIMALS) if value else 2)
