"""Metrics: figures for people, each a function of the truth and of what was predicted.

Classification: truth (N,) class indices, probabilities (N, K). Regression: truth and prediction (N,) in the target's
own units. All in float64, with scikit-learn's definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nntrain.config.registry import Registry

Floats = NDArray[np.float64]
Classes = NDArray[np.int64]
Metric = Callable[[Any, Any], float]
Task = Literal["classification", "regression"]

metrics: dict[Task, Registry[Any]] = {
    "classification": Registry("classification metric"),
    "regression": Registry("regression metric"),
}
higher_is_better: set[str] = set()


def metric(task: Task, better: Literal["higher", "lower"]) -> Callable[[Metric], Metric]:
    """Register a metric for a task; ``better`` says which way it improves."""

    def register(function: Metric) -> Metric:
        if better == "higher":
            higher_is_better.add(function.__name__)
        return metrics[task](function)

    return register


def confusion_matrix(truth: Classes, predicted: Classes, classes: int) -> NDArray[np.int64]:
    """Counts (K, K): row = truth, column = prediction."""
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def _confusion(truth: Classes, probabilities: Floats) -> NDArray[np.int64]:
    return confusion_matrix(truth, probabilities.argmax(axis=1), probabilities.shape[1])


@metric("classification", "higher")
def accuracy(truth: Classes, probabilities: Floats) -> float:
    """Share of rows whose most probable class is the true one."""
    return float(np.mean(probabilities.argmax(axis=1) == truth))


@metric("classification", "higher")
def balanced_accuracy(truth: Classes, probabilities: Floats) -> float:
    """Mean over the classes that occur of the share of their rows that were recognised (recall)."""
    counts = _confusion(truth, probabilities)
    present = counts.sum(axis=1) > 0
    return float(np.mean(counts.diagonal()[present] / counts.sum(axis=1)[present]))


@metric("classification", "higher")
def macro_f1(truth: Classes, probabilities: Floats) -> float:
    """Mean over the classes of F1 = 2 TP / (2 TP + FP + FN); a class that neither occurs nor is predicted is left out."""
    counts = _confusion(truth, probabilities)
    both = counts.sum(axis=0) + counts.sum(axis=1)  # 2 TP + FP + FN
    present = both > 0
    return float(np.mean(2.0 * counts.diagonal()[present] / both[present]))


@metric("classification", "higher")
def roc_auc(truth: Classes, probabilities: Floats) -> float:
    """Area under the ROC curve: the chance that a row of a class is ranked above a row that is not of it.

    Ties count ½. Two classes: that of the second class. More: the mean over the classes that occur, one against the
    rest. NaN where only one class occurs.
    """
    classes = [1] if probabilities.shape[1] == 2 else range(probabilities.shape[1])
    areas = [_area(truth == k, probabilities[:, k]) for k in classes if 0 < np.sum(truth == k) < len(truth)]
    return float(np.mean(areas)) if areas else float("nan")


def _area(positive: NDArray[np.bool_], score: Floats) -> float:
    """Mann–Whitney: the mean rank of the positives, ties sharing their mean rank."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    hits = int(positive.sum())
    above = ranks[positive].sum() - hits * (hits + 1) / 2.0
    return float(above / (hits * (len(score) - hits)))


@metric("classification", "lower")
def log_loss(truth: Classes, probabilities: Floats) -> float:
    """Mean of −log p(true class); probabilities are kept above the smallest float64 step, 2.2e-16."""
    p = probabilities[np.arange(len(truth)), truth]
    return float(np.mean(-np.log(np.clip(p, np.finfo(np.float64).eps, 1.0))))


@metric("regression", "lower")
def rmse(truth: Floats, predicted: Floats) -> float:
    """Root of the mean squared error, in the target's unit."""
    return float(np.sqrt(np.mean((truth - predicted) ** 2)))


@metric("regression", "lower")
def mae(truth: Floats, predicted: Floats) -> float:
    """Mean absolute error, in the target's unit."""
    return float(np.mean(np.abs(truth - predicted)))


@metric("regression", "higher")
def r2(truth: Floats, predicted: Floats) -> float:
    """1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 as good as the mean. NaN where the truth is constant."""
    if np.ptp(truth) == 0.0:  # not a spread of 0: the mean of three times 0.1 is not 0.1
        return float("nan")
    return 1.0 - float(np.sum((truth - predicted) ** 2) / np.sum((truth - truth.mean()) ** 2))
