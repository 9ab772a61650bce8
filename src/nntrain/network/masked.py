"""What layers with a random mask share: dropout and alpha_dropout."""

from __future__ import annotations

import numpy as np

from nntrain.config.scheduled import Follower, ScheduledShare, follow
from nntrain.kernels import pick
from nntrain.network.layer import Layer
from nntrain.network.masks import draw_mask, threshold
from nntrain.network.site import Site
from nntrain.types import Array, Batch


class Masked(Layer):
    """A layer that multiplies by a new mask at every step: each entry is zero with probability ``rate``, else a factor."""

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

    def masks(self, rows: int, factor: float) -> Array:
        """Draw the mask of this step, (rows, n), of zeros and factors."""
        mask = self.mask[:rows]
        self.draw(mask, self.key(), threshold(self.rate), factor)
        return mask

    def backward(self, dy: Batch) -> Batch:
        """y is x times a constant mask, plus a constant: dx = dy · mask."""
        return np.multiply(dy, self.mask[: len(dy)], out=self.dx[: len(dy)])

    def infer(self, x: Batch) -> Batch:
        """y = x."""
        return x
