"""Metrics with weights of rows, and those of several labels, beside scikit-learn's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as judge

from nntrain.training.evaluation import measure
from nntrain.training.metric import metrics
from tests.training.test_metric import CLASSIFICATION, REGRESSION, Scores, Truth, figure, softmax_rows

WEIGHTED: dict[str, Callable[[Truth, Scores, Scores], float]] = {
    "accuracy": lambda y, p, w: judge.accuracy_score(y, p.argmax(axis=1), sample_weight=w),
    "balanced_accuracy": lambda y, p, w: judge.balanced_accuracy_score(y, p.argmax(axis=1), sample_weight=w),
    "macro_f1": lambda y, p, w: judge.f1_score(y, p.argmax(axis=1), average="macro", sample_weight=w),
    "roc_auc": lambda y, p, w: (
        judge.roc_auc_score(y, p[:, 1], sample_weight=w)
        if p.shape[1] == 2
        else np.mean([judge.roc_auc_score(y == k, p[:, k], sample_weight=w) for k in range(p.shape[1])])
    ),
    "log_loss": lambda y, p, w: judge.log_loss(y, p, sample_weight=w),
    "rmse": lambda y, p, w: judge.root_mean_squared_error(y, p, sample_weight=w),
    "mae": lambda y, p, w: judge.mean_absolute_error(y, p, sample_weight=w),
    "r2": lambda y, p, w: judge.r2_score(y, p, sample_weight=w),
}


class TestWeights:
    def test_every_metric_has_its_judge(self) -> None:
        assert set(WEIGHTED) == set(CLASSIFICATION) | set(REGRESSION)

    @pytest.mark.parametrize("classes", [2, 4])
    @pytest.mark.parametrize("name", WEIGHTED)
    def test_they_are_scikit_learn_s(self, name: str, classes: int) -> None:
        rng = np.random.default_rng(classes)
        w = rng.choice([0.0, 0.3, 1.0, 4.0], 400)
        truth, p = rng.integers(0, classes, 400), softmax_rows(rng.normal(size=(400, classes)).round(1))
        if name in REGRESSION:
            truth, p = rng.normal(size=(2, 400))
        assert figure(name, truth, p, w) == pytest.approx(WEIGHTED[name](truth, p, w), rel=1e-11)

    @pytest.mark.parametrize("name", WEIGHTED)
    def test_equal_weights_are_none(self, name: str) -> None:
        rng = np.random.default_rng(0)
        truth, p = rng.integers(0, 3, 90), softmax_rows(rng.normal(size=(90, 3)))
        if name in REGRESSION:
            truth, p = rng.normal(size=(2, 90))
        assert figure(name, truth, p, np.full(90, 2.5, np.float32)) == pytest.approx(figure(name, truth, p), rel=1e-12)

    @pytest.mark.parametrize("name", WEIGHTED)
    def test_a_weight_of_zero_is_no_row(self, name: str) -> None:
        rng = np.random.default_rng(0)
        truth, p = rng.integers(0, 3, 90), softmax_rows(rng.normal(size=(90, 3)))
        if name in REGRESSION:
            truth, p = rng.normal(size=(2, 90))
        kept = np.arange(90) % 3 > 0
        assert figure(name, truth, p, kept.astype(float)) == pytest.approx(
            figure(name, truth[kept], p[kept]), rel=1e-12
        )

    def test_a_constant_truth_of_the_rows_that_count_has_no_r2(self) -> None:
        truth = np.array([0.1, 0.1, 0.1, 5.0])
        assert math.isnan(figure("r2", truth, truth + 1.0, np.array([1.0, 2.0, 1.0, 0.0])))


MULTILABEL: dict[str, Callable[[Truth, Scores, Scores | None], float]] = {
    "accuracy": lambda y, p, w: 1.0 - judge.hamming_loss(y, p > 0.5, sample_weight=w),
    "subset_accuracy": lambda y, p, w: judge.accuracy_score(y, p > 0.5, sample_weight=w),
    "hamming_loss": lambda y, p, w: judge.hamming_loss(y, p > 0.5, sample_weight=w),
    "macro_f1": lambda y, p, w: judge.f1_score(y, p > 0.5, average="macro", sample_weight=w),
    "roc_auc": lambda y, p, w: judge.roc_auc_score(y, p, average="macro", sample_weight=w),
    "log_loss": lambda y, p, w: np.mean([judge.log_loss(y[:, t], p[:, t], sample_weight=w) for t in range(y.shape[1])]),
}


class TestMultilabel:
    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("name", MULTILABEL)
    def test_they_are_scikit_learn_s(self, name: str, weighted: bool) -> None:
        rng = np.random.default_rng(4)
        truth, p = rng.integers(0, 2, (300, 4)), rng.random((300, 4)).round(2)
        w = rng.choice([0.0, 1.0, 3.0], 300) if weighted else None
        assert measure("multilabel", truth, p, [name], w)[name] == pytest.approx(
            MULTILABEL[name](truth, p, w), rel=1e-11
        )

    def test_every_metric_has_its_judge(self) -> None:
        assert set(metrics["multilabel"].names) == set(MULTILABEL)

    def test_a_label_that_nobody_has_is_left_out(self) -> None:
        truth, p = np.array([[1, 0], [0, 0]]), np.array([[0.9, 0.1], [0.2, 0.3]])
        found = measure("multilabel", truth, p, ["macro_f1", "roc_auc"])
        assert found == {"macro_f1": 1.0, "roc_auc": 1.0}
        nobody = measure("multilabel", truth[:, 1:], p[:, 1:], ["macro_f1", "roc_auc"])
        assert all(map(math.isnan, nobody.values()))
