"""A network without hidden layers is the linear model that its loss names: the same optimum as scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn import linear_model, svm

from nntrain.network import losses
from nntrain.types import Array
from tests.references.networks import make_network

ROWS, INPUTS, L2 = 120, 4, 0.02
ALPHA = L2 * ROWS
"""scikit-learn's penalties stand beside sums over the rows, ours beside means."""

Weights = tuple[Array, Array]


def targets(classes: int) -> tuple[Array, NDArray[Any]]:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(ROWS, INPUTS))
    scores = x @ rng.normal(size=(INPUTS, max(classes, 1))) + rng.normal(size=(ROWS, max(classes, 1)))
    return x, scores.argmax(axis=1) if classes else scores


def fitted(name: str, x: Array, y: NDArray[Any], outputs: int, **settings: Any) -> Weights:
    """W and b at the minimum of loss + λ/2 Σ W², found by L-BFGS on the network's own gradients."""
    network = make_network([("output", {})], INPUTS, outputs, capacity=ROWS)
    loss, vector = losses.build(name, outputs, ROWS, np.float64, **settings), network.vector
    weights = vector.values[vector.weights]

    def objective(values: Array) -> tuple[float, Array]:
        vector.values[:] = values
        value, gradient = loss.value_and_gradient(network.forward(x), y)
        network.backward(gradient)
        vector.gradient[vector.weights] += L2 * weights
        return value + L2 / 2 * float(weights @ weights), vector.gradient.copy()

    done = minimize(objective, 0 * vector.values, jac=True, method="L-BFGS-B", options={"gtol": 1e-10, "ftol": 1e-16})
    return done.x[: INPUTS * outputs].reshape(INPUTS, outputs), done.x[INPUTS * outputs :]


def shape_of(model: Any) -> Weights:
    return np.atleast_2d(model.coef_).T, np.atleast_1d(model.intercept_)


LOGISTIC = linear_model.LogisticRegression(C=1 / ALPHA, tol=1e-10, max_iter=10_000)
JUDGED: list[tuple[str, int, int, dict[str, Any], Callable[[Array, NDArray[Any]], Any]]] = [
    ("mean_squared_error", 0, 1, {}, lambda x, y: linear_model.Ridge(alpha=ALPHA / 2).fit(x, y[:, 0])),
    ("binary_cross_entropy", 2, 1, {}, LOGISTIC.fit),
    ("cross_entropy", 3, 3, {}, LOGISTIC.fit),
    (
        "poisson",
        -1,
        1,
        {},
        lambda x, y: linear_model.PoissonRegressor(alpha=L2, tol=1e-10, max_iter=10_000).fit(x, y[:, 0]),
    ),
]


@pytest.mark.parametrize(("name", "classes", "outputs", "settings", "theirs"), JUDGED, ids=[case[0] for case in JUDGED])
def test_the_optimum_is_scikit_learn_s(
    name: str, classes: int, outputs: int, settings: dict[str, Any], theirs: Callable[..., Any]
) -> None:
    x, y = targets(max(classes, 0))
    if classes < 0:
        y = np.floor(np.exp(np.minimum(y, 3.0)))
    W, b = fitted(name, x, y, outputs, **settings)
    their_W, their_b = shape_of(theirs(x, y))
    np.testing.assert_allclose(W, their_W, atol=1e-5)
    np.testing.assert_allclose(b - b.mean() * (outputs > 1), their_b, atol=1e-5)


def test_hinge_is_a_linear_support_vector_machine() -> None:
    """LinearSVC penalises its bias too, unless it hangs on a very large constant input."""
    x, y = targets(2)
    W, b = fitted("hinge", x, y, 1, squared=True)
    model = svm.LinearSVC(
        C=1 / (2 * (ALPHA / 2)), tol=1e-12, max_iter=1_000_000, intercept_scaling=30.0, random_state=0
    )
    their_W, their_b = shape_of(model.fit(x, y))
    np.testing.assert_allclose(W, their_W, atol=1e-3)
    np.testing.assert_allclose(b, their_b, atol=1e-3)
