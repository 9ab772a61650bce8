"""The end of a run: the figures of its best epoch beside what needs no network, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.report.console import literal, note, show
from nntrain.report.figures import aligned, counted, spent
from nntrain.report.head import print_labelled
from nntrain.report.verdicts import print_verdicts
from nntrain.report.words import label
from nntrain.training.metric import higher_is_better

STOPPED = {
    "epochs": "all epochs are done",
    "early_stopping": "no improvement any more (training.early_stopping)",
    "max_time": "its time is over (training.max_time)",
}


def print_ending(console: Console, summary: Mapping[str, Any], monitor: str) -> None:
    """Everything after the last epoch; ``summary`` is the content of `summary.json`."""
    metrics, baseline = summary["metrics"], summary["baseline"]
    judged = list(metrics)[-1]
    console.print()
    show(console, Padding(figures_table(metrics, {f"baseline\n{judged}": baseline[judged]}), (0, 0, 0, 2)))
    console.print()
    run = summary["run"]
    print_labelled(
        console,
        [
            ("best epoch", Text(f"{summary['best_epoch']} of {summary['epochs']}, by {monitor}")),
            ("stopped", Text(STOPPED.get(summary["stopped"], summary["stopped"]))),
            ("took", Text(f"{spent(summary['seconds'])} of training")),
            ("parameters", Text(f"{summary['parameters']:,}")),
            ("baseline", Text(baseline_words(metrics[judged]))),
            ("run", literal(run, 200, "bold")),
            ("next", Text(command("eval", run))),
            ("", Text(command("predict", run, "new.csv", "--out", "predictions.csv"))),
        ],
    )
    if not beats(metrics[judged], baseline[judged]):
        rows = counted(summary["rows"][judged], "row")
        note(console, "warning", f"on the {rows} of {judged} the network is no better than the baseline")
    print_verdicts(console, summary)


def figures_table(metrics: Mapping[str, Mapping[str, float]], beside: Mapping[str, Mapping[str, float]]) -> Table:
    """A row for each figure, a column for each split and for each thing to compare with, decimals aligned."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column()
    for name in [*metrics, *beside]:
        table.add_column(Text(name, justify="right"), justify="right", vertical="bottom", no_wrap="\n" not in name)
    names = list(dict.fromkeys(name for figures in metrics.values() for name in figures))
    for name in names:
        cells = aligned([figures.get(name) for figures in [*metrics.values(), *beside.values()]])
        own = len(metrics)
        table.add_row(label(name), *cells[:own], *(Text(cell, "dim") for cell in cells[own:]))
    return table


def baseline_words(figures: Mapping[str, float]) -> str:
    """What the baseline is."""
    if "accuracy" in figures:
        shares = " (log loss: the shares of the classes)" if "log_loss" in figures else ""
        return f"the most frequent class of the training rows{shares}"
    return "the mean of the training rows"


def beats(figures: Mapping[str, float], baseline: Mapping[str, float]) -> bool:
    """Whether any figure that the baseline has too is better than the baseline's."""
    return any(
        figures[name] > baseline[name] if name in higher_is_better else figures[name] < baseline[name]
        for name in figures
        if name in baseline
    )


def command(*words: str) -> str:
    """What to type, quoted for the shell."""
    return shlex.join(["nntrain", *map(str, words)])
