"""Sites for augmentations, without a spec: inputs of three columns, and pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntrain.augment import Canvas, Site, augmentations
from nntrain.types import Array, Feature

FEATURES = (
    Feature("age", "age"),
    Feature("age is missing", "age", "flag"),
    Feature("town=a", "town", "flag"),
    Feature("town=b", "town", "flag"),
    Feature("town=c", "town", "flag"),
    Feature("height", "height"),
    Feature("street", "street", "code", 5),
)


def make(name: str, *features: Feature, image: Canvas | None = None, seed: int = 0, **settings: Any) -> Any:
    """An augmentation with checked settings."""
    return augmentations.build(name, Site(f"0.{name}", seed, features or FEATURES, image), **settings)


def rows(count: int = 4_000, *, codes: bool = True) -> Array:
    """Rows of FEATURES; every number is different from all others."""
    rng = np.random.default_rng(1)
    x = np.zeros((count, 7 if codes else 6), np.float32)
    x[:, 0], x[:, 5] = rng.permutation(count) + 1, rng.permutation(count) + 1
    x[np.arange(count), 2 + rng.integers(0, 3, count)] = 1.0
    if codes:
        x[:, 6] = rng.integers(1, 5, count)
    return x


def canvas(height: int = 9, width: int = 7) -> Canvas:
    """Pictures whose every pixel is scaled in its own way."""
    rng = np.random.default_rng(2)
    size = height * width
    shift, scale = rng.normal(size=size).astype(np.float32), rng.uniform(0.5, 2.0, size).astype(np.float32)
    return Canvas(height, width, np.arange(size), shift, scale)


def pictures(place: Canvas, count: int = 5) -> Array:
    """Inputs that are pictures of that kind."""
    pixels = np.random.default_rng(3).uniform(1, 10, (count, place.height, place.width)).astype(np.float32)
    x = np.empty((count, len(place.places)), np.float32)
    place.write(pixels, x)
    return x


def pixels_of(place: Canvas) -> tuple[Feature, ...]:
    """The inputs of a picture."""
    return tuple(Feature(f"p{pixel}", f"p{pixel}") for pixel in place.places)
