"""A relu that learns its slope below zero."""

from __future__ import annotations

from functools import partial

import numpy as np

from nntrain.kernels import kernel, pick
from nntrain.network.activation import Workspace, negative_part, positive_part
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
        self.slopes, self.dslopes = np.empty((2, site.width), self.a.value.dtype)
        self.y, self.dx, self.spare = site.buffer(site.width), site.buffer(site.width), site.buffer(site.width)
        self.use(compiled=False)

    def fitting_draw(self) -> Draw:
        return partial(he_normal, negative_slope=START)

    def forward(self, x: Batch) -> Batch:
        """y = max(x, 0) + a min(x, 0)."""
        self.x, self.work = x, self.buffers.rows(len(x))
        return self._value(x, self.work)

    def infer(self, x: Batch) -> Batch:
        """y = max(x, 0) + a min(x, 0), in arrays of its own."""
        return self._value(x, Workspace.like(x))

    def backward(self, dy: Batch) -> Batch:
        """dy · dφ = dy · (φ′ dx + min(x, 0) da): the factor beside each differential is its gradient."""
        self.gradients(dy)
        dx = np.less_equal(self.x, 0.0, out=self.work.dx)  # φ′ = [x > 0] + a [x ≤ 0]
        dx *= self.a.value
        dx += np.greater(self.x, 0.0, out=self.work.spare)
        dx *= dy
        return dx

    def gradients(self, dy: Batch) -> None:
        """da = Σ_B dy min(x, 0), over the features too where they share a."""
        below = np.multiply(dy, self.work.kept, out=self.work.spare)
        self.a.grad[...] = np.sum(below, axis=0 if len(self.a.grad) == self.width else None)

    def _value(self, x: Batch, work: Workspace) -> Batch:
        below = negative_part(x, work.kept)
        y: Batch = np.multiply(below, self.a.value, out=work.y)
        y += positive_part(x, work.spare)
        return y
