"""A residual connection: what a branch adds to its own input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nntrain.errors import ConfigError
from nntrain.network.chain import Chain, Choices
from nntrain.network.layer import Layer, Row, Stager, layers
from nntrain.network.site import Site
from nntrain.types import Batch


@layers
class Residual(Layer):
    """y = x + f(x), where f is the branch: gradients reach what stands in front unweakened (He et al., 2016).

    Shapes    x (B, n)   f(x), y (B, m), m = n without a projection   P (n, m)
    Backward  dx = dy + (that of f); with a projection dy Pᵀ + (that of f), dP = xᵀ dy

    YAML      residual: [batch_norm, relu, {dense: 64}]
              residual: {layers: [{dense: 32}, relu, {dense: 64}], project: true}

    ``layers``   the branch f
    ``project``  y = x P + f(x) with trained weights P, for a branch whose width is not that of its input
    """

    def __init__(self, site: Site, *, layers: Choices, project: bool = False) -> None:
        self.chain = Chain(site, layers)
        self.width = m = self.chain.width
        if m != site.width and not project:
            raise ConfigError(
                f"{site.name}: its input has {site.width} columns and its branch {m}; expected the same number, or project: true"
            )
        self.least_rows = self.chain.least_rows
        self.P = site.weight(site.width, m) if project else None
        self.y, self.dx = site.buffer(m), site.buffer(site.width)

    def branches(self) -> Sequence[Row]:
        return [self.chain.row]

    def restage(self, stager: Stager) -> None:
        self.chain.restage(stager)

    def forward(self, x: Batch) -> Batch:
        """y = x + f(x), or x P + f(x)."""
        self.x = x
        return self._value(x, self.chain.forward(x))

    def infer(self, x: Batch) -> Batch:
        """The same, with f as it is outside training."""
        return self._value(x, self.chain.infer(x))

    def backward(self, dy: Batch) -> Batch:
        """x reaches y by itself and through f: the two terms add up."""
        dx = self.dx[: len(dy)]
        if self.P is None:
            return np.add(dy, self.chain.backward(dy), out=dx)
        np.matmul(self.x.T, dy, out=self.P.grad)  # (n, m)
        np.matmul(dy, self.P.value.T, out=dx)  # (B, n)
        dx += self.chain.backward(dy)
        return dx

    def gradients(self, dy: Batch) -> None:
        """Those of f and P alone."""
        if self.P is not None:
            np.matmul(self.x.T, dy, out=self.P.grad)
        self.chain.gradients(dy)

    def _value(self, x: Batch, fx: Batch) -> Batch:
        y = self.y[: len(x)]
        if self.P is None:
            return np.add(x, fx, out=y)
        np.matmul(x, self.P.value, out=y)  # (B, m)
        y += fx
        return y
