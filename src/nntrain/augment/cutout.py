"""Cutout: a square of each picture is emptied."""

from __future__ import annotations

import numpy as np

from nntrain.augment.augmentation import Augmentation, augmentations
from nntrain.augment.site import Site
from nntrain.errors import ConfigError
from nntrain.network.mixed import AnyTargets
from nntrain.types import Batch, Count


@augmentations
class Cutout(Augmentation):
    """A square of s × s pixels of each picture is empty, around a place drawn from all of its pixels (DeVries & Taylor, 2017).

    YAML      augmentation: [{cutout: 4}]

    ``size``  s, the length of its sides in pixels

    Needs `data.image: [height, width]`. As in the paper, the square may reach over the edge, so that often less is emptied.
    """

    def __init__(self, site: Site, *, size: Count) -> None:
        self.site, self.canvas, self.size = site, site.canvas(), size
        if size >= min(self.canvas.height, self.canvas.width):
            shape = f"{self.canvas.height} × {self.canvas.width}"
            raise ConfigError(f"a square of {size} × {size} may empty whole pictures of {shape}; expected less")

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """pixel ← 0 where it lies in the row's square."""
        height, width, random = self.canvas.height, self.canvas.width, self.site.random(step)
        down = self._within(random.integers(0, height, len(x)), height)  # (B, H)
        right = self._within(random.integers(0, width, len(x)), width)  # (B, W)
        pixels = self.canvas.pixels(x)
        pixels[down[:, :, None] & right[:, None, :]] = 0.0
        self.canvas.write(pixels, x)
        return y

    def _within(self, middle: np.ndarray, length: int) -> np.ndarray:
        """Whether each of ``length`` places lies in a stretch of ``size`` around a middle."""
        first = middle[:, None] - self.size // 2
        places = np.arange(length)
        return (places >= first) & (places < first + self.size)
