"""Every metric beside scikit-learn's, and what it gives where scikit-learn gives up."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray
from sklearn import metrics as judge

from nntrain.training.evaluation import baseline, measure
from nntrain.training.metric import Task, confusion_matrix, higher_is_better, metrics

Truth: TypeAlias = NDArray[np.int64]
Scores: TypeAlias = NDArray[np.float64]


def figure(name: str, truth: NDArray[Any], predicted: NDArray[Any], weights: NDArray[Any] | None = None) -> float:
    task: Task = "regression" if name in metrics["regression"] else "classification"
    return measure(task, truth, predicted, [name], weights)[name]


def recall_of_present(truth: Truth, p: Scores) -> float:
    return judge.recall_score(truth, p.argmax(axis=1), labels=np.unique(truth), average="macro", zero_division=0.0)


def mean_area_of_present(truth: Truth, p: Scores) -> float:
    if p.shape[1] == 2:
        return judge.roc_auc_score(truth, p[:, 1])
    return float(np.mean([judge.roc_auc_score(truth == k, p[:, k]) for k in np.unique(truth)]))


CLASSIFICATION: dict[str, Callable[[Truth, Scores], float]] = {
    "accuracy": lambda truth, p: judge.accuracy_score(truth, p.argmax(axis=1)),
    "balanced_accuracy": recall_of_present,
    "macro_f1": lambda truth, p: judge.f1_score(truth, p.argmax(axis=1), average="macro", zero_division=0.0),
    "roc_auc": mean_area_of_present,
    "log_loss": lambda truth, p: judge.log_loss(truth, p, labels=range(p.shape[1])),
}
REGRESSION: dict[str, Callable[[Scores, Scores], float]] = {
    "rmse": judge.root_mean_squared_error,
    "mae": judge.mean_absolute_error,
    "r2": judge.r2_score,
}


def test_every_metric_has_its_judge() -> None:
    """Whoever adds a metric says here what scikit-learn calls it."""
    assert set(metrics["classification"].names) == set(CLASSIFICATION)
    assert set(metrics["regression"].names) == set(REGRESSION)


def test_directions() -> None:
    """A perfect prediction is never worse than a poor one."""
    truth, values = np.array([0, 1, 2, 0]), np.array([1.0, 2.0, 4.0, 3.0])
    perfect, poor = np.eye(3)[truth] * 0.97 + 0.01, np.eye(3)[(truth + 1) % 3] * 0.97 + 0.01
    for name in [*CLASSIFICATION, *REGRESSION]:
        good, bad = (
            (figure(name, truth, perfect), figure(name, truth, poor))
            if name in CLASSIFICATION
            else (figure(name, values, values), figure(name, values, values + 1))
        )
        assert (good > bad) == (name in higher_is_better), name


def softmax_rows(logits: Scores) -> Scores:
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(p / p.sum(axis=1, keepdims=True))


@st.composite
def classified(draw: st.DrawFn) -> tuple[Truth, Scores]:
    """Rows of at least two classes among K, their probabilities often tied."""
    classes, rows = draw(st.integers(2, 5)), draw(st.integers(2, 40))
    truth = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows)))
    if len(set(truth)) < 2:
        truth[0] = (truth[0] + 1) % classes
    levels = st.sampled_from([-300.0, -2.0, -1.0, 0.0, 0.5, 1.0, 3.0])
    logits = draw(st.lists(levels, min_size=rows * classes, max_size=rows * classes))
    return truth, softmax_rows(np.reshape(logits, (rows, classes)))


@pytest.mark.parametrize("name", CLASSIFICATION)
@given(classified())
def test_classification(name: str, case: tuple[Truth, Scores]) -> None:
    truth, p = case
    assert figure(name, truth, p) == pytest.approx(CLASSIFICATION[name](truth, p), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", CLASSIFICATION)
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_classification_of_many_rows(name: str, classes: int) -> None:
    rng = np.random.default_rng(classes)
    truth = rng.integers(0, classes, 3000)
    p = softmax_rows(rng.normal(size=(3000, classes)) + 2.0 * np.eye(classes)[truth])
    assert figure(name, truth, p) == pytest.approx(CLASSIFICATION[name](truth, p), rel=1e-10)


def test_roc_auc_of_three_classes_is_scikit_learn_s_one_against_the_rest() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 500)
    p = softmax_rows(rng.normal(size=(500, 3)) + np.eye(3)[truth]).round(2)
    p[:, 2] = 1.0 - p[:, 0] - p[:, 1]
    expected = judge.roc_auc_score(truth, p, multi_class="ovr", average="macro")
    assert figure("roc_auc", truth, p) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("scores", "area"),
    [
        ([0.1, 0.2, 0.8, 0.9], 1.0),
        ([0.9, 0.8, 0.2, 0.1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], 0.5),
        ([0.1, 0.5, 0.5, 0.9], 0.875),
    ],
)
def test_roc_auc_by_hand(scores: list[float], area: float) -> None:
    second = np.array(scores)
    assert figure("roc_auc", np.array([0, 0, 1, 1]), np.stack([1 - second, second], axis=1)) == area


class TestEdges:
    def test_a_single_class_has_no_roc_curve(self) -> None:
        p = softmax_rows(np.random.default_rng(0).normal(size=(5, 3)))
        assert math.isnan(figure("roc_auc", np.full(5, 2), p))
        assert math.isnan(figure("roc_auc", np.full(5, 1), p[:, :2]))
        assert math.isnan(figure("roc_auc", np.array([0]), p[:1]))

    @pytest.mark.parametrize("name", set(CLASSIFICATION) - {"roc_auc"})
    def test_a_single_class_or_row_has_all_other_figures(self, name: str) -> None:
        p = softmax_rows(np.random.default_rng(0).normal(size=(5, 3)))
        assert math.isfinite(figure(name, np.full(5, 2), p))
        assert math.isfinite(figure(name, np.array([0]), p[:1]))

    def test_absent_classes_do_not_count(self) -> None:
        truth, p = np.array([0, 0, 1, 1]), np.eye(5)[[0, 0, 1, 0]]
        assert figure("balanced_accuracy", truth, p) == 0.75
        assert figure("macro_f1", truth, p) == pytest.approx((0.8 + 2 / 3) / 2)

    def test_a_class_that_is_only_predicted_counts_for_f1_alone(self) -> None:
        truth, p = np.array([0, 0, 1, 1]), np.eye(3)[[0, 0, 1, 2]]
        assert figure("balanced_accuracy", truth, p) == 0.75
        assert figure("macro_f1", truth, p) == pytest.approx((1.0 + 2 / 3 + 0.0) / 3)

    def test_equal_probabilities_choose_the_first_class(self) -> None:
        assert figure("accuracy", np.array([0, 1]), np.full((2, 2), 0.5)) == 0.5

    def test_a_sure_mistake_costs_36_and_not_infinity(self) -> None:
        assert figure("log_loss", np.array([0]), np.array([[0.0, 1.0]])) == pytest.approx(36.04365338911715)
        assert figure("log_loss", np.array([1]), np.array([[0.0, 1.0]])) == 0.0

    def test_figures_are_plain_floats(self) -> None:
        truth, p = np.array([0, 1]), np.array([[0.7, 0.3], [0.4, 0.6]])
        assert {type(value) for value in measure("classification", truth, p, CLASSIFICATION).values()} == {float}
        values = np.array([1.0, 2.0])
        assert {type(value) for value in measure("regression", values, values, REGRESSION).values()} == {float}


class TestConfusion:
    @given(classified())
    def test_it_is_scikit_learn_s(self, case: tuple[Truth, Scores]) -> None:
        truth, p = case
        classes, predicted = p.shape[1], p.argmax(axis=1)
        expected = judge.confusion_matrix(truth, predicted, labels=range(classes))
        np.testing.assert_array_equal(confusion_matrix(truth, predicted, classes), expected)

    def test_rows_are_truth(self) -> None:
        assert confusion_matrix(np.array([0, 0, 1]), np.array([1, 1, 1]), 3).tolist() == [
            [0, 2, 0],
            [0, 1, 0],
            [0, 0, 0],
        ]


values = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
pairs = st.lists(st.tuples(values, values), min_size=2, max_size=40)


class TestRegression:
    @pytest.mark.parametrize("name", REGRESSION)
    @given(pairs)
    def test_it_is_scikit_learn_s(self, name: str, rows: list[tuple[float, float]]) -> None:
        truth, predicted = np.array(rows).T
        if np.ptp(truth) > 0:
            expected = REGRESSION[name](truth, predicted)
            assert figure(name, truth, predicted) == pytest.approx(expected, rel=1e-9, abs=1e-9)

    @pytest.mark.parametrize("value", [0.0, 5.0, 0.1, -1e-3, 1e9, 1 / 3])
    @pytest.mark.parametrize("rows", [1, 2, 3, 10, 1000])
    def test_r2_of_a_constant_truth_is_not_a_number(self, value: float, rows: int) -> None:
        """The mean of three times 0.1 is not 0.1: a spread by rounding alone is none."""
        truth = np.full(rows, value)
        assert math.isnan(figure("r2", truth, truth))
        assert math.isnan(figure("r2", truth, truth + 1.0))

    def test_r2_by_hand(self) -> None:
        truth = np.array([1.0, 2.0, 3.0])
        assert figure("r2", truth, truth) == 1.0
        assert figure("r2", truth, np.full(3, 2.0)) == 0.0
        assert figure("r2", truth, truth[::-1]) == -3.0


@pytest.mark.parametrize("name", REGRESSION)
def test_figures_of_several_targets_are_scikit_learn_s_means(name: str) -> None:
    truth, predicted = np.random.default_rng(0).normal(size=(2, 50, 3)) * np.array([1.0, 10.0, 0.1])
    assert figure(name, truth, predicted) == pytest.approx(REGRESSION[name](truth, predicted), rel=1e-12)


class TestBaseline:
    def test_regression_is_the_mean_of_the_training_rows(self) -> None:
        found = baseline("regression", np.array([2.0]), np.array([2.0, 4.0, 6.0]), list(REGRESSION))
        assert found == {
            "rmse": pytest.approx(math.sqrt(20 / 3)),
            "mae": pytest.approx(2.0),
            "r2": pytest.approx(1 - 20 / 8),
        }

    def test_several_targets_have_a_mean_each(self) -> None:
        found = baseline("regression", np.array([1.0, 10.0]), np.array([[1.0, 12.0], [3.0, 12.0]]), ["mae"])
        assert found == {"mae": pytest.approx(1.5)}

    def test_labels_have_a_share_each(self) -> None:
        found = baseline(
            "multilabel", np.array([0.9, 0.2]), np.array([[1, 0], [1, 1]]), ["accuracy", "subset_accuracy"]
        )
        assert found == {"accuracy": 0.75, "subset_accuracy": 0.5}

    def test_classification_is_the_shares_of_the_training_rows(self) -> None:
        shares, truth = np.array([3, 2, 1, 0]) / 6, np.array([0, 0, 1, 2])
        found = baseline("classification", shares, truth, list(CLASSIFICATION))
        assert found["accuracy"] == 0.5  # the majority class
        assert found["balanced_accuracy"] == pytest.approx(1 / 3)
        assert found["roc_auc"] == 0.5
        assert found["log_loss"] == pytest.approx(-np.mean(np.log(shares[truth])))
        assert set(found) == set(CLASSIFICATION)

    def test_a_class_unseen_in_training(self) -> None:
        found = baseline("classification", np.array([0.5, 0.5, 0.0]), np.array([2, 0]), ["log_loss"])
        assert math.isfinite(found["log_loss"])

    @given(classified(), st.booleans())
    def test_a_row_of_each_class_stands_for_all(self, case: tuple[Truth, Scores], weighted: bool) -> None:
        truth, p = case
        weights = 0.5 + np.arange(len(truth)) if weighted else None
        names = list(CLASSIFICATION)
        found = baseline("classification", p[0], truth, names, weights)
        every = measure("classification", truth, np.tile(p[0], (len(truth), 1)), names, weights)
        assert found == pytest.approx(every, rel=1e-12)


def test_figures_of_many_rows_take_little_memory() -> None:
    """Beside the predictions themselves: at the end of a long run nothing should be killed for its figures."""
    rows = 200_000
    rng = np.random.default_rng(0)
    truth, p = rng.integers(0, 3, rows).astype(np.int32), softmax_rows(rng.normal(size=(rows, 3)))
    tracemalloc.start()
    try:
        measure("classification", truth, p, list(CLASSIFICATION))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 27 * rows
