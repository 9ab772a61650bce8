"""Metrics: figures for people, each a function of the truth and of what was predicted, and of the weights of rows.

Classification: truth (N,) class indices, probabilities (N, K). Multilabel: truth (N, T) of 0 and 1, probabilities (N, T).
Regression: truth and prediction (N,) in the target's own units; of several targets, each by itself. All in float64, with
scikit-learn's definitions, those of its ``sample_weight`` among them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.training import multilabel_metric
from nntrain.training.scoring import (
    Floats,
    Task,
    Weights,
    confusion_matrix,
    higher_is_better,
    mean,
    mean_area,
    mean_f1,
    metric,
    metrics,
    surprise,
)
from nntrain.types import ClassIndices

__all__ = ["Task", "confusion_matrix", "higher_is_better", "metric", "metrics", "multilabel_metric"]


def _confusion(truth: ClassIndices, probabilities: Floats, weights: Weights) -> NDArray[Any]:
    return confusion_matrix(truth, probabilities.argmax(axis=1), probabilities.shape[1], weights)


@metric("classification", "higher")
def accuracy(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Share of rows whose most probable class is the true one."""
    return mean(probabilities.argmax(axis=1) == truth, weights)


@metric("classification", "higher")
def balanced_accuracy(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Mean over the classes that occur of the share of their rows that were recognised (recall)."""
    counts = _confusion(truth, probabilities, weights)
    present = counts.sum(axis=1) > 0
    return float(np.mean(counts.diagonal()[present] / counts.sum(axis=1)[present]))


@metric("classification", "higher")
def macro_f1(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Mean over the classes of F1 = 2 TP / (2 TP + FP + FN); a class that neither occurs nor is predicted is left out."""
    counts = _confusion(truth, probabilities, weights)
    return mean_f1(counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1))


@metric("classification", "higher")
def roc_auc(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Area under the ROC curve: the chance that a row of a class is ranked above a row that is not of it.

    Ties count ½. Two classes: that of the second class. More: the mean over the classes that occur, one against the
    rest. NaN where only one class occurs.
    """
    classes = [1] if probabilities.shape[1] == 2 else range(probabilities.shape[1])
    return mean_area(((truth == k, probabilities[:, k]) for k in classes), weights)


@metric("classification", "lower")
def log_loss(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Mean of −log p(true class); probabilities are kept above the smallest float64 step, 2.2e-16."""
    return mean(surprise(probabilities[np.arange(len(truth)), truth]), weights)


@metric("regression", "lower")
def rmse(truth: Floats, predicted: Floats, weights: Weights) -> float:
    """Root of the mean squared error, in the target's unit; the mean over several targets."""
    return float(np.sqrt(mean((truth - predicted) ** 2, weights)))


@metric("regression", "lower")
def mae(truth: Floats, predicted: Floats, weights: Weights) -> float:
    """Mean absolute error, in the target's unit; the mean over several targets."""
    return mean(np.abs(truth - predicted), weights)


@metric("regression", "higher")
def r2(truth: Floats, predicted: Floats, weights: Weights) -> float:
    """1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 is perfect, 0 as good as the mean; the mean over several targets.

    NaN where the truth is constant.
    """
    if np.ptp(truth if weights is None else truth[weights > 0.0]) == 0.0:  # not a spread of 0: 3 times 0.1 has one
        return float("nan")
    spread = (truth - mean(truth, weights)) ** 2
    return 1.0 - mean((truth - predicted) ** 2, weights) / mean(spread, weights)
