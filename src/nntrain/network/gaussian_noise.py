"""Gaussian noise on a layer's input: a network that is to give the same nearby learns smoother maps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from nntrain.config.scheduled import Follower, ScheduledAmount, follow
from nntrain.kernels import pick
from nntrain.network.layer import Layer, layers
from nntrain.network.masks import Keys, draw_uniforms
from nntrain.network.site import Site
from nntrain.types import Array, Batch


@layers
class GaussianNoise(Layer):
    """y = x + std · N(0, 1) during training, y = x outside (Bishop, 1995: for small noise a penalty on the slope).

    Shapes    x, y (B, n)
    Backward  dx = dy

    YAML      gaussian_noise: 0.1        gaussian_noise: {std: {value: 0.3, schedule: cosine}}

    ``std``  standard deviation; behind standardised inputs a share of a column's own

    The noise is a function of seed, layer, step and entry, so a resumed run draws the same.
    """

    def __init__(self, site: Site, *, std: ScheduledAmount) -> None:
        self.followers: list[Follower] = []
        self.width, self.features = site.width, site.features
        self.std = follow(self.followers, "gaussian_noise std", std, self.spread)
        self.key = site.mask_key()
        self.y = site.buffer(site.width)
        self.use(compiled=False)

    def use(self, compiled: bool) -> None:
        self.draw = pick(draw_uniforms, compiled=compiled)

    def spread(self, std: float) -> None:
        """The standard deviation from now on."""
        self.std = std

    def forward(self, x: Batch) -> Batch:
        """Add the noise of this step."""
        y: Batch = self.y[: len(x)]
        np.multiply(normals(x.shape, self.key(), x.dtype, self.draw), self.std, out=y)
        y += x
        return y

    def backward(self, dy: Batch) -> Batch:
        """y is x plus a constant, so dx = dy."""
        return dy

    def infer(self, x: Batch) -> Batch:
        """y = x."""
        return x


def normals(
    shape: tuple[int, ...], keys: Keys, dtype: DTypeLike, draw: Callable[[Array, Keys], None] = draw_uniforms
) -> Array:
    """Draws from N(0, 1), two from each two 32-bit hashes: r cos φ and r sin φ, r = √(−2 ln u), φ = 2π v (Box & Muller, 1958).

    u and v have 24 bits, as much as float32 tells apart, so |draw| < 5.8.
    """
    size = int(np.prod(shape))
    pairs = (size + 1) // 2
    uniform = np.empty(2 * pairs, dtype)
    draw(uniform, keys)
    u, angle = uniform[:pairs], uniform[pairs:]
    radius = np.sqrt(np.multiply(np.log(u, out=u), -2.0, out=u), out=u)
    angle *= 2.0 * np.pi
    drawn = np.empty((2, pairs), dtype)
    np.multiply(radius, np.cos(angle), out=drawn[0])
    np.multiply(radius, np.sin(angle), out=drawn[1])
    return drawn.ravel()[:size].reshape(shape)
