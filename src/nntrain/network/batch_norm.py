"""Batch normalisation: every feature to mean 0 and variance 1 over the batch, then a trained scale and shift."""

from __future__ import annotations

import numpy as np

from nntrain.network.layer import Layer, layers
from nntrain.network.site import Site
from nntrain.types import Array, Batch, Positive, Share


@layers
class BatchNorm(Layer):
    """y = γ x̂ + β, x̂ = (x − μ) / √(σ² + ε), with μ and σ² of the batch (Ioffe & Szegedy, 2015).

    Shapes    x, y (B, n)   γ, β, μ, σ² (n,)
    Backward  dβ = Σ_B dy    dγ = Σ_B dy x̂    dx = γ/√(σ² + ε) · (dy − dβ/B − x̂ dγ/B)

    YAML      batch_norm        batch_norm: {momentum: 0.05}

    Outside training μ and σ² are running averages: r ← (1 − momentum) r + momentum · (that of the batch). This is
    PyTorch's meaning of momentum; Keras's is 1 − ours. As in PyTorch the batch is normalised by the biased variance
    (divided by B) and the running one takes the unbiased (divided by B − 1).
    """

    least_rows = 2

    def __init__(self, site: Site, *, momentum: Share = 0.1, epsilon: Positive = 1e-5) -> None:
        self.width = n = site.width
        self.gamma, self.beta = site.scale(n), site.bias(n)
        self.running_mean = site.memory("running_mean", n, 0.0)
        self.running_variance = site.memory("running_variance", n, 1.0)
        self.momentum, self.epsilon = momentum, epsilon
        self.normalised, self.y, self.dx = site.buffer(n), site.buffer(n), site.buffer(n)

    def forward(self, x: Batch) -> Batch:
        """Normalise by the batch's own mean and variance, and move the running ones towards them."""
        rows = len(x)
        mean = np.mean(x, axis=0)  # (n,)
        centred = np.subtract(x, mean, out=self.normalised[:rows])  # (B, n)
        variance = np.mean(np.multiply(centred, centred, out=self.y[:rows]), axis=0)  # (n,)
        self.remember(mean, variance, rows)
        self.inverse_std = 1.0 / np.sqrt(variance + self.epsilon)  # (n,)
        x_hat = np.multiply(centred, self.inverse_std, out=centred)
        y: Batch = np.multiply(x_hat, self.gamma.value, out=self.y[:rows])
        y += self.beta.value
        return y

    def backward(self, dy: Batch) -> Batch:
        """x reaches y directly, through μ and through σ²: the three terms of dx.

        Let g = γ dy be the gradient at x̂ = (x − μ) s, s = 1/√(σ² + ε). Directly: g s. Through μ, with ∂μ/∂xᵢ = 1/B and
        Σ_B (x − μ) = 0: −s mean_B(g). Through σ², with ∂σ²/∂xᵢ = 2 (xᵢ − μ)/B and ∂x̂/∂σ² = −½ (x − μ) s³:
        −s x̂ᵢ mean_B(g x̂). Together dx = s (g − mean_B(g) − x̂ mean_B(g x̂)), and the means of g are those of dy times γ.
        """
        rows = len(dy)
        x_hat = self.normalised[:rows]
        dx = np.multiply(dy, x_hat, out=self.dx[:rows])
        np.sum(dx, axis=0, out=self.gamma.grad)
        np.sum(dy, axis=0, out=self.beta.grad)
        np.multiply(x_hat, self.gamma.grad / rows, out=dx)
        np.subtract(dy, dx, out=dx)
        dx -= self.beta.grad / rows
        dx *= self.gamma.value * self.inverse_std
        return dx

    def infer(self, x: Batch) -> Batch:
        """Normalise by the running mean and variance: every row on its own."""
        y = np.subtract(x, self.running_mean.value, out=self.y[: len(x)])
        y *= self.running_scale()
        y += self.beta.value
        return y

    def running_scale(self) -> Array:
        """γ/√(σ² + ε) with the running variance, (n,)."""
        return np.asarray(self.gamma.value / np.sqrt(self.running_variance.value + self.epsilon))

    def remember(self, mean: Array, variance: Array, rows: int) -> None:
        """Move the running mean and the running unbiased variance towards those of a batch."""
        unbiased = variance * (rows / max(rows - 1, 1))
        for memory, latest in ((self.running_mean, mean), (self.running_variance, unbiased)):
            memory.value *= 1.0 - self.momentum
            memory.value += self.momentum * latest
