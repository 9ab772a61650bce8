"""The end of a sweep: the best points, what each setting did, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nntrain.report.console import literal, note, show
from nntrain.report.ending import command
from nntrain.report.figures import ABSENT, aligned, figure
from nntrain.report.head import print_labelled
from nntrain.report.sweep_board import values_text
from nntrain.report.sweep_live import indented, points_table
from nntrain.report.words import label
from nntrain.sweep.effects import Effect
from nntrain.sweep.results import tied
from nntrain.sweep.summary import SweepSummary

MOST_POINTS = 10
MOST_LEVELS = 6
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
            show(console, indented(effects_table(summary.effects)))
            console.print()
    print_labelled(console, list(_lines(summary)))
    for sentence in summary.edges:
        note(console, "note", sentence)


def _lines(summary: SweepSummary) -> list[tuple[str, RenderableType]]:
    lines: list[tuple[str, RenderableType]] = [("trials", Text(_counts(summary)))]
    reasons = list(dict.fromkeys(row.outcome.reason for row in summary.rows if row.outcome and row.state == "failed"))
    lines += [
        ("" if number else "failed", literal(reason, 300)) for number, reason in enumerate(reasons[:MOST_REASONS])
    ]
    if len(reasons) > MOST_REASONS:
        lines.append(("", Text(f"and {len(reasons) - MOST_REASONS} more reasons, in trials.csv")))
    best = summary.best
    if best is not None:
        words = f"{summary.objective} {figure(best.value or 0.0)}, trial {best.number}: {values_text(best.values)}"
        lines += [("best", Text(words, "bold")), ("noise", Text(_noise_words(summary)))]
        if summary.test is not None:
            figures = ", ".join(f"{label(name)} {figure(value)}" for name, value in summary.test.items())
            opened = "once" if summary.openings == 1 else f"{summary.openings} times, for as many winners"
            lines += [
                ("test", Text(figures)),
                ("", Text(f"of the winner only; the test rows were opened {opened}", "dim")),
            ]
        lines += [
            ("config", literal(summary.best_config, 200)),
            ("next", Text(command("fit", str(summary.best_config)))),
        ]
    lines.append(("sweep", literal(summary.folder, 200, "bold")))
    return lines


def _counts(summary: SweepSummary) -> str:
    states = [f"{summary.count(state)} {state}" for state in ("finished", "failed", "pruned") if summary.count(state)]
    waiting = sum(not row.settled for row in summary.rows)
    states += [f"{waiting} not run yet"] if waiting else []
    return ", ".join(states) or "none"


def _noise_words(summary: SweepSummary) -> str:
    """Whether the best point is better, or only luckier."""
    if summary.noise is None:
        return "unknown with one run of each point; with repeats: 3 it would be told from a difference"
    close = len(tied(summary.points, summary.noise))
    margin = f"runs with other seeds differ by ± {figure(summary.noise.deviation)}"
    if not close:
        return f"{margin}: the best point is ahead of all others by more than that explains"
    others = "1 other point is" if close == 1 else f"{close} other points are"
    return f"{margin}: {others} as good as the best, as far as can be told (≈)"


def effects_table(effects: Sequence[Effect]) -> Table:
    """For each key its importance, and the mean objective at each of its values."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("setting", overflow="fold")
    table.add_column("importance", justify="right")
    table.add_column("value", overflow="fold")
    for name in ("trials", "mean", "best"):
        table.add_column(name, justify="right", no_wrap=True)
    for effect in effects:
        shown = effect.levels[:MOST_LEVELS]
        means, bests = aligned([level.mean for level in shown]), aligned([level.best for level in shown])
        importance = ABSENT if effect.importance is None else f"{effect.importance:.0%}"
        for position, level in enumerate(shown):
            head = (effect.key, importance) if position == 0 else ("", "")
            last = position == len(shown) - 1
            table.add_row(
                *head, literal(level.text, 40), str(level.points), means[position], bests[position], end_section=last
            )
        if len(effect.levels) > MOST_LEVELS:
            table.add_row("", "", Text(f"and {len(effect.levels) - MOST_LEVELS} more", "dim"), "", "", "")
    return table
