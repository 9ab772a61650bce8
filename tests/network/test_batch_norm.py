"""Batch normalisation: what it makes of a batch, and what it remembers."""

from __future__ import annotations

import numpy as np
import pytest

from nntrain.network import Network
from nntrain.types import Array
from tests.references.networks import make_network


def batch_norm(n: int = 3, momentum: float = 0.1, dtype: type[np.floating] = np.float64) -> Network:
    network = make_network([("batch_norm", {"momentum": momentum})], n, dtype=dtype)
    network.vector.values[:] = [0.0] * n + [1.0] * n  # biases stand before scales
    return network


def rows(count: int, n: int = 3) -> Array:
    return np.random.default_rng(0).normal(5.0, 3.0, size=(count, n))


def test_every_feature_gets_mean_0_and_variance_1() -> None:
    y = batch_norm().forward(rows(50))
    np.testing.assert_allclose(y.mean(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose(y.var(axis=0), 1.0, rtol=1e-4)


def test_memory_starts_at_mean_0_and_variance_1() -> None:
    np.testing.assert_array_equal(batch_norm().vector.memory, [0, 0, 0, 1, 1, 1])


@pytest.mark.parametrize("momentum", [0.0, 0.1, 0.5, 1.0])
def test_momentum_is_the_share_of_the_latest_batch(momentum: float) -> None:
    network, x = batch_norm(momentum=momentum), rows(20)
    network.forward(x)
    expected_mean = momentum * x.mean(axis=0)
    expected_variance = (1.0 - momentum) + momentum * x.var(axis=0, ddof=1)
    np.testing.assert_allclose(network.vector.memory, np.concatenate([expected_mean, expected_variance]), rtol=1e-12)


def test_inference_uses_the_memory() -> None:
    network, x = batch_norm(momentum=1.0), rows(20)
    network.forward(x)
    expected = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + 1e-5)
    np.testing.assert_allclose(network.infer(x), expected, rtol=1e-12)


def test_a_single_row_is_its_own_mean() -> None:
    network = batch_norm()
    np.testing.assert_array_equal(network.forward(rows(1)), np.zeros((1, 3)))
    assert np.isfinite(network.vector.memory).all()


def test_a_constant_feature_gives_the_shift() -> None:
    network = batch_norm()
    network.vector.values[:3] = 0.25
    x = rows(20)
    x[:, 1] = 7.0
    np.testing.assert_array_equal(network.forward(x)[:, 1], np.full(20, 0.25))
    assert np.isfinite(network.layers[0].backward(rows(20))).all()


def test_a_far_mean_costs_no_digits() -> None:
    """E[x²] − E[x]² in float32 would leave nothing of a deviation of 1 around 10,000."""
    x = np.random.default_rng(0).normal(1e4, 1.0, size=(256, 3)).astype(np.float32)
    y = batch_norm(dtype=np.float32).forward(x)
    np.testing.assert_allclose(y.std(axis=0), 1.0, rtol=1e-2)
