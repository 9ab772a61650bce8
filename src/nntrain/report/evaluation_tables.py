"""An evaluation for the eye: figures beside the baseline, classes, confusions, residuals."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.config.messages import shorten
from nntrain.report.console import literal, note, show
from nntrain.report.ending import baseline_words, figures_table
from nntrain.report.evaluation import ClassFigures, Evaluation, most_confused
from nntrain.report.figures import ABSENT, aligned, counted
from nntrain.report.words import label

MOST_CLASSES = 40
"""Classes of a table; of more, those with the lowest F1."""
MOST_IN_MATRIX = 20
MOST_PAIRS = 15


def print_evaluation(console: Console, evaluation: Evaluation, heading: str) -> None:
    """All tables of an evaluation."""
    console.print(Text(f"  {heading}, {counted(evaluation.rows, 'row')}", "bold"))
    _block(console, figures_table({"model": evaluation.metrics}, {"baseline": evaluation.baseline}))
    _block(console, Text(f"baseline: {baseline_words(evaluation.metrics)}", "dim"))
    if evaluation.weights is not None:
        _block(
            console, Text(f"weighted by '{shorten(evaluation.weights)}'; what follows the figures counts rows", "dim")
        )
    if evaluation.targets:
        _block(console, target_table(evaluation.targets))
    elif evaluation.confusion is None:
        _block(console, residual_table(evaluation.residuals))
    else:
        _block(console, class_table(evaluation.classes))
        names = [row.name for row in evaluation.classes]
        matrix = confusion_table(evaluation.confusion, names, console.width - 2)
        if matrix is not None:
            _block(console, matrix)
        elif pairs := most_confused(evaluation.confusion, MOST_PAIRS):
            _block(console, pair_table(pairs, evaluation.classes))
    for column, count in evaluation.unknown.items():
        message = f"column '{shorten(column)}': {counted(count, 'category', 'categories')} that training did not have"
        note(console, "note", message)


def class_table(classes: list[ClassFigures]) -> Table:
    """Precision, recall, F1 and rows of each class."""
    shown = classes
    if len(classes) > MOST_CLASSES:
        worst = sorted(classes, key=lambda row: (not math.isnan(row.f1), row.f1))[:MOST_CLASSES]
        shown = [row for row in classes if row in worst]
    table = _table("class", "precision", "recall", "F1", "rows")
    for row in shown:
        figures = (_share(value) for value in (row.precision, row.recall, row.f1))
        table.add_row(literal(row.name, 30), *figures, f"{row.rows:,}")
    if len(shown) < len(classes):
        table.caption = Text(f"the {len(shown)} of {len(classes)} classes with the lowest F1", "dim")
    return table


def confusion_table(confusion: NDArray[np.int64], names: list[str], width: int) -> Table | None:
    """Rows are the truth, columns what was predicted; None where it does not fit."""
    if len(names) > MOST_IN_MATRIX:
        return None
    heads = [shorten(name, 10) for name in names]
    rows = [shorten(name, 20) for name in names]
    cells = max(len(f"{confusion.max():,}"), *map(len, heads))
    if max(len("truth ↓ prediction →"), *map(len, rows)) + (cells + 2) * len(heads) > width:
        return None
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text("truth ↓ prediction →", "dim"), no_wrap=True)
    for head in heads:
        table.add_column(Text(head), justify="right", no_wrap=True, min_width=cells)
    for i, name in enumerate(rows):
        table.add_row(Text(name), *(_count(int(count), right=i == j) for j, count in enumerate(confusion[i])))
    return table


def pair_table(pairs: list[tuple[int, int, int]], classes: list[ClassFigures]) -> Table:
    """The most frequent confusions of many classes."""
    table = _table("truth", "predicted as", "rows", "of the class")
    table.columns[1].justify = "left"
    for true, predicted, rows in pairs:
        names = (literal(classes[k].name, 30) for k in (true, predicted))
        table.add_row(*names, f"{rows:,}", f"{rows / classes[true].rows:.1%}")
    return table


def target_table(targets: Mapping[str, Mapping[str, float]]) -> Table:
    """The figures of each of several targets."""
    names = list(next(iter(targets.values())))
    table = _table("target", *map(label, names))
    columns = [aligned([figures[name] for figures in targets.values()]) for name in names]
    for target, cells in zip(targets, zip(*columns, strict=True), strict=True):
        table.add_row(literal(target, 30), *cells)
    return table


def residual_table(residuals: Mapping[str, float]) -> Table:
    """How far predictions are off, from the lowest to the highest."""
    words = {"0%": "lowest", "50%": "median", "100%": "highest"}
    table = _table("prediction − truth", "")
    for name, text in zip(residuals, aligned(list(residuals.values())), strict=True):
        table.add_row(words.get(name, f"{name} quantile" if "%" in name else name), text)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0), caption_justify="left")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _block(console: Console, content: RenderableType) -> None:
    console.print()
    show(console, Padding(content, (0, 0, 0, 2)))


def _share(value: float) -> str:
    return ABSENT if math.isnan(value) else f"{value:.4f}"


def _count(count: int, *, right: bool) -> Text:
    if not count:
        return Text("·", "dim")
    return Text(f"{count:,}", "bold green" if right else "red")
