"""Noise on tables: numbers that tremble, cells that go missing, cells from other rows. Targets stay as they are."""

from __future__ import annotations

import numpy as np

from nntrain.augment.augmentation import Augmentation, augmentations
from nntrain.augment.site import Site
from nntrain.network.mixed import AnyTargets
from nntrain.types import Batch, Fraction, Positive


@augmentations
class GaussianNoise(Augmentation):
    """x ← x + σ ε, ε ~ N(0, 1), for every numeric input; those of categories stay as they are (Bishop, 1995).

    YAML      augmentation: [{gaussian_noise: 0.05}]

    ``std``  σ, in units of the scaled input: under `data.numeric: standardize`, of the column's standard deviation

    For a linear model under squared error it is an L2 penalty of σ² in the mean; of a network it makes a smoother function.
    """

    def __init__(self, site: Site, *, std: Positive) -> None:
        self.site, self.std, self.places = site, np.float32(std), site.numbers()
        self.everywhere = len(self.places) == len(site.features)

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """Noise on the numbers."""
        noise = self.site.random(step).standard_normal((len(x), len(self.places)), np.float32)
        noise *= self.std
        if self.everywhere:
            x += noise
        else:
            x[:, self.places] += noise
        return y


@augmentations
class FeatureMasking(Augmentation):
    """Each cell of the table says nothing with a probability: its inputs are all 0 (Vincent et al., 2008: denoising).

    YAML      augmentation: [{feature_masking: 0.1}]

    ``rate``  the probability

    0 is the mean of a standardised number, no category at all of a one-hot column, and the unknown one of a column of codes.
    Unlike `dropout`, it takes a column as a whole, and what is left is not enlarged.
    """

    def __init__(self, site: Site, *, rate: Fraction) -> None:
        self.site, self.rate, self.cells = site, rate, site.cells()

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """x ← 0 in the chosen cells."""
        masked = chosen(self.site.random(step), self.rate, (len(x), self.cells[-1] + 1))  # (B, cells)
        x[masked[:, self.cells]] = 0.0
        return y


@augmentations
class SwapNoise(Augmentation):
    """Each cell is with a probability that of another row of the batch, drawn anew for each cell (Jahrer, 2017).

    YAML      augmentation: [{swap_noise: 0.1}]

    ``rate``  the probability

    Every value is one that its column really has: a category stays one, as all inputs of a column come along. From the winning
    entry of Porto Seguro's Safe Driver Prediction, for a denoising autoencoder.
    """

    def __init__(self, site: Site, *, rate: Fraction) -> None:
        self.site, self.rate, self.cells = site, rate, site.cells()

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """x_ij ← x_kj in the chosen cells, k ≠ i."""
        rows = len(x)
        if rows < 2:
            return y
        random, shape = self.site.random(step), (rows, self.cells[-1] + 1)
        swapped = chosen(random, self.rate, shape)  # (B, cells)
        others = random.integers(1, rows, shape) + np.arange(rows)[:, None]
        sources = np.where(swapped, others % rows, np.arange(rows)[:, None])  # (B, cells)
        x[...] = np.take_along_axis(x, sources[:, self.cells], axis=0)
        return y


def chosen(random: np.random.Generator, rate: float, shape: tuple[int, int]) -> np.ndarray:
    """True with probability ``rate``, (B, cells)."""
    return np.asarray(random.random(shape, np.float32) < rate)
