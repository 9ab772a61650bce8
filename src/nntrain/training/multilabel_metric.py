"""Metrics of several labels that are there or not: truth (N, T) of 0 and 1, probabilities of 1 (N, T)."""

from __future__ import annotations

import numpy as np

from nntrain.training.scoring import Floats, Weights, mean, mean_area, mean_f1, metric, surprise
from nntrain.types import ClassIndices

THRESHOLD = 0.5
"""A label is predicted where its probability is above this, as a class is that is the more probable of two."""


@metric("multilabel", "higher")
def accuracy(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Share of labels that are right, the mean over rows and labels: 1 − Hamming loss."""
    return mean(((probabilities > THRESHOLD) == truth).mean(axis=1), weights)


@metric("multilabel", "higher")
def subset_accuracy(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Share of rows with all labels right."""
    return mean(((probabilities > THRESHOLD) == truth).all(axis=1), weights)


@metric("multilabel", "lower")
def hamming_loss(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Share of labels that are wrong, the mean over rows and labels."""
    return mean(((probabilities > THRESHOLD) != truth).mean(axis=1), weights)


@metric("multilabel", "higher")
def macro_f1(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Mean over the labels of F1 = 2 TP / (2 TP + FP + FN); one that neither occurs nor is predicted is left out."""
    own = np.ones(len(truth)) if weights is None else weights
    found = probabilities > THRESHOLD
    return mean_f1(own @ (found * truth), own @ found + own @ truth)


@metric("multilabel", "higher")
def roc_auc(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Mean over the labels of the area under the ROC curve; those that all rows have, or none, are left out."""
    return mean_area(((its == 1, p) for its, p in zip(truth.T, probabilities.T, strict=True)), weights)


@metric("multilabel", "lower")
def log_loss(truth: ClassIndices, probabilities: Floats, weights: Weights) -> float:
    """Mean over rows and labels of −log p(what is the case); probabilities are kept above 2.2e-16."""
    p = np.where(truth == 1, probabilities, 1.0 - probabilities)
    return mean(surprise(p).mean(axis=1), weights)
