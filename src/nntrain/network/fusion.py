"""Fusing neighbours: a pass over the built layers that joins what can run in one kernel.

dense + activation + dropout, and batch_norm + activation + dropout, become one stage each. The layers stay the definition:
a stage only uses their parameters and buffers, and `Network.infer` does not know of stages.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from nntrain.kernels import pick
from nntrain.network.activation import Activation, Identity
from nntrain.network.batch_norm import BatchNorm
from nntrain.network.dense import Dense
from nntrain.network.dropout import Dropout
from nntrain.network.fused import (
    activation_gradient,
    bias_activation,
    column_sums,
    norm_activation,
    norm_activation_gradient,
)
from nntrain.network.kinds import IDENTITY, keeps_slope
from nntrain.network.layer import Layer
from nntrain.network.masks import Keys, threshold
from nntrain.types import Array, Batch


class Stage(Protocol):
    """What a training pass runs: a layer, or several in one."""

    def forward(self, x: Batch) -> Batch:
        """y = f(x)."""

    def backward(self, dy: Batch) -> Batch:
        """∂loss/∂x, and the gradients of the parameters into their views."""

    def gradients(self, dy: Batch) -> None:
        """The gradients of the parameters alone."""


class Tail:
    """The activation and the dropout behind a layer, as the numbers that fused kernels take."""

    def __init__(self, activation: Activation | None, dropout: Dropout | None) -> None:
        self.kind = IDENTITY if activation is None or activation.fused_kind is None else activation.fused_kind
        self.setting = activation.fused_setting if activation is not None else 0.0
        self.limit = threshold(dropout.rate) if dropout is not None else 0
        self.scale = 1.0 / (1.0 - dropout.rate) if dropout is not None else 1.0
        self.key = dropout.key if dropout is not None else None
        self._constant = (self.kind, self.setting, (0, 0), self.limit, self.scale)

    def told(self, y: Array) -> Array:
        """What the way back reads: y, or an array for the slope."""
        return np.empty_like(y) if keeps_slope(self.kind) else y

    def settings(self) -> tuple[int, float, Keys, int, float]:
        """(kind, a, keys of this step, limit, scale)."""
        if self.key is None:
            return self._constant
        return self.kind, self.setting, self.key(), self.limit, self.scale


class DenseStage:
    """dense + activation + dropout: a matrix product and one kernel each way."""

    def __init__(self, dense: Dense, tail: Tail, compiled: bool) -> None:
        self.dense, self.tail, self.width = dense, tail, dense.width
        self.W, self.b = dense.W, dense.b
        self.y, self.dx, self.told = dense.y, dense.dx, tail.told(dense.y)
        self.dz: Array = np.empty_like(self.y)
        self.no_bias = np.zeros(dense.width, self.y.dtype)
        self.plain = tail.kind == IDENTITY and not tail.limit
        self.activate = pick(bias_activation, compiled=compiled)
        self.unwind = pick(activation_gradient, compiled=compiled)
        self.sums = pick(column_sums, compiled=compiled)

    def forward(self, x: Batch) -> Batch:
        """y = dropout(φ(x W + b))."""
        self.x = x
        y = np.dot(x, self.W.value, out=self.y[: len(x)])  # (B, m)
        self.settings = self.tail.settings()
        if self.b is not None:
            self.activate(y, self.b.value, *self.settings, self.told[: len(x)])
        elif not self.plain:
            self.activate(y, self.no_bias, *self.settings, self.told[: len(x)])
        return y

    def backward(self, dy: Batch) -> Batch:
        """dx = dz Wᵀ, dz = dy · dropout′ · φ′."""
        return np.dot(self._weights(dy), self.W.value.T, out=self.dx[: len(dy)])  # (B, n)

    def gradients(self, dy: Batch) -> None:
        """dW = xᵀ dz, db = Σ_B dz."""
        self._weights(dy)

    def _weights(self, dy: Batch) -> Batch:
        dz = dy
        if not self.plain:
            dz = self.dz[: len(dy)]
            db = self.b.grad if self.b is not None else self.no_bias
            self.unwind(dy, self.told[: len(dy)], *self.settings, dz, db)
            if self.b is None:
                self.no_bias.fill(0.0)
        elif self.b is not None:
            self.sums(dy, self.b.grad)
        np.dot(self.x.T, dz, out=self.W.grad)  # (n, m)
        return dz


class NormStage:
    """batch_norm + activation + dropout: one kernel each way."""

    def __init__(self, norm: BatchNorm, tail: Tail, compiled: bool) -> None:
        self.norm, self.tail, self.width = norm, tail, norm.width
        self.y, self.dx, self.told = norm.y, norm.dx, tail.told(norm.y)
        self.statistics: Array = np.empty((3, norm.width), norm.y.dtype)
        self.run = pick(norm_activation, compiled=compiled)
        self.unwind = pick(norm_activation_gradient, compiled=compiled)

    def forward(self, x: Batch) -> Batch:
        """y = dropout(φ(γ x̂ + β))."""
        self.x, norm = x, self.norm
        y = self.y[: len(x)]
        self.settings = self.tail.settings()
        self.run(
            x, norm.gamma.value, norm.beta.value, self.statistics, norm.epsilon, *self.settings, y, self.told[: len(x)]
        )
        norm.remember(self.statistics[0], self.statistics[1], len(x))
        return y

    def backward(self, dy: Batch) -> Batch:
        """As BatchNorm.backward, after dropout and φ."""
        norm, rows = self.norm, len(dy)
        dx = self.dx[:rows]
        gradients = norm.gamma.grad, norm.beta.grad
        self.unwind(dy, self.x, self.told[:rows], norm.gamma.value, self.statistics, *self.settings, dx, *gradients)
        return dx

    def gradients(self, dy: Batch) -> None:
        """The gradients of γ and β."""
        self.backward(dy)


def fusible(activation: Activation, compiled: bool) -> bool:
    """Whether fused kernels know an activation; without Numba there is nothing in it for one of many NumPy calls."""
    return activation.fused_kind is not None and (compiled or not keeps_slope(activation.fused_kind))


def fuse(layers: list[Layer], compiled: bool) -> list[Stage]:
    """The stages of a list of layers."""
    stages: list[Stage] = []
    position = 0
    while position < len(layers):
        layer = layers[position]
        position += 1
        if not isinstance(layer, Dense | BatchNorm):
            layer.use(compiled)
            stages.append(layer)
            continue
        activation = dropout = None
        follower = layers[position] if position < len(layers) else None
        if isinstance(follower, Identity) or (isinstance(follower, Activation) and fusible(follower, compiled)):
            activation = follower if isinstance(follower, Activation) else None
            position += 1
            follower = layers[position] if position < len(layers) else None
        if isinstance(follower, Dropout) and not follower.followers:
            dropout = follower
            position += 1
        tail = Tail(activation, dropout)
        stages.append(
            DenseStage(layer, tail, compiled) if isinstance(layer, Dense) else NormStage(layer, tail, compiled)
        )
    return stages
