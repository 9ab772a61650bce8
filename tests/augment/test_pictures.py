"""Pictures are moved as scipy.ndimage moves them, in the table's own units whatever the scaling of each pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from nntrain.augment import Augmenter, Canvas, Movement
from nntrain.augment.canvas import warp
from nntrain.errors import ConfigError
from nntrain.types import Array
from tests.augment.places import canvas, make, pictures, pixels_of

SIZES = [(9, 7), (4, 11), (1, 5), (2, 2)]
PLACE = canvas()


def movement(name: str, place: Canvas = PLACE, **settings: Any) -> Any:
    return make(name, *pixels_of(place), image=place, **settings)


def by_scipy(picture: Array, matrix: NDArray[np.float32]) -> Array:
    middle = (np.array(picture.shape) - 1) / 2
    M, t = matrix[:2, :2].astype(float), matrix[:2, 2].astype(float)
    moved = ndimage.affine_transform(
        picture.astype(float), M, middle - M @ middle + t, order=1, mode="grid-constant", cval=0.0
    )
    return np.asarray(moved)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_warp_is_scipy_s_affine_transform(height: int, width: int) -> None:
    rng = np.random.default_rng(0)
    picture = rng.uniform(-1, 1, (20, height, width)).astype(np.float32)
    maps = np.tile(np.eye(3, dtype=np.float32), (20, 1, 1))
    maps[:, :2] += rng.normal(size=(20, 2, 3)).astype(np.float32)
    moved = warp(picture, maps)
    for before, after, matrix in zip(picture, moved, maps, strict=True):
        np.testing.assert_allclose(after, by_scipy(before, matrix), atol=2e-5)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("shift", {"pixels": 3}), ("rotation", {"degrees": 40.0}), ("scaling", {"factor": 1.5}), ("flip", {})],
)
def test_movements_on_pixels_of_any_scaling(name: str, settings: dict[str, Any]) -> None:
    x = pictures(PLACE, 30)
    one = movement(name, **settings)
    assert isinstance(one, Movement)
    before = PLACE.pixels(x)
    Augmenter([one])(x, np.zeros(30), 4)
    for was, now, matrix in zip(before, PLACE.pixels(x), one.maps(30, 4), strict=True):
        np.testing.assert_allclose(now, by_scipy(was, matrix), atol=1e-4)


def test_shifts_are_whole_pixels_each_as_likely() -> None:
    shifts = movement("shift", pixels=2).maps(5_000, 1)[:, :2, 2]
    values, counts = np.unique(shifts, axis=0, return_counts=True)
    assert len(values) == 25
    assert np.abs(values).max() == 2
    assert counts == pytest.approx(200, abs=60)


def test_a_shift_is_exact_and_fills_with_empty_pixels() -> None:
    x = pictures(PLACE, 60)
    before = PLACE.pixels(x)
    one = movement("shift", pixels=3)
    Augmenter([one])(x, np.zeros(60), 2)
    for was, now, matrix in zip(before, PLACE.pixels(x), one.maps(60, 2), strict=True):
        down, right = -matrix[:2, 2].astype(int)
        np.testing.assert_allclose(now, ndimage.shift(was, (down, right), order=0, cval=0.0), atol=1e-5)


def test_angles_and_factors_are_uniform_within_their_bounds() -> None:
    turns = movement("rotation", degrees=30.0).maps(5_000, 1)
    degrees = np.rad2deg(np.arctan2(turns[:, 1, 0], turns[:, 0, 0]))
    assert np.abs(degrees).max() < 30.001
    assert np.histogram(degrees, 6, (-30, 30))[0] == pytest.approx(833, abs=130)
    logs = np.log(movement("scaling", factor=2.0).maps(5_000, 1)[:, 0, 0]) / np.log(2)
    assert np.abs(logs).max() < 1.001
    assert np.histogram(logs, 4, (-1, 1))[0] == pytest.approx(1_250, abs=150)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_flips_come_at_their_probability_and_are_exact(probability: float) -> None:
    x = pictures(PLACE, 2_000)
    before = PLACE.pixels(x)
    Augmenter([movement("flip", probability=probability)])(x, np.zeros(2_000), 1)
    now = PLACE.pixels(x)
    flipped = np.abs(now - before[:, :, ::-1]).max(axis=(1, 2)) < 1e-4
    assert flipped.mean() == pytest.approx(probability, abs=0.04)
    np.testing.assert_allclose(now[~flipped], before[~flipped], atol=1e-4)


def test_neighbouring_movements_are_put_together_in_their_order() -> None:
    x = pictures(PLACE, 10)
    smooth = ndimage.gaussian_filter(PLACE.pixels(x), (0, 2.0, 2.0), mode="constant").astype(np.float32)
    PLACE.write(smooth, x)
    apart, together = x.copy(), x.copy()
    shift, flip = movement("shift", pixels=2), movement("flip", probability=0.5)
    for one in (shift, flip):
        Augmenter([one])(apart, np.zeros(10), 3)
    both = Augmenter([shift, flip])
    both(together, np.zeros(10), 3)
    assert len(both.augmentations) == 1
    np.testing.assert_allclose(together, apart, atol=1e-4)
    swapped = x.copy()
    Augmenter([flip, shift])(swapped, np.zeros(10), 3)
    assert np.abs(swapped - together).max() > 0.1


def test_cutout_empties_squares_around_any_pixel() -> None:
    x = pictures(PLACE, 3_000)
    before = PLACE.pixels(x)
    movement("cutout", size=3)(x, np.zeros(3_000), 1)
    now = PLACE.pixels(x)
    emptied = np.abs(now) < 1e-4
    np.testing.assert_allclose(now[~emptied], before[~emptied], atol=1e-4)
    counts = emptied.sum(axis=(1, 2))
    assert set(np.unique(counts)) == {4, 6, 9}  # in a corner, at an edge, inside
    for one in emptied[:50]:
        down, right = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
        assert one[down[0] : down[-1] + 1, right[0] : right[-1] + 1].all()
    hits = emptied.mean(axis=0)
    assert hits[1:-1, 1:-1] == pytest.approx(9 / 63, abs=0.03)


def test_a_pixel_that_is_no_input_is_empty() -> None:
    places = np.array([0, 1, 2, 4, 5, 6, 7, 8])
    place = Canvas(3, 3, places, np.full(8, 0.5, np.float32), np.full(8, 2.0, np.float32))
    x = ((np.arange(1, 9, dtype=np.float32) - 0.5) / 2.0)[None]
    np.testing.assert_allclose(place.pixels(x)[0], [[1, 2, 3], [0, 4, 5], [6, 7, 8]], atol=1e-6)
    Augmenter([make("flip", *pixels_of(place), image=place, probability=1.0)])(x, np.zeros(1), 1)
    np.testing.assert_allclose(place.pixels(x)[0], [[3, 2, 1], [0, 4, 0], [8, 7, 6]], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("shift", {"pixels": 7}, "7 pixels would move pictures of 9 × 7 out of sight"),
        ("cutout", {"size": 7}, "a square of 7 × 7 may empty whole pictures of 9 × 7"),
    ],
)
def test_what_would_leave_nothing_is_refused(name: str, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        movement(name, **settings)


@pytest.mark.parametrize("name", ["shift", "rotation", "scaling", "flip", "cutout"])
def test_pictures_need_a_size(name: str) -> None:
    settings: dict[str, dict[str, Any]] = {
        "shift": {"pixels": 1},
        "rotation": {"degrees": 3.0},
        "scaling": {"factor": 2.0},
        "cutout": {"size": 1},
    }
    with pytest.raises(ConfigError, match=r"say how large they are with data.image: \[height, width\]"):
        make(name, **settings.get(name, {}))
