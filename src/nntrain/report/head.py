"""The head of a run: what is trained on what, before the first epoch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.assemble import Prepared
from nntrain.config.messages import shorten
from nntrain.data.summary import DataSummary, summarize
from nntrain.report.console import literal, note, show
from nntrain.report.figures import counted, spent
from nntrain.report.network_table import network_table
from nntrain.report.words import named, pairs, shortened, source

MOST_CLASSES = 12
KINDS = ("numeric", "categorical", "dropped", "ignored")


def print_head(console: Console, prepared: Prepared, folder: Path) -> None:
    """Everything before the first epoch."""
    print_labelled(console, data_lines(prepared))
    console.print()
    show(console, Padding(network_table(prepared.network), (0, 0, 0, 2)))
    console.print()
    print_labelled(console, [*method_lines(prepared), ("run", literal(folder, 200, "bold"))])
    for message in prepared.dataset.warnings:
        note(console, "warning", message)
    console.print()


def print_labelled(console: Console, lines: list[tuple[str, RenderableType]]) -> None:
    """Lines behind their labels, which stand in a column of their own."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True, width=12)
    grid.add_column()
    for heading, content in lines:
        grid.add_row(heading, content)
    show(console, Padding(grid, (0, 0, 0, 2)))


def data_lines(prepared: Prepared) -> list[tuple[str, RenderableType]]:
    """Data, columns, task and classes."""
    summary = summarize(prepared.dataset)
    return [
        ("data", Text(", ".join(_files(prepared.resolved["data"])))),
        ("rows", Text(_rows(summary))),
        ("columns", Text(_columns(summary))),
        ("missing", Text(_missing(summary))),
        ("task", Text.assemble(summary.task, " of ", (shorten(summary.target), "bold"), *_reason(prepared))),
        *_classes(summary),
        *([("weights", literal(summary.weights, 60))] if summary.weights is not None else []),
    ]


def method_lines(prepared: Prepared) -> list[tuple[str, RenderableType]]:
    """How it is trained."""
    config, job = prepared.resolved, prepared.job
    training = config["training"]
    epochs = f"{counted(training['epochs'], 'epoch')} of {counted(job.batches.count, 'step')}"
    batches = f"batches of {counted(training['batch_size'], 'row')}"
    lines = [
        ("optimizer", named(config["optimizer"])),
        ("schedule", named(config["schedule"])),
        ("loss", named(config["loss"]) + _penalties(config["regularization"])),
        ("training", f"{epochs}, {batches}, seed {training['seed']}, {counted(training['threads'], 'thread')}"),
        ("best epoch", f"by {training['monitor']}{_stopping(training)}"),
    ]
    if config["augmentation"]:
        lines.insert(-2, ("augmentation", ", ".join(named(augmentation) for augmentation in config["augmentation"])))
    return [(heading, Text(text)) for heading, text in lines]


def _files(data: dict[str, Any]) -> Iterator[str]:
    for name in ("train", "validation", "test"):
        if data[name] is not None:
            only = name == "train" and data["validation"] is None and data["test"] is None
            yield source(data[name]) if only else f"{name} {source(data[name])}"


def _rows(summary: DataSummary) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in summary.rows.items())
    took = summary.timings
    return f"{rows} (read in {spent(took['read'])}, encoded in {spent(took['encode'])})"


def _columns(summary: DataSummary) -> str:
    kinds = Counter(column.type for column in summary.columns)
    listed = ", ".join(f"{kinds[kind]:,} {kind}" for kind in KINDS if kinds[kind])
    return f"{listed} → {counted(summary.inputs, 'input')}"


def _reason(prepared: Prepared) -> list[tuple[str, str]]:
    found = ("data", "task") in prepared.derived
    return [(" (as its values are; data.task overrules this)", "dim")] if found else []


def _missing(summary: DataSummary) -> str:
    return "empty cells, " + ", ".join(shorten(text) for text in summary.missing_values if text)


def _classes(summary: DataSummary) -> list[tuple[str, RenderableType]]:
    if not summary.classes:
        return []
    counts = summary.classes["train"]
    listed = shortened((f"{shorten(name, 30)} {count:,}" for name, count in counts.items()), MOST_CLASSES)
    return [(f"{len(counts):,} classes", Text(listed))]


def _penalties(regularization: dict[str, Any]) -> str:
    used = {key: value for key, value in regularization.items() if value}
    return f", {pairs(used)}" if used else ""


def _stopping(training: dict[str, Any]) -> str:
    stopping, limit = training["early_stopping"], training["max_time"]
    words = ""
    if stopping is not None:
        watched = stopping["monitor"] or training["monitor"]
        words += f"; stops after {counted(stopping['patience'], 'epoch')} without a better {watched}"
    return words + (f"; at most {spent(limit)}" if limit is not None else "")
