"""Layer normalisation: every row to mean 0 and variance 1 over its features, then a trained scale and shift."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nntrain.kernels import kernel, pick
from nntrain.network.layer import Layer, layers
from nntrain.network.site import Site
from nntrain.types import Array, Batch, Positive


@layers
class LayerNorm(Layer):
    """y = γ x̂ + β, x̂ = (x − μ) / √(σ² + ε), with μ and σ² of the row (Ba, Kiros & Hinton, 2016).

    Shapes    x, y (B, n)   γ, β (n,)   μ, σ² (B, 1)
    Backward  dβ = Σ_B dy    dγ = Σ_B dy x̂    dx = (g − mean_n(g) − x̂ mean_n(g x̂)) / √(σ² + ε), g = γ dy

    YAML      layer_norm        layer_norm: {epsilon: 0.001}

    Unlike batch_norm it knows no other row, so it is the same outside training and with any batch. σ² is the biased
    variance (divided by n), as in PyTorch and Keras; Keras's ε is 1e-3.
    """

    def __init__(self, site: Site, *, epsilon: Positive = 1e-5) -> None:
        self.width = n = site.width
        self.gamma, self.beta = site.scale(n), site.bias(n)
        self.epsilon = epsilon
        self.normalised, self.y, self.dx = site.buffer(n), site.buffer(n), site.buffer(n)
        self.spare, self.inverse = site.buffer(n), site.buffer(1)
        self.use(compiled=False)

    def use(self, compiled: bool) -> None:
        self.run = pick(row_norm, compiled=compiled)
        self.unwind = pick(row_norm_gradient, compiled=compiled)

    def forward(self, x: Batch) -> Batch:
        """Normalise each row by its own mean and variance."""
        return self._value(x, self.run)

    def infer(self, x: Batch) -> Batch:
        """The same, by the reference whatever trains: predictions do not depend on it."""
        return self._value(x, row_norm)

    def _value(self, x: Batch, run: Callable[..., None]) -> Batch:
        x_hat, inverse, spare, y = (own[: len(x)] for own in (self.normalised, self.inverse, self.spare, self.y))
        run(x, self.gamma.value, self.beta.value, self.epsilon, x_hat, inverse, spare, y)
        return y

    def backward(self, dy: Batch) -> Batch:
        """x reaches x̂ directly, through μ and through σ²: the three terms of dx.

        Let g = γ dy be the gradient at x̂ = (x − μ) s, s = 1/√(σ² + ε). Directly: g s. Through μ, with ∂μ/∂xⱼ = 1/n and
        Σ_n (x − μ) = 0: −s mean_n(g). Through σ², with ∂σ²/∂xⱼ = 2 (xⱼ − μ)/n and ∂x̂/∂σ² = −½ (x − μ) s³:
        −s x̂ⱼ mean_n(g x̂).
        """
        x_hat, inverse, spare, dx = (own[: len(dy)] for own in (self.normalised, self.inverse, self.spare, self.dx))
        self.unwind(dy, x_hat, inverse, self.gamma.value, spare, dx, self.gamma.grad, self.beta.grad)
        return dx


@kernel
def row_norm(
    x: Batch, gamma: Array, beta: Array, epsilon: float, x_hat: Batch, inverse: Batch, spare: Batch, y: Batch
) -> None:
    """y = γ x̂ + β, x̂ = (x − μ) inverse, inverse (B, 1) = 1/√(σ² + ε), with μ and σ² of each row."""
    np.subtract(x, np.mean(x, axis=1, keepdims=True), out=x_hat)
    variance = np.mean(np.multiply(x_hat, x_hat, out=spare), axis=1, keepdims=True)  # (B, 1)
    np.divide(1.0, np.sqrt(variance + variance.dtype.type(epsilon)), out=inverse)
    x_hat *= inverse
    np.multiply(x_hat, gamma, out=y)
    y += beta


@kernel
def row_norm_gradient(
    dy: Batch, x_hat: Batch, inverse: Batch, gamma: Array, spare: Batch, dx: Batch, dgamma: Array, dbeta: Array
) -> None:
    """dx = (g − mean_n(g) − x̂ mean_n(g x̂)) inverse, g = γ dy; dγ = Σ_B dy x̂, dβ = Σ_B dy."""
    np.sum(np.multiply(dy, x_hat, out=spare), axis=0, out=dgamma)
    np.sum(dy, axis=0, out=dbeta)
    np.multiply(dy, gamma, out=dx)  # g
    along = np.mean(np.multiply(dx, x_hat, out=spare), axis=1, keepdims=True)  # (B, 1)
    dx -= np.mean(dx, axis=1, keepdims=True)
    dx -= np.multiply(x_hat, along, out=spare)
    dx *= inverse
