"""Mixed rows have mixed losses, whose gradients are those of soft targets where the two are the same thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from nntrain.errors import ConfigError
from nntrain.network import losses
from nntrain.network.mixed import Mixed, mix
from nntrain.network.weighted import Weighted
from tests.augment.places import FEATURES, make, rows

Y = np.arange(4_000)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_mixup_averages_with_beta_shares(alpha: float) -> None:
    x = rows(codes=False)
    before = x.copy()
    aims = make("mixup", *FEATURES[:6], alpha=alpha)(x, Y, 1)
    own, other = aims.parts
    share = own.weights[:, None]
    np.testing.assert_allclose(x, share * before + (1 - share) * before[other.y], rtol=1e-5, atol=1e-4)
    assert sorted(other.y) == list(Y)
    assert stats.kstest(own.weights, stats.beta(alpha, alpha).cdf).pvalue > 1e-3


def test_mixup_refuses_codes() -> None:
    with pytest.raises(ConfigError, match=r"column 'street' comes in as the code of a category.*use cutmix"):
        make("mixup", alpha=0.2)


@pytest.mark.parametrize("alpha", [0.3, 1.0])
def test_cutmix_takes_whole_cells_and_its_shares_are_theirs(alpha: float) -> None:
    x = rows()
    before = x.copy()
    own, other = make("cutmix", alpha=alpha)(x, Y, 1).parts
    partner = before[other.y]
    cells = ([0, 1], [2, 3, 4], [5], [6])
    from_own = np.stack([(x[:, cell] == before[:, cell]).all(axis=1) for cell in cells], axis=1)
    from_partner = np.stack([(x[:, cell] == partner[:, cell]).all(axis=1) for cell in cells], axis=1)
    assert (from_own | from_partner).all()
    assert (from_own.mean(axis=1) >= own.weights - 1e-6).all()  # equal cells count as both
    assert (from_partner.mean(axis=1) >= other.weights - 1e-6).all()
    assert set(np.unique(own.weights)) == {0.0, 0.25, 0.5, 0.75, 1.0}
    assert own.weights.mean() == pytest.approx(0.5, abs=0.02)


def test_mixing_twice_and_with_weights_keeps_every_share() -> None:
    y, weights = np.arange(6), np.array([1, 2, 3, 4, 5, 6], np.float32)
    partners = np.array([1, 2, 3, 4, 5, 0])
    once = mix(Weighted(y, weights), partners, np.full(6, 0.75, np.float32))
    twice = mix(once, partners, np.full(6, 0.5, np.float32))
    assert len(twice.parts) == 4
    totals = [{part.y[row]: 0.0 for part in twice.parts} for row in range(6)]
    for part in twice.parts:
        for row in range(6):
            totals[row][part.y[row]] += part.weights[row]
    assert totals[0] == pytest.approx({0: 0.375 * 1, 1: (0.125 + 0.375) * 2, 2: 0.125 * 3})
    assert len(twice[2:5]) == 3
    assert twice[2:5].parts[0].y.tolist() == [2, 3, 4]


def test_cross_entropy_of_mixed_targets_is_that_of_soft_ones() -> None:
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    share, partners = rng.beta(0.5, 0.5, 50), rng.permutation(50)
    value, gradient = losses.build("cross_entropy", 4, 50, np.float64).value_and_gradient(
        logits, mix(y, partners, share)
    )
    z = torch.tensor(logits, requires_grad=True)
    hot = np.eye(4)
    soft = torch.tensor(share[:, None] * hot[y] + (1 - share[:, None]) * hot[y[partners]])
    loss = torch.nn.functional.cross_entropy(z, soft)
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=1e-12)
    assert z.grad is not None
    np.testing.assert_allclose(gradient, z.grad.numpy(), atol=1e-12)


def test_the_gradient_of_squared_error_is_that_of_averaged_targets() -> None:
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(50, 1)), rng.normal(size=(50, 1))
    share, partners = rng.beta(0.5, 0.5, 50), rng.permutation(50)
    loss = losses.build("mean_squared_error", 1, 50, np.float64)
    value, gradient = loss.value_and_gradient(logits, mix(y, partners, share))
    s = share[:, None]
    averaged, expected = loss.value_and_gradient(logits, s * y + (1 - s) * y[partners])
    np.testing.assert_allclose(gradient, expected, atol=1e-14)
    assert value == pytest.approx(averaged + float(np.mean(s * (1 - s) * (y - y[partners]) ** 2)))


def test_a_share_of_one_is_no_mixing() -> None:
    rng = np.random.default_rng(0)
    logits, y = rng.normal(size=(9, 3)).astype(np.float32), rng.integers(0, 3, 9)
    loss = losses.build("cross_entropy", 3, 9, np.float32)
    value, gradient = loss.value_and_gradient(logits, y)
    kept: Any = gradient.copy()
    mixed = mix(y, np.arange(9)[::-1].copy(), np.ones(9, np.float32))
    assert isinstance(mixed, Mixed)
    again, same = loss.value_and_gradient(logits, mixed)
    assert again == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(same, kept, atol=1e-7)
    assert same.dtype == np.float32
