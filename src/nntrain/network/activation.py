"""Activations: the element-wise maps between layers, without which a deep network is a linear one.

Each names the initializer that keeps the variance of the layers in front of it (`fitting_draw`).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from nntrain.network.fused import LEAKY_RELU, RELU
from nntrain.network.initializer import he_normal, xavier_normal
from nntrain.network.layer import Layer, activations
from nntrain.network.parameters import Draw
from nntrain.network.site import Site
from nntrain.types import Batch, NonNegative, Positive


class Activation(Layer):
    """An element-wise map y = φ(x), with its output and its gradient in buffers of its own."""

    fused_kind: int | None = None
    """Its number in the fused kernels (`nntrain.network.fused`), where it has one."""
    slope = 0.0
    """φ′ below zero, for kind 2."""

    def __init__(self, site: Site) -> None:
        self.width = site.width
        self.y, self.dx = site.buffer(site.width), site.buffer(site.width)

    def fitting_draw(self) -> Draw:
        return he_normal


@activations
class Identity(Layer):
    """φ(x) = x: a network of these layers alone is a linear model, however deep."""

    def __init__(self, site: Site) -> None:
        self.width = site.width

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def forward(self, x: Batch) -> Batch:
        """y = x."""
        return x

    def backward(self, dy: Batch) -> Batch:
        """φ′ = 1, so dx = dy."""
        return dy


@activations
class Sigmoid(Activation):
    """φ(x) = 1 / (1 + e⁻ˣ), in (0, 1). Its slope is at most ¼, so deep stacks of it lose their gradient."""

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def forward(self, x: Batch) -> Batch:
        """y = 1 / (1 + e⁻ˣ), computed as ½ (1 + tanh(x/2)), which cannot overflow."""
        y = np.multiply(x, 0.5, out=self.y[: len(x)])
        np.tanh(y, out=y)
        y += 1.0
        y *= 0.5
        return y

    def backward(self, dy: Batch) -> Batch:
        """φ′ = y (1 − y), so dx = dy · y (1 − y)."""
        y = self.y[: len(dy)]
        dx = np.subtract(1.0, y, out=self.dx[: len(dy)])
        dx *= y
        dx *= dy
        return dx


@activations
class Tanh(Activation):
    """φ(x) = tanh x, in (−1, 1) and centred at 0."""

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def forward(self, x: Batch) -> Batch:
        """y = tanh x."""
        return np.tanh(x, out=self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """φ′ = 1 − y², so dx = dy · (1 − y²)."""
        y = self.y[: len(dy)]
        dx = np.multiply(y, y, out=self.dx[: len(dy)])
        np.subtract(1.0, dx, out=dx)
        dx *= dy
        return dx


@activations
class Relu(Activation):
    """φ(x) = max(x, 0): its slope is 1 wherever it is on (Nair & Hinton, 2010). The slope at 0 is taken as 0."""

    fused_kind = RELU

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.on = site.switches(site.width)

    def forward(self, x: Batch) -> Batch:
        """y = max(x, 0)."""
        return np.maximum(x, 0.0, out=self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """φ′ = [y > 0], so dx = dy · [y > 0]."""
        on = np.greater(self.y[: len(dy)], 0.0, out=self.on[: len(dy)])
        return np.multiply(dy, on, out=self.dx[: len(dy)])


@activations
class LeakyRelu(Activation):
    """φ(x) = x for x > 0, a·x below: no unit can die, as a > 0 keeps a slope everywhere (Maas et al., 2013).

    YAML      leaky_relu: 0.01      a is ``negative_slope``
    """

    fused_kind = LEAKY_RELU

    def __init__(self, site: Site, *, negative_slope: NonNegative = 0.01) -> None:
        super().__init__(site)
        self.slope = negative_slope
        self.off = site.switches(site.width)

    def fitting_draw(self) -> Draw:
        return partial(he_normal, negative_slope=self.slope)

    def forward(self, x: Batch) -> Batch:
        """y = x, times a where not x > 0."""
        off = np.logical_not(np.greater(x, 0.0, out=self.off[: len(x)]), out=self.off[: len(x)])
        y = self.y[: len(x)]
        np.copyto(y, x)
        return np.multiply(y, self.slope, out=y, where=off)

    def backward(self, dy: Batch) -> Batch:
        """φ′ = 1 where x > 0, a elsewhere."""
        dx = self.dx[: len(dy)]
        np.copyto(dx, dy)
        return np.multiply(dx, self.slope, out=dx, where=self.off[: len(dy)])


@activations
class Elu(Activation):
    """φ(x) = x for x > 0, α (eˣ − 1) below: smooth, and its mean is near 0 (Clevert et al., 2016).

    YAML      elu: 1.0      α is ``alpha``
    """

    def __init__(self, site: Site, *, alpha: Positive = 1.0) -> None:
        super().__init__(site)
        self.alpha = alpha

    def forward(self, x: Batch) -> Batch:
        """y = max(x, 0) + α (e^min(x, 0) − 1)."""
        y = np.minimum(x, 0.0, out=self.y[: len(x)])
        np.expm1(y, out=y)
        y *= self.alpha
        y += np.maximum(x, 0.0, out=self.dx[: len(x)])
        return y

    def backward(self, dy: Batch) -> Batch:
        """φ′ = 1 where y > 0, and y + α = α eˣ elsewhere."""
        y = self.y[: len(dy)]
        dx = np.minimum(y, 0.0, out=self.dx[: len(dy)])
        dx += self.alpha
        np.copyto(dx, 1.0, where=y > 0.0)
        dx *= dy
        return dx
