"""What was found in the data, for a person to read before training starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nntrain.data.dataset import Dataset
from nntrain.data.inputs import Input
from nntrain.data.settings import Task


@dataclass(frozen=True)
class ColumnSummary:
    """One column: its type (numeric, categorical, dropped, ignored), what training rows lack, and what becomes of it."""

    name: str
    type: str
    missing: int
    categories: int | None
    inputs: int
    treatment: str


@dataclass(frozen=True)
class DataSummary:
    """All that `check` and the head of `fit` show of the data.

    ``rows``     for each split
    ``classes``  for each split the rows of each class; empty for regression
    ``missing_values``  the texts that mean a missing value
    ``weights``  the column that says how much a row counts
    """

    target: str
    task: Task
    columns: list[ColumnSummary]
    inputs: int
    rows: dict[str, int]
    classes: dict[str, dict[str, int]]
    missing_values: list[str]
    warnings: list[str]
    timings: dict[str, float]
    weights: str | None = None


def summarize(dataset: Dataset) -> DataSummary:
    """The summary of a dataset, columns in the order of the table."""
    preprocessing = dataset.preprocessing
    fitted = {column.name: _describe(column) for column in preprocessing.inputs}
    for name, reason in preprocessing.dropped.items():
        fitted[name] = ColumnSummary(name, "dropped", 0, None, 0, reason)
    ignored = [ColumnSummary(name, "ignored", 0, None, 0, "not looked at") for name in preprocessing.ignored]
    names = preprocessing.target.classes
    classes: dict[str, dict[str, int]] = {}
    if names is not None:
        for split in dataset.splits:
            counts = np.bincount(split.y, minlength=len(names)).tolist()
            classes[split.name] = dict(zip(names, counts, strict=True))
    return DataSummary(
        target=preprocessing.target.name,
        task=preprocessing.task,
        columns=[fitted[name] for name in preprocessing.columns] + ignored,
        inputs=len(preprocessing.features),
        rows={split.name: len(split) for split in dataset.splits},
        classes=classes,
        missing_values=preprocessing.missing_values,
        warnings=dataset.warnings,
        timings=dataset.timings,
        weights=None if preprocessing.weights is None else preprocessing.weights.name,
    )


def _describe(column: Input) -> ColumnSummary:
    width = len(column.features)
    return ColumnSummary(column.name, column.type, column.missing, column.categories, width, column.describe())
