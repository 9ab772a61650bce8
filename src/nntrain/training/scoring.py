"""The registry of metrics, and what they are made of: means, confusions, areas, each with weights of rows or without."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.config.registry import Registry
from nntrain.types import ClassIndices

Floats = NDArray[np.float64]
Weights: TypeAlias = NDArray[np.floating] | None
Metric = Callable[[Any, Any, Weights], float]
Task = Literal["classification", "multilabel", "regression"]

metrics: dict[Task, Registry[Any]] = {
    "classification": Registry("classification metric"),
    "multilabel": Registry("multilabel metric"),
    "regression": Registry("regression metric"),
}
higher_is_better: set[str] = set()
OF_PROBABILITIES = frozenset({"log_loss"})
"""Metrics that mean nothing where what is predicted are margins (`Loss.probabilistic`)."""


def metric(task: Task, better: Literal["higher", "lower"]) -> Callable[[Metric], Metric]:
    """Register a metric for a task; ``better`` says which way it improves."""

    def register(function: Metric) -> Metric:
        if better == "higher":
            higher_is_better.add(function.__name__)
        return metrics[task](function)

    return register


def mean(values: NDArray[Any], weights: Weights) -> float:
    """The mean over the rows, each with its weight."""
    return float(np.mean(values) if weights is None else np.average(values, weights=weights))


def confusion_matrix(
    truth: ClassIndices, predicted: ClassIndices, classes: int, weights: Weights = None
) -> NDArray[Any]:
    """Counts (K, K), or sums of weights: row = truth, column = prediction."""
    pairs = truth * np.int64(classes)
    pairs += predicted
    return np.bincount(pairs, weights, minlength=classes * classes).reshape(classes, classes)


def mean_f1(hits: NDArray[Any], both: NDArray[Any]) -> float:
    """Mean of 2 TP / (2 TP + FP + FN), of which ``both`` is the denominator, where that is not 0."""
    present = both > 0
    return float(np.mean(2.0 * hits[present] / both[present])) if present.any() else float("nan")


def mean_area(ranked: Iterable[tuple[NDArray[np.bool_], Floats]], weights: Weights) -> float:
    """The mean area under the curves of (positive, score) that have rows of both kinds; NaN where none has."""
    areas = []
    for positive, score in ranked:
        share = mean(positive, weights)
        if 0.0 < share < 1.0:
            areas.append(_area(positive, score) if weights is None else _weighted_area(positive, score, weights))
    return float(np.mean(areas)) if areas else float("nan")


def _area(positive: NDArray[np.bool_], score: Floats) -> float:
    """Mann–Whitney: in which share of the pairs of a positive and another row the positive is above; a tie is half of one.

    Counted in whole numbers, so that the share is right to the last bit; few rows are looked up among many.
    """
    hits, others = np.sort(score[positive]), np.sort(score[~positive])
    few, many = (hits, others) if len(hits) <= len(others) else (others, hits)
    below = sum(int(np.searchsorted(many, few, side).sum()) for side in ("left", "right"))  # twice the pairs
    pairs = 2 * len(few) * len(many)
    return (below if few is hits else pairs - below) / pairs


def _weighted_area(positive: NDArray[np.bool_], score: Floats, weights: NDArray[np.floating]) -> float:
    """The same where every pair of rows counts by the product of their weights."""
    _, level = np.unique(score, return_inverse=True)
    hits, others = (np.bincount(level, weights * kind) for kind in (positive, ~positive))
    below = np.cumsum(others) - 0.5 * others
    return float(np.sum(hits * below) / (hits.sum() * others.sum()))


def surprise(probability: Floats) -> Floats:
    """−log p; probabilities are kept above the smallest float64 step, 2.2e-16."""
    p = np.clip(probability, np.finfo(np.float64).eps, 1.0)
    return np.negative(np.log(p, out=p), out=p)
