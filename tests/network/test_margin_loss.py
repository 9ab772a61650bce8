"""Hinge and perceptron beside scikit-learn's, and beside the rules on paper."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as judge

from tests.references.losses import loss_batch, make_loss


@pytest.mark.parametrize("classes", [2, 5])
def test_hinge_is_scikit_learn_s(classes: int) -> None:
    loss = make_loss("hinge", classes)
    logits, y = loss_batch(loss, classes)
    expected = judge.hinge_loss(y, logits[:, 0] if classes == 2 else logits, labels=np.arange(classes))
    assert loss.value(logits, y) == pytest.approx(expected, rel=1e-13)


def test_a_row_on_the_boundary_is_a_mistake_of_the_perceptron() -> None:
    loss = make_loss("perceptron", 2)
    value, gradient = loss.value_and_gradient(np.zeros((2, 1)), np.array([0, 1]))
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [[0.5], [-0.5]])
    loss = make_loss("perceptron", 3)
    _, gradient = loss.value_and_gradient(np.zeros((1, 3)), np.array([1]))
    np.testing.assert_array_equal(gradient, [[1.0, -1.0, 0.0]])


def test_rosenblatt_s_rule_learns_and() -> None:
    """w ← w + η t x at every mistake, from zeros, as on paper."""
    x, y = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float), np.array([0, 0, 0, 1])
    loss, w, on_paper = make_loss("perceptron", 2), np.zeros((3, 1)), np.zeros(3)
    for _ in range(10):
        for row, (features, truth) in enumerate(zip(x, y, strict=True)):
            _, gradient = loss.value_and_gradient(features[None] @ w, y[row : row + 1])
            w -= features[:, None] @ gradient
            t = 2 * truth - 1
            on_paper += t * features * (t * (features @ on_paper) <= 0)
            np.testing.assert_array_equal(w[:, 0], on_paper)
    np.testing.assert_array_equal((x @ w)[:, 0] > 0, y == 1)


@pytest.mark.parametrize("name", ["hinge", "perceptron"])
@pytest.mark.parametrize("classes", [2, 5])
def test_scores_decide_and_rank_like_margins(name: str, classes: int) -> None:
    loss = make_loss(name, classes)
    logits, _ = loss_batch(loss, classes)
    scores = loss.predict(logits)
    if classes == 2:
        np.testing.assert_array_equal(scores.argmax(axis=1), logits[:, 0] > 0)
        np.testing.assert_array_equal(np.argsort(scores[:, 1]), np.argsort(logits[:, 0]))
    else:
        np.testing.assert_array_equal(scores.argmax(axis=1), logits.argmax(axis=1))
