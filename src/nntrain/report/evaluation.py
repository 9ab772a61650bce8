"""How good a model is on some rows: figures, classes and confusions, or residuals, as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from nntrain.api.model import Examples, Model
from nntrain.training.evaluation import baseline
from nntrain.training.metric import Task, confusion_matrix

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class ClassFigures:
    """One class: the share of its predictions that is right, the share of its rows that is found, F1, its rows.

    NaN where there is nothing to divide by.
    """

    name: str
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class Evaluation:
    """All that `eval` shows; ``confusion`` (K, K) has the truth in its rows, ``residuals`` are prediction − truth."""

    rows: int
    metrics: dict[str, float]
    baseline: dict[str, float]
    unknown: dict[str, int]
    classes: list[ClassFigures] = field(default_factory=list)
    confusion: NDArray[np.int64] | None = None
    residuals: dict[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        plain: dict[str, Any] = {"rows": self.rows, "metrics": self.metrics, "baseline": self.baseline}
        if self.confusion is None:
            plain["residuals"] = self.residuals
        else:
            plain["per_class"] = {
                row.name: {"precision": row.precision, "recall": row.recall, "f1": row.f1, "rows": row.rows}
                for row in self.classes
            }
            plain["confusion"] = {"classes": [row.name for row in self.classes], "counts": self.confusion.tolist()}
        return plain | {"unknown": self.unknown}


def evaluate(model: Model, examples: Examples) -> Evaluation:
    """Run the model on encoded rows."""
    outputs = model.outputs(examples)
    truth = model.bundle.evaluator.truth(examples.y)
    target, task = model.bundle.preprocessing.target, cast("Task", model.task)
    names = model.classes or []
    seen = np.repeat(np.arange(len(names)), target.counts) if names else np.array([target.mean])
    confusion = confusion_matrix(truth, outputs.argmax(axis=1), len(names)) if names else None
    return Evaluation(
        rows=len(truth),
        metrics=model.figures(examples),
        baseline=baseline(task, seen, truth, len(names)),
        unknown=examples.unknown,
        classes=[] if confusion is None else _class_figures(confusion, names),
        confusion=confusion,
        residuals=_residuals(outputs - truth) if confusion is None else {},
    )


def most_confused(confusion: NDArray[np.int64], limit: int) -> list[tuple[int, int, int]]:
    """The pairs (truth, prediction, rows) that are mixed up most often, the most frequent first."""
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
    pairs = [(int(i), int(j), int(wrong[i, j])) for i, j in zip(*np.unravel_index(order, wrong.shape), strict=True)]
    return [pair for pair in pairs if pair[2]]


def _class_figures(confusion: NDArray[np.int64], names: list[str]) -> list[ClassFigures]:
    hits, found, true = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    return [
        ClassFigures(
            name,
            _share(hits[k], found[k]),
            _share(hits[k], true[k]),
            _share(2 * hits[k], found[k] + true[k]),
            int(true[k]),
        )
        for k, name in enumerate(names)
    ]


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")


def _residuals(residuals: NDArray[np.float64]) -> dict[str, float]:
    """Mean and quantiles, named as a person would."""
    values = np.quantile(residuals, QUANTILES)
    named = {f"{quantile:.0%}": float(value) for quantile, value in zip(QUANTILES, values, strict=True)}
    return {"mean": float(residuals.mean()), **named}
