"""Activations: the element-wise maps between layers, without which a deep network is a linear one.

Here are what all share and the piecewise linear ones. Each names the initializer that keeps the variance of the layers in
front of it (`fitting_draw`).
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial

import numpy as np

from nntrain.network.initializer import he_normal, xavier_normal
from nntrain.network.kinds import HARD_TANH, LEAKY_RELU, RELU
from nntrain.network.layer import Layer, activations
from nntrain.network.parameters import Draw
from nntrain.network.site import Site
from nntrain.types import Array, Batch, NonNegative


@dataclass
class Workspace:
    """The arrays (B, n) of one pass: y, dx, what ``value`` leaves for ``derivative`` (`kept`), and one to calculate in.

    ``value`` may calculate in dx too. An array that an activation does not touch takes no memory.
    """

    y: Batch
    dx: Batch
    kept: Batch
    spare: Batch

    @classmethod
    def at(cls, site: Site) -> Workspace:
        """For the largest batch."""
        return cls(*(site.buffer(site.width) for _ in range(4)))

    @classmethod
    def like(cls, x: Batch) -> Workspace:
        """For x alone."""
        return cls(*(np.empty_like(x) for _ in range(4)))

    def rows(self, count: int) -> Workspace:
        """The first rows, for a batch of so many."""
        return Workspace(self.y[:count], self.dx[:count], self.kept[:count], self.spare[:count])


class Activation(Layer):
    """An element-wise map y = φ(x), dx = dy · φ′(x): a subclass says what φ and φ′ are."""

    fused_kind: int | None = None
    """Its number in the fused kernels (`nntrain.network.kinds`), where it has one."""
    fused_setting = 0.0
    """What fused kernels must know of it: leaky_relu's slope, elu's α."""

    def __init__(self, site: Site) -> None:
        self.width = site.width
        self.buffers = Workspace.at(site)

    @abstractmethod
    def value(self, x: Batch, work: Workspace) -> Batch:
        """φ(x), written to ``work.y``."""

    @abstractmethod
    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """φ′(x), written to ``work.dx``; y and ``work.kept`` are as ``value`` left them, and stay so."""

    def forward(self, x: Batch) -> Batch:
        """y = φ(x)."""
        self.x, self.work = x, self.buffers.rows(len(x))
        return self.value(x, self.work)

    def backward(self, dy: Batch) -> Batch:
        """dx = dy · φ′(x)."""
        dx = self.derivative(self.x, self.work)
        dx *= dy
        return dx

    def infer(self, x: Batch) -> Batch:
        """y = φ(x), in arrays of its own: a training step that is under way does not notice."""
        return self.value(x, Workspace.like(x))

    def fitting_draw(self) -> Draw:
        return he_normal


def positive_part(x: Batch, out: Array) -> Batch:
    """max(x, 0)."""
    # Twice as fast as np.maximum with a scalar.
    return np.clip(x, 0.0, np.inf, out=out)


def negative_part(x: Batch, out: Array) -> Batch:
    """min(x, 0)."""
    return np.clip(x, -np.inf, 0.0, out=out)


@activations
class Identity(Layer):
    """φ(x) = x: a network of these layers alone is a linear model, however deep.

    Gradient  φ′ = 1

    YAML      identity
    """

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
class Relu(Activation):
    """φ(x) = max(x, 0), in [0, ∞): its slope is 1 wherever it is on (Nair & Hinton, 2010).

    Gradient  φ′ = [x > 0]; at 0, where there is none, 0 as in PyTorch

    YAML      relu
    """

    fused_kind = RELU

    def value(self, x: Batch, work: Workspace) -> Batch:
        """max(x, 0)."""
        return positive_part(x, work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """[x > 0]."""
        return np.greater(x, 0.0, out=work.dx)


@activations
class LeakyRelu(Activation):
    """φ(x) = x for x > 0, a·x below: no unit can die, as a > 0 keeps a slope everywhere (Maas et al., 2013).

    Gradient  φ′ = 1 for x > 0, a below

    YAML      leaky_relu        leaky_relu: 0.2

    ``negative_slope``  a
    """

    fused_kind = LEAKY_RELU

    def __init__(self, site: Site, *, negative_slope: NonNegative = 0.01) -> None:
        super().__init__(site)
        self.slope = self.fused_setting = negative_slope

    def fitting_draw(self) -> Draw:
        return partial(he_normal, negative_slope=self.slope)

    def value(self, x: Batch, work: Workspace) -> Batch:
        """max(x, 0) + a min(x, 0)."""
        y = negative_part(x, work.y)
        y *= self.slope
        y += positive_part(x, work.spare)
        return y

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """[x > 0] + a [x ≤ 0]."""
        dx = np.less_equal(x, 0.0, out=work.dx)
        dx *= self.slope
        dx += np.greater(x, 0.0, out=work.spare)
        return dx


@activations
class HardTanh(Activation):
    """φ(x) = min(max(x, −1), 1), in [−1, 1]: tanh in three straight pieces (Collobert, 2004).

    Gradient  φ′ = [−1 < x < 1], as in PyTorch

    YAML      hard_tanh
    """

    fused_kind = HARD_TANH

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def value(self, x: Batch, work: Workspace) -> Batch:
        """min(max(x, −1), 1)."""
        return np.clip(x, -1.0, 1.0, out=work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """[|x| < 1]."""
        return np.less(np.abs(x, out=work.spare), 1.0, out=work.dx)
