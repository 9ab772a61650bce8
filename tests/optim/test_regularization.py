"""Penalties and clipping."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import DTypeLike
from pydantic import ValidationError

from nntrain.config.markers import section_component
from nntrain.optim import Bench, Regularization
from nntrain.optim.regularization import euclidean_norm
from tests.references.gradients import TOLERANCE, numeric_gradient, relative_error
from tests.references.strict import strict


def make_bench(dtype: DTypeLike = np.float64) -> Bench:
    rng = np.random.default_rng(0)
    theta, gradient = rng.normal(size=50).astype(dtype), rng.normal(size=50).astype(dtype)
    return Bench(theta, gradient, slice(0, 30))


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.3), (0.2, 0.1)])
def test_gradient_is_that_of_the_penalty(l1: float, l2: float) -> None:
    bench, penalties = make_bench(), Regularization(l1=l1, l2=l2)
    bench.gradient[:] = 0.0
    penalties.apply(bench)
    numeric = numeric_gradient(lambda: penalties.penalty(bench), bench.theta)
    assert relative_error(bench.gradient, numeric) < TOLERANCE
    assert not bench.gradient[30:].any()


def test_the_penalty_is_its_formula() -> None:
    bench = make_bench()
    w = bench.theta[:30]
    expected = 0.2 * np.abs(w).sum() + 0.1 / 2 * (w**2).sum()
    assert Regularization(l1=0.2, l2=0.1).penalty(bench) == pytest.approx(expected, rel=1e-14)


def test_penalties_are_added_to_the_gradient() -> None:
    bench = make_bench()
    before = bench.gradient.copy()
    Regularization(l2=0.5).apply(bench)
    np.testing.assert_allclose(bench.gradient[:30], before[:30] + 0.5 * bench.theta[:30], rtol=1e-14)
    np.testing.assert_array_equal(bench.gradient[30:], before[30:])


def test_a_weight_of_zero_stays_under_l1() -> None:
    bench = make_bench()
    bench.theta[:] = bench.gradient[:] = 0.0
    Regularization(l1=0.5).apply(bench)
    assert not bench.gradient.any()


class TestClipping:
    def test_a_long_gradient_is_shortened_in_its_direction(self) -> None:
        bench = make_bench()
        before = bench.gradient.copy()
        Regularization(clip_norm=0.5).apply(bench)
        assert np.linalg.norm(bench.gradient) == pytest.approx(0.5)
        np.testing.assert_allclose(bench.gradient / 0.5, before / np.linalg.norm(before), rtol=1e-13)

    def test_one_that_is_barely_too_long(self) -> None:
        bench = make_bench()
        limit = 0.999 * float(np.linalg.norm(bench.gradient))
        Regularization(clip_norm=limit).apply(bench)
        assert np.linalg.norm(bench.gradient) == pytest.approx(limit)

    def test_a_short_one_stays(self) -> None:
        bench = make_bench()
        before = bench.gradient.copy()
        Regularization(clip_norm=float(np.linalg.norm(before)) * 1.001).apply(bench)
        np.testing.assert_array_equal(bench.gradient, before)

    def test_no_gradient(self) -> None:
        bench = make_bench()
        bench.gradient[:] = 0.0
        Regularization(clip_norm=1.0).apply(bench)
        assert not bench.gradient.any()

    def test_it_comes_after_the_penalties(self) -> None:
        bench = make_bench()
        Regularization(l2=100.0, clip_norm=0.5).apply(bench)
        assert np.linalg.norm(bench.gradient) == pytest.approx(0.5)

    @pytest.mark.parametrize("size", [1e25, 1e30])
    def test_squares_that_overflow_float32(self, size: float) -> None:
        bench = make_bench(np.float32)
        bench.gradient[:] = size
        with np.errstate(over="ignore"):  # as in the training loop
            Regularization(clip_norm=1.0).apply(bench)
        np.testing.assert_allclose(bench.gradient, 1.0 / np.sqrt(50), rtol=1e-5)


class TestClippingByValue:
    def test_each_component_is_cut(self) -> None:
        bench = make_bench()
        before = bench.gradient.copy()
        Regularization(clip_value=0.5).apply(bench)
        assert (np.abs(before) > 0.5).any()
        np.testing.assert_array_equal(bench.gradient, np.clip(before, -0.5, 0.5))

    def test_small_ones_stay(self) -> None:
        bench = make_bench()
        before = bench.gradient.copy()
        Regularization(clip_value=100.0).apply(bench)
        np.testing.assert_array_equal(bench.gradient, before)

    def test_penalties_come_first_and_the_norm_last(self) -> None:
        bench = make_bench()
        expected = np.clip(bench.gradient + 0.3 * np.where(np.arange(50) < 30, bench.theta, 0.0), -0.2, 0.2)
        Regularization(l2=0.3, clip_value=0.2, clip_norm=0.5).apply(bench)
        np.testing.assert_allclose(bench.gradient, expected * 0.5 / np.linalg.norm(expected), rtol=1e-13)
        assert np.abs(bench.gradient).max() <= 0.2

    @pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
    def test_what_is_not_finite_stays_to_be_seen(self, bad: float) -> None:
        bench = make_bench(np.float32)
        bench.gradient[7] = bad
        Regularization(clip_value=0.5).apply(bench)
        assert not np.isfinite(bench.gradient).all()

    def test_components_whose_squares_overflow(self) -> None:
        bench = make_bench(np.float32)
        bench.gradient[:] = 1e30
        Regularization(clip_value=0.5).apply(bench)
        assert set(bench.gradient.tolist()) == {0.5}


@pytest.mark.parametrize("key", ["clip_value", "clip_norm", "max_norm", "l1", "l2", "weight_decay"])
@pytest.mark.parametrize("value", [-0.1, math.inf, math.nan, "1", True])
def test_bad_settings_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        section_component(Regularization).model.model_validate({key: value})


@pytest.mark.parametrize("key", ["clip_value", "clip_norm", "max_norm"])
def test_a_bound_of_zero_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        section_component(Regularization).model.model_validate({key: 0.0})


def test_float32_stays_float32() -> None:
    bench = make_bench(np.float32)
    bench.theta, bench.gradient = strict(bench.theta), strict(bench.gradient)
    Regularization(l1=0.1, l2=0.1, clip_value=0.5, clip_norm=0.1).apply(bench)
    assert bench.gradient.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norm(dtype: DTypeLike) -> None:
    vector = np.random.default_rng(0).normal(size=1000).astype(dtype)
    assert euclidean_norm(vector) == pytest.approx(float(np.linalg.norm(vector.astype(np.float64))), rel=1e-5)
