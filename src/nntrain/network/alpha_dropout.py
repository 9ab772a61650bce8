"""Dropout for self-normalising networks: what it leaves has the mean and variance of what it got."""

from __future__ import annotations

import math

import numpy as np

from nntrain.config.scheduled import Follower, ScheduledShare, follow
from nntrain.kernels import pick
from nntrain.network.layer import Layer, layers
from nntrain.network.masks import draw_mask, threshold
from nntrain.network.site import Site
from nntrain.types import Batch

OFF = -1.7580993408473766
"""α′ = −λα: where selu ends to the left, so that a unit is off there."""


@layers
class AlphaDropout(Layer):
    """y = a (x mask + α′ (1 − mask)) + b: a dropped entry is what selu is far to the left, α′ ≈ −1.758 (Klambauer et al., 2017).

    Shapes    x, y, mask (B, n)
    Backward  dx = a dy mask

    YAML      alpha_dropout: 0.1

    With q = 1 − ``rate``, a = (q + α′² q (1 − q))^−½ and b = −a (1 − q) α′ keep mean 0 and variance 1, which selu layers
    have; ordinary dropout would raise the variance. Outside training y = x. Masks are drawn as those of dropout.
    """

    def __init__(self, site: Site, *, rate: ScheduledShare) -> None:
        self.followers: list[Follower] = []
        self.width, self.rate = site.width, follow(self.followers, "dropout rate", rate, self.drop)
        self.key = site.mask_key()
        self.y, self.dx, self.mask = site.buffer(site.width), site.buffer(site.width), site.buffer(site.width)
        self.use(compiled=False)

    def use(self, compiled: bool) -> None:
        self.draw = pick(draw_mask, compiled=compiled)

    def drop(self, rate: float) -> None:
        """Drop with this probability from now on."""
        self.rate = rate

    def forward(self, x: Batch) -> Batch:
        """Draw the mask of this step and apply it."""
        a, mask = self.factor(), self.mask[: len(x)]
        self.draw(mask, self.key(), threshold(self.rate), a)
        y: Batch = np.subtract(x, OFF, out=self.y[: len(x)])
        y *= mask
        y += a * (OFF - self.rate * OFF)  # a ((x − α′) mask + α′), and b = −a (1 − q) α′
        return y

    def backward(self, dy: Batch) -> Batch:
        """y is x times a constant mask, which has the factor a, plus a constant."""
        return np.multiply(dy, self.mask[: len(dy)], out=self.dx[: len(dy)])

    def infer(self, x: Batch) -> Batch:
        """y = x."""
        return x

    def factor(self) -> float:
        """a."""
        q = 1.0 - self.rate
        return 1.0 / math.sqrt(q + OFF**2 * q * self.rate)
