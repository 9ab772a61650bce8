from __future__ import annotations

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.types import Feature
from tests.augment.places import FEATURES, make, rows

Y = np.zeros(4_000, np.int64)


def test_gaussian_noise_has_its_spread_on_numbers_and_leaves_the_rest() -> None:
    x = rows()
    before = x.copy()
    make("gaussian_noise", std=0.5)(x, Y, 1)
    noise = np.asarray(x - before, np.float64)[:, [0, 5]]
    assert noise.mean() == pytest.approx(0.0, abs=0.03)
    assert noise.std() == pytest.approx(0.5, rel=0.05)
    assert abs(float(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1])) < 0.06
    assert (x[:, [1, 2, 3, 4, 6]] == before[:, [1, 2, 3, 4, 6]]).all()


def test_gaussian_noise_needs_a_number() -> None:
    with pytest.raises(ConfigError, match="no numeric input"):
        make("gaussian_noise", FEATURES[2], std=0.5)


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.5, 0.95])
def test_masking_empties_whole_cells_at_its_rate(rate: float) -> None:
    x = rows()
    before = x.copy()
    make("feature_masking", rate=rate)(x, Y, 1)
    cells = [(x[:, [0]] == 0), (x[:, 2:5] == 0).all(axis=1, keepdims=True), x[:, [5]] == 0, x[:, [6]] == 0]
    masked = np.hstack(cells)  # (B, cells)
    assert masked.mean(axis=0) == pytest.approx(rate, abs=0.03)
    assert masked.all(axis=1).mean() == pytest.approx(rate**4, abs=0.03)  # each for itself
    kept = np.hstack([np.repeat(~masked[:, [0]], 2, axis=1), np.repeat(~masked[:, [1]], 3, axis=1), ~masked[:, 2:]])
    assert (x == np.where(kept, before, 0.0)).all()


@pytest.mark.parametrize("rate", [0.1, 0.7])
def test_swap_noise_takes_cells_of_other_rows_at_its_rate(rate: float) -> None:
    x = rows()
    before = x.copy()
    make("swap_noise", rate=rate)(x, Y, 1)
    for column in (0, 5):  # every number stands there once, so a swap shows
        assert (x[:, column] != before[:, column]).mean() == pytest.approx(rate, abs=0.03)
        assert np.isin(x[:, column], before[:, column]).all()
    assert ((x[:, 0] != before[:, 0]) & (x[:, 5] != before[:, 5])).mean() == pytest.approx(rate**2, abs=0.03)
    assert (x[:, 2:5].sum(axis=1) == 1).all()
    assert np.isin(x[:, 2:5], [0, 1]).all()
    assert (x[:, 2:5] != before[:, 2:5]).any(axis=1).mean() == pytest.approx(rate * 2 / 3, abs=0.03)
    assert np.isin(x[:, 6], range(1, 5)).all()


def test_swap_noise_moves_a_number_with_its_flag() -> None:
    x = np.zeros((500, 2), np.float32)
    x[:, 0] = np.arange(500)
    x[:, 1] = np.arange(500) % 2
    make("swap_noise", Feature("a", "a"), Feature("a is missing", "a", "flag"), rate=0.9)(x, Y[:500], 1)
    assert (x[:, 0] % 2 == x[:, 1]).all()
    assert (x[:, 0] != np.arange(500)).mean() > 0.85


def test_swap_noise_of_a_single_row_changes_nothing() -> None:
    x = rows(1)
    before = x.copy()
    make("swap_noise", rate=0.9)(x, Y[:1], 1)
    assert (x == before).all()
