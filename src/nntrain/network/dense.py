"""Fully connected layers: the lecture's neurons, all units of a layer in one matrix product."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nntrain.config.markers import Named
from nntrain.errors import ConfigError
from nntrain.network.initializer import initializers
from nntrain.network.layer import Layer, layers
from nntrain.network.parameters import Draw
from nntrain.network.site import Site
from nntrain.types import Batch, Width

Initializer = Annotated[Draw | None, Named(initializers)]


@layers
class Dense(Layer):
    """Affine map y = x W + b: ``units`` neurons before their activation.

    Shapes    x (B, n)   W (n, m)   b (m,)   y (B, m)
    Backward  dW = xᵀ dy     db = Σ_B dy     dx = dy Wᵀ

    YAML      dense: 128        dense: {units: 128, bias: false, initializer: xavier_normal}
              dense: {units: 64, initializer: he_uniform, bias_initializer: {constant: 0.1}}

    ``initializer``       of W; by default the network's, else the one that fits the activation behind
    ``bias_initializer``  of b; by default zeros
    """

    def __init__(
        self,
        site: Site,
        *,
        units: Width,
        bias: bool = True,
        initializer: Initializer = None,
        bias_initializer: Initializer = None,
    ) -> None:
        if bias_initializer is not None and not bias:
            raise ConfigError(f"{site.name}: has a bias_initializer and bias: false; expected one of them")
        self.W = site.weight(site.width, units, initializer)
        self.b = site.bias(units, bias_initializer) if bias else None
        self.y, self.dx = site.buffer(units), site.buffer(site.width)
        self.width = units

    def forward(self, x: Batch) -> Batch:
        """y = x W + b."""
        self.x = x
        y = np.matmul(x, self.W.value, out=self.y[: len(x)])  # (B, m)
        return y if self.b is None else np.add(y, self.b.value, out=y)

    def backward(self, dy: Batch) -> Batch:
        """dL = Σ_B dy · (dx W + x dW + db): the factor beside each differential is its gradient."""
        self.gradients(dy)
        return np.matmul(dy, self.W.value.T, out=self.dx[: len(dy)])  # (B, n)

    def gradients(self, dy: Batch) -> None:
        """dW = xᵀ dy and db = Σ_B dy alone."""
        np.matmul(self.x.T, dy, out=self.W.grad)  # (n, m)
        if self.b is not None:
            np.sum(dy, axis=0, out=self.b.grad)  # (m,)


@layers
def output(
    site: Site, *, bias: bool = True, initializer: Initializer = None, bias_initializer: Initializer = None
) -> Layer:
    """The last affine map: as many units as the task and its loss ask for (one for each class, or one).

    YAML      output        output: {initializer: zeros}

    It is added to every network that does not end in one. What it returns are *logits* (classification) or
    standardised predictions (regression); softmax and sigmoid belong to the loss, where they are stable.
    """
    return Dense(site, units=site.outputs, bias=bias, initializer=initializer, bias_initializer=bias_initializer)
