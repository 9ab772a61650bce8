from __future__ import annotations

import io
import math

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from nntrain.report.console import console_on
from nntrain.report.evaluation import Evaluation, _class_figures, _residuals, most_confused
from nntrain.report.evaluation_tables import confusion_table, print_evaluation
from nntrain.training.metric import confusion_matrix


def evaluation(classes: int, rows: int = 400, name: str = "class") -> Evaluation:
    random = np.random.default_rng(0)
    truth, predicted = random.integers(0, classes, (2, rows))
    predicted = np.where(random.random(rows) < 0.6, truth, predicted)
    confusion = confusion_matrix(truth, predicted, classes)
    names = [f"{name} {k}" for k in range(classes)]
    metrics = {"loss": 0.5, "accuracy": 0.6}
    return Evaluation(rows, metrics, {"accuracy": 0.5}, {"town": 2}, _class_figures(confusion, names), confusion)


def printed(given: Evaluation, width: int = 100) -> str:
    out = io.StringIO()
    console = console_on(out)
    console.width = width
    print_evaluation(console, given, "x.safetensors on its test split")
    return out.getvalue()


def test_class_figures_are_scikit_learn_s() -> None:
    random = np.random.default_rng(1)
    truth, predicted = random.integers(0, 5, (2, 200))
    figures = _class_figures(confusion_matrix(truth, predicted, 5), list("abcde"))
    expected = precision_recall_fscore_support(truth, predicted)
    for row, precision, recall, f1, rows in zip(figures, *expected, strict=True):
        assert (row.precision, row.recall, row.f1, row.rows) == pytest.approx((precision, recall, f1, rows))


def test_a_class_that_never_comes_up_has_no_figures() -> None:
    figures = _class_figures(np.array([[3, 0, 0], [1, 0, 0], [0, 0, 0]]), ["a", "b", "c"])
    assert math.isnan(figures[1].precision)
    assert (figures[1].recall, figures[1].f1) == (0.0, 0.0)
    assert all(map(math.isnan, (figures[2].precision, figures[2].recall, figures[2].f1)))
    assert "–" in printed(
        Evaluation(4, {"accuracy": 0.75}, {}, {}, figures, np.array([[3, 0, 0], [1, 0, 0], [0, 0, 0]]))
    )


def test_most_confused() -> None:
    confusion = np.array([[9, 5, 0], [2, 9, 7], [0, 0, 9]])
    assert most_confused(confusion, 2) == [(1, 2, 7), (0, 1, 5)]
    assert most_confused(confusion, 10) == [(1, 2, 7), (0, 1, 5), (1, 0, 2)]
    assert most_confused(np.diag([1, 2]), 10) == []


@pytest.mark.parametrize(
    ("classes", "width", "matrix"), [(3, 80, True), (20, 240, True), (20, 80, False), (21, 999, False)]
)
def test_a_matrix_where_it_fits_else_the_most_confused_pairs(classes: int, width: int, matrix: bool) -> None:
    text = printed(evaluation(classes), width)
    assert ("truth ↓ prediction →" in text) == matrix
    assert ("predicted as" in text) != matrix
    assert max(map(len, text.splitlines())) <= width


def test_many_classes_show_the_worst() -> None:
    text = printed(evaluation(60, 3000))
    assert "the 40 of 60 classes with the lowest F1" in text


def test_names_are_text() -> None:
    assert printed(evaluation(3, name="[/b]")).count("[/b] 1") == 3
    wide = confusion_table(np.ones((2, 2), np.int64), ["x" * 90, "y"], 80)
    assert wide is not None


def test_residuals() -> None:
    residuals = _residuals(np.arange(-10.0, 11.0))
    assert residuals == {
        "mean": 0.0,
        "0%": -10.0,
        "5%": -9.0,
        "25%": -5.0,
        "50%": 0.0,
        "75%": 5.0,
        "95%": 9.0,
        "100%": 10.0,
    }
    text = printed(Evaluation(21, {"rmse": 1.0}, {"rmse": 2.0}, {}, residuals=residuals))
    assert "median" in text
    assert "the mean of the training rows" in text


def test_plain_is_json_data() -> None:
    plain = evaluation(3).plain()
    assert set(plain) == {"rows", "metrics", "baseline", "per_class", "confusion", "unknown"}
    assert sum(map(sum, plain["confusion"]["counts"])) == plain["rows"]
    assert set(Evaluation(1, {}, {}, {}, residuals={"mean": 0.0}).plain()) == {
        "rows",
        "metrics",
        "baseline",
        "residuals",
        "unknown",
    }
