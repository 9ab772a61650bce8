"""A relu that learns its slope below zero."""

from __future__ import annotations

from functools import partial

import numpy as np

from nntrain.kernels import kernel, pick
from nntrain.network.activation import negative_part
from nntrain.network.initializer import constant, he_normal
from nntrain.network.layer import Layer, activations
from nntrain.network.parameters import Draw
from nntrain.network.site import Site
from nntrain.types import Array, Batch

START = 0.25
"""The slope that training begins with (He et al., 2015)."""


@activations
class PRelu(Layer):
    """φ(x) = max(x, 0) + a min(x, 0) with a trained slope a for each feature, ¼ at the start (He et al., 2015).

    Shapes    x, y (B, n)   a (n,), or (1,) if it is shared
    Backward  dx = dy for x > 0, a dy below    da = Σ_B dy min(x, 0)

    YAML      prelu        prelu: {shared: true}

    ``shared``  one slope for all features, which is what PyTorch's PReLU has by default

    a is a scale: no penalty pulls it to 0, as the authors advise.
    """

    def __init__(self, site: Site, *, shared: bool = False) -> None:
        self.width = site.width
        self.a = site.scale(1 if shared else site.width, partial(constant, value=START))
        self.slopes, self.dslopes = np.empty((2, site.width), site.plan.dtype)
        self.y, self.dx, self.spare = site.buffer(site.width), site.buffer(site.width), site.buffer(site.width)
        self.use(compiled=False)

    def fitting_draw(self) -> Draw:
        return partial(he_normal, negative_slope=START)

    def use(self, compiled: bool) -> None:
        self.run = pick(prelu, compiled=compiled)
        self.unwind = pick(prelu_gradient, compiled=compiled)

    def forward(self, x: Batch) -> Batch:
        """y = max(x, 0) + a min(x, 0)."""
        self.x, y = x, self.y[: len(x)]
        self.slopes[:] = self.a.value
        self.run(x, self.slopes, y)
        return y

    def infer(self, x: Batch) -> Batch:
        """The same, in an array of its own."""
        y = np.empty_like(x)
        prelu(x, self.a.value, y)
        return y

    def backward(self, dy: Batch) -> Batch:
        """dy · dφ = dy · (φ′ dx + min(x, 0) da): the factor beside each differential is its gradient.

        Where the features share a, its gradient is the sum of theirs.
        """
        dx = self.dx[: len(dy)]
        self.unwind(dy, self.x, self.slopes, self.spare[: len(dy)], dx, self.dslopes)
        self.a.grad[...] = self.dslopes if len(self.a.grad) == self.width else np.sum(self.dslopes)
        return dx


@kernel
def prelu(x: Batch, slopes: Array, y: Batch) -> None:
    """y = max(x, 0) + a min(x, 0)."""
    np.multiply(negative_part(x, y), slopes, out=y)
    y += np.maximum(x, 0.0)


@kernel
def prelu_gradient(dy: Batch, x: Batch, slopes: Array, spare: Batch, dx: Batch, dslopes: Array) -> None:
    """dx = dy [x > 0] + a dy [x ≤ 0], da = Σ_B dy min(x, 0)."""
    np.sum(np.multiply(negative_part(x, spare), dy, out=spare), axis=0, out=dslopes)
    np.multiply(dy, slopes, out=dx)
    np.copyto(dx, dy, where=x > 0.0)
