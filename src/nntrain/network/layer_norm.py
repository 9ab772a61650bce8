"""Layer normalisation: every row to mean 0 and variance 1 over its features, then a trained scale and shift."""

from __future__ import annotations

import numpy as np

from nntrain.network.layer import Layer, layers
from nntrain.network.site import Site
from nntrain.types import Batch, Positive


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
        self.spare = site.buffer(n)

    def forward(self, x: Batch) -> Batch:
        """Normalise each row by its own mean and variance."""
        rows = len(x)
        centred = np.subtract(x, np.mean(x, axis=1, keepdims=True), out=self.normalised[:rows])  # (B, n)
        variance = np.mean(np.multiply(centred, centred, out=self.y[:rows]), axis=1, keepdims=True)  # (B, 1)
        self.inverse_std = 1.0 / np.sqrt(variance + self.epsilon)
        x_hat = np.multiply(centred, self.inverse_std, out=centred)
        y: Batch = np.multiply(x_hat, self.gamma.value, out=self.y[:rows])
        y += self.beta.value
        return y

    def backward(self, dy: Batch) -> Batch:
        """x reaches x̂ directly, through μ and through σ²: the three terms of dx.

        Let g = γ dy be the gradient at x̂ = (x − μ) s, s = 1/√(σ² + ε). Directly: g s. Through μ, with ∂μ/∂xⱼ = 1/n and
        Σ_n (x − μ) = 0: −s mean_n(g). Through σ², with ∂σ²/∂xⱼ = 2 (xⱼ − μ)/n and ∂x̂/∂σ² = −½ (x − μ) s³:
        −s x̂ⱼ mean_n(g x̂).
        """
        self.gradients(dy)
        rows = len(dy)
        x_hat, spare = self.normalised[:rows], self.spare[:rows]
        dx = np.multiply(dy, self.gamma.value, out=self.dx[:rows])  # g
        along = np.mean(np.multiply(dx, x_hat, out=spare), axis=1, keepdims=True)  # (B, 1)
        dx -= np.mean(dx, axis=1, keepdims=True)
        dx -= np.multiply(x_hat, along, out=spare)
        dx *= self.inverse_std
        return dx

    def gradients(self, dy: Batch) -> None:
        """dγ = Σ_B dy x̂ and dβ = Σ_B dy alone."""
        rows = len(dy)
        np.sum(np.multiply(dy, self.normalised[:rows], out=self.spare[:rows]), axis=0, out=self.gamma.grad)
        np.sum(dy, axis=0, out=self.beta.grad)
