"""How good a model is on some rows: figures, classes and confusions, or residuals, as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.api.model import Examples, Model
from nntrain.training.evaluation import baseline, measure
from nntrain.training.metric import confusion_matrix, metrics

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
    """All that `eval` shows; ``confusion`` (K, K) has the truth in its rows, ``residuals`` are prediction − truth.

    ``targets``  the metrics of each of several targets, in place of both
    ``weights``  the column by which metrics are weighted, if any; confusion and residuals count rows as they are
    """

    rows: int
    metrics: dict[str, float]
    baseline: dict[str, float]
    unknown: dict[str, int]
    classes: list[ClassFigures] = field(default_factory=list)
    confusion: NDArray[np.int64] | None = None
    residuals: dict[str, float] = field(default_factory=dict)
    targets: dict[str, dict[str, float]] = field(default_factory=dict)
    weights: str | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        plain: dict[str, Any] = {"rows": self.rows, "metrics": self.metrics, "baseline": self.baseline}
        if self.targets:
            plain["per_target"] = self.targets
        elif self.confusion is None:
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
    outputs, evaluator = model.outputs(examples), model.bundle.evaluator
    truth, preprocessing = evaluator.truth(examples.y), model.bundle.preprocessing
    names, several = model.classes or [], len(model.targets) > 1
    constant, weights = preprocessing.target.constant, examples.weights
    confusion = confusion_matrix(truth, outputs.argmax(axis=1), len(names)) if names else None
    return Evaluation(
        rows=len(truth),
        metrics=model.figures(examples),
        baseline=baseline(evaluator.units.task, constant, truth, evaluator.metrics, weights),
        unknown=examples.unknown,
        classes=[] if confusion is None else _class_figures(confusion, names),
        confusion=confusion,
        residuals=_residuals(outputs - truth) if confusion is None and not several else {},
        targets=_each_target(model.targets, truth, outputs, weights) if several else {},
        weights=None if preprocessing.weights is None else preprocessing.weights.name,
    )


def _each_target(
    names: list[str], truth: NDArray[Any], outputs: NDArray[np.float64], weights: NDArray[np.float32] | None
) -> dict[str, dict[str, float]]:
    """The metrics of each target by itself: of regression, or of the two classes that a label is."""
    figures: dict[str, dict[str, float]] = {}
    for t, name in enumerate(names):
        its, predicted = truth[:, t], outputs[:, t]
        if truth.dtype.kind == "f":
            figures[name] = measure("regression", its, predicted, metrics["regression"].names, weights)
        else:
            shares = np.stack([1.0 - predicted, predicted], axis=1)
            figures[name] = measure("classification", its, shares, metrics["classification"].names, weights)
    return figures


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
