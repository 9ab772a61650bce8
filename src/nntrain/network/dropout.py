"""Dropout: a new thinned network at every step, so that no unit can rely on another one."""

from __future__ import annotations

import numpy as np

from nntrain.config.scheduled import Follower, ScheduledShare, follow
from nntrain.kernels import pick
from nntrain.network.layer import Layer, layers
from nntrain.network.masks import draw_mask, threshold
from nntrain.network.site import Site
from nntrain.types import Batch


@layers
class Dropout(Layer):
    """y = x · mask / (1 − rate): each entry is zero with probability ``rate`` (Srivastava et al., 2014).

    Shapes    x, y, mask (B, n)
    Backward  dx = dy · mask / (1 − rate)

    YAML      dropout: 0.2        dropout: {rate: {value: 0.15, schedule: flat_cosine}}

    The division keeps the expectation ("inverted" dropout), so that outside training y = x. The mask is a function of
    seed, layer, step and entry, so a resumed run draws the same ones. A rate that follows a schedule runs in a kernel of its
    own, which is not fused with what stands before it.
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
        mask = self.mask[: len(x)]
        self.draw(mask, self.key(), threshold(self.rate), 1.0 / (1.0 - self.rate))
        return np.multiply(x, mask, out=self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """y is x times a constant mask, so dx = dy · mask."""
        return np.multiply(dy, self.mask[: len(dy)], out=self.dx[: len(dy)])

    def infer(self, x: Batch) -> Batch:
        """y = x."""
        return x
