"""What holds of every augmentation: draws are a function of seed, step and name; shapes and types stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntrain.augment import Augmenter, Site, augmentations
from nntrain.augment.noise import GaussianNoise
from nntrain.network.mixed import Mixed
from nntrain.types import Array
from tests.augment.places import FEATURES, canvas, make, pictures, pixels_of, rows

SETTINGS: dict[str, dict[str, Any]] = {
    "gaussian_noise": {"std": 0.1},
    "feature_masking": {"rate": 0.2},
    "swap_noise": {"rate": 0.2},
    "mixup": {"alpha": 0.4},
    "cutmix": {"alpha": 1.0},
    "shift": {"pixels": 3},
    "rotation": {"degrees": 20.0},
    "scaling": {"factor": 1.3},
    "flip": {},
    "cutout": {"size": 3},
}
OF_PICTURES = ("shift", "rotation", "scaling", "flip", "cutout")


def case(name: str, seed: int = 0) -> tuple[Augmenter, Array]:
    if name in OF_PICTURES:
        place = canvas()
        return Augmenter([make(name, *pixels_of(place), image=place, seed=seed, **SETTINGS[name])]), pictures(place, 40)
    return Augmenter([make(name, *FEATURES[:6], seed=seed, **SETTINGS[name])]), rows(40, codes=False)


def test_every_augmentation_has_a_case() -> None:
    assert set(SETTINGS) == set(augmentations.names)


@pytest.mark.parametrize("name", SETTINGS)
def test_draws_are_a_function_of_seed_and_step(name: str) -> None:
    y = np.arange(40)

    def result(seed: int, step: int) -> tuple[bytes, bytes]:
        augment, x = case(name, seed)
        x = x.copy()
        aims = augment(x, y, step)
        parts = aims.parts if isinstance(aims, Mixed) else ()
        return x.tobytes(), b"".join(part.y.tobytes() + part.weights.tobytes() for part in parts)

    assert result(0, 5) == result(0, 5)
    assert result(0, 5)[0] != result(0, 6)[0]
    assert result(0, 5)[0] != result(1, 5)[0]


@pytest.mark.parametrize("name", SETTINGS)
def test_targets_belong_to_their_rows_and_type_and_shape_stay(name: str) -> None:
    augment, x = case(name)
    before, y = x.copy(), np.arange(40)
    aims = augment(x, y, 1)
    assert x.dtype == np.float32
    assert x.shape == before.shape
    assert np.isfinite(x).all()
    assert (x != before).any()
    assert isinstance(aims, Mixed) == augment.mixes_targets == (name in {"mixup", "cutmix"})
    if isinstance(aims, Mixed):
        assert (aims.parts[0].y == y).all()
        np.testing.assert_allclose(sum(part.weights for part in aims.parts), 1.0, atol=1e-6)
        assert all(part.weights.dtype == np.float32 for part in aims.parts)
    else:
        assert aims is y


@pytest.mark.parametrize("name", SETTINGS)
def test_a_single_row(name: str) -> None:
    augment, x = case(name)
    aims = augment(x[:1], np.array([3]), 1)
    assert len(aims) == 1
    assert np.isfinite(x).all()


def test_the_same_one_twice_draws_twice() -> None:
    one, other = (GaussianNoise(Site(name, 0, FEATURES[:6]), std=1.0) for name in ("0.x", "1.x"))
    x = np.zeros((3, 6), np.float32)
    one(x, np.zeros(3), 1)
    first = x.copy()
    other(x, np.zeros(3), 1)
    assert (x - first != first)[:, [0, 5]].all()
