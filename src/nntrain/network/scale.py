"""One trained factor for each feature."""

from __future__ import annotations

from functools import partial

import numpy as np

from nntrain.kernels import kernel, pick
from nntrain.network.initializer import constant
from nntrain.network.layer import Layer, layers
from nntrain.network.site import Site
from nntrain.types import Array, Batch


@layers
class Scale(Layer):
    """y = s · x with a trained factor s for each feature, such as the small one that starts a residual branch.

    Shapes    x, y (B, n)   s (n,)
    Backward  ds = Σ_B dy x    dx = dy s

    YAML      scale        scale: 0.1        residual: [{dense: 64}, relu, {scale: 0.01}]

    ``initial``  every factor at the start

    In front of the network it weighs the inputs; behind a branch it is LayerScale (Touvron et al., 2021).
    """

    def __init__(self, site: Site, *, initial: float = 1.0) -> None:
        self.width, self.features = site.width, site.features
        self.s = site.scale(site.width, partial(constant, value=initial))
        self.y, self.dx = site.buffer(site.width), site.buffer(site.width)
        self.use(compiled=False)

    def use(self, compiled: bool) -> None:
        self.unwind = pick(scale_gradient, compiled=compiled)

    def forward(self, x: Batch) -> Batch:
        """y = s · x."""
        self.x = x
        return np.multiply(x, self.s.value, out=self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """dy · d(s x) = dy · (s dx + x ds): the factor beside each differential is its gradient."""
        dx = self.dx[: len(dy)]
        self.unwind(dy, self.x, self.s.value, dx, self.s.grad)
        return dx


@kernel
def scale_gradient(dy: Batch, x: Batch, s: Array, dx: Batch, ds: Array) -> None:
    """dx = dy s, ds = Σ_B dy x."""
    np.sum(np.multiply(dy, x, out=dx), axis=0, out=ds)
    np.multiply(dy, s, out=dx)
