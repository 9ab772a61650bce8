"""What the losses of regression aim at, in which unit, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as judge

from nntrain.types import Array
from tests.references.losses import loss_batch, make_loss


def test_pinball_is_scikit_learn_s() -> None:
    loss = make_loss("quantile", levels=[0.2, 0.7])
    logits, y = loss_batch(loss, 0)
    expected = [judge.mean_pinball_loss(y[:, 0], logits[:, q], alpha=level) for q, level in enumerate((0.2, 0.7))]
    assert loss.value(logits, y) == pytest.approx(np.mean(expected), rel=1e-13)


def test_poisson_is_half_of_scikit_learn_s_deviance() -> None:
    loss = make_loss("poisson")
    logits, y = loss_batch(loss, 0)
    expected = judge.mean_poisson_deviance(y[:, 0], np.exp(logits[:, 0])) / 2.0
    assert loss.value(logits, y) == pytest.approx(expected, rel=1e-13)


def test_poisson_is_zero_where_the_rate_is_the_count() -> None:
    loss, y = make_loss("poisson"), np.array([[0.5], [1.0], [7.0]])
    value, gradient = loss.value_and_gradient(np.log(y), y)
    assert value == pytest.approx(0.0, abs=1e-15)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-15)
    np.testing.assert_allclose(loss.predict(np.log(y)), y[:, 0], rtol=1e-15)


@pytest.mark.parametrize(("name", "power"), [("mean_squared_error", 2), ("mean_absolute_error", 1), ("poisson", 1)])
def test_figures_grow_with_the_unit(name: str, power: int) -> None:
    loss = make_loss(name)
    assert loss.unit_power == power
    logits, y = loss_batch(loss, 0)
    larger = logits + np.log(3.0) if name == "poisson" else 3.0 * logits
    assert loss.value(larger, 3.0 * y) == pytest.approx(3.0**power * loss.value(logits, y), rel=1e-12)


def test_huber_s_delta_and_figure_grow_with_the_unit() -> None:
    logits, y = loss_batch(make_loss("huber"), 0)
    in_units = make_loss("huber", delta=3.0).value(3.0 * logits, 3.0 * y)
    assert in_units == pytest.approx(
        3.0 ** make_loss("huber").unit_power * make_loss("huber").value(logits, y), rel=1e-12
    )


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("mean_squared_error", {}, np.mean),
        ("mean_absolute_error", {}, np.median),
        ("quantile", {"levels": 0.25}, lambda y: np.quantile(y, 0.25, method="inverted_cdf")),
        ("poisson", {}, np.mean),
    ],
)
def test_the_minimum_of_a_constant(name: str, settings: dict[str, Any], expected: Callable[[Array], float]) -> None:
    loss = make_loss(name, **settings)
    y = np.random.default_rng(5).gamma(2.0, size=(51, 1))
    tried = np.linspace(0.05, 5.0, 4001)
    inside = np.log(tried) if name == "poisson" else tried
    best = tried[np.argmin([loss.value(np.full((51, 1), z), y) for z in inside])]
    assert best == pytest.approx(expected(y[:, 0]), abs=0.002)


@pytest.mark.parametrize(
    ("levels", "shown"),
    [(0.9, 0), ([0.1, 0.5, 0.9], 1), ([0.6, 0.9], 0), ([0.4, 0.6], 0), ([0.1, 0.3, 0.55], 2)],
)
def test_the_level_next_to_the_median_is_shown(levels: Any, shown: int) -> None:
    loss = make_loss("quantile", levels=levels)
    logits, _ = loss_batch(loss, 0)
    np.testing.assert_array_equal(loss.predict(logits), logits[:, shown])


def test_all_levels_are_given_by_name() -> None:
    loss = make_loss("quantile", levels=[0.05, 0.5])
    logits, _ = loss_batch(loss, 0)
    further = loss.further(logits)
    assert list(further) == ["quantile_0.05", "quantile_0.5"]
    np.testing.assert_array_equal(further["quantile_0.05"], logits[:, 0])
    assert make_loss("quantile", levels=0.9).further(logits[:, :1]) == {}
    assert make_loss("huber").further(logits[:, :1]) == {}
