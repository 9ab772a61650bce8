"""Embeddings of numbers: every numeric input becomes a few, by a small network of its own.

Sums over inputs cannot tell where on its axis a number lies; these layers spread the axis out first.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from nntrain.errors import ConfigError
from nntrain.network.chosen import Chosen
from nntrain.network.layer import Layer
from nntrain.network.parameters import Shape
from nntrain.network.site import Site
from nntrain.types import Array, Batch


def fan_in_uniform(rng: np.random.Generator, shape: Shape, *, fan_in: int) -> Array:
    """U(−1/√n, 1/√n), as PyTorch's linear layers begin."""
    limit = 1.0 / np.sqrt(fan_in)
    return rng.uniform(-limit, limit, shape)


class NumericEmbedding(Layer):
    """Input f of F becomes e_f, K numbers, and these y_f = φ(e_f W_f + b_f), which ``dim`` are; φ is relu or nothing.

    Shapes    x (B, n)   e (B, F, K)   W (F, K, dim)   b (F, dim)   y (B, F · dim + n − F)
    Backward  dz_f = dy_f φ′     dW_f = e_fᵀ dz_f     db_f = Σ_B dz_f     de_f = dz_f W_fᵀ

    A subclass says what e is, and what of de reaches x and its own parameters. All F products are one batched product.
    """

    takes_codes = True

    def __init__(self, site: Site, chosen: Chosen, wide: int, dim: int, *, relu: bool) -> None:
        if not len(chosen):
            raise ConfigError(f"{site.name}: no input here is a number; take the layer away")
        self.chosen, self.wide, self.dim, self.relu = chosen, wide, dim, relu
        self.F = F = len(chosen)

        def draw(rng: np.random.Generator, shape: Shape) -> Array:
            return fan_in_uniform(rng, shape, fan_in=wide)

        self.W, self.b = site.embedding("W", F * wide, dim, draw), site.embedding("b", F, dim, draw)
        self.made = F * dim
        self.width = self.made + len(chosen.others)
        self.features = chosen.behind(dim)
        self.numbers = site.buffer(F)
        self.e, self.de = site.buffer(F * wide), site.buffer(F * wide)
        self.dz, self.y, self.dx = site.buffer(self.made), site.buffer(self.width), site.buffer(site.width)

    @abstractmethod
    def encode(self, x: Array, e: Array) -> None:
        """Write e (B, F, K) of the numbers x (B, F, 1)."""

    @abstractmethod
    def encoding_gradients(self, x: Array, de: Array) -> None:
        """The gradients of the parameters of the encoding, if it has any; ``de`` (B, F, K) may be written over."""

    @abstractmethod
    def slope(self, x: Array, de: Array, dx: Array) -> None:
        """Write ∂loss/∂x (B, F) of the numbers x (B, F, 1); ``de`` is as `encoding_gradients` left it."""

    @property
    def encoding_is_trained(self) -> bool:
        """Whether de is needed where nobody needs dx."""
        return False

    def forward(self, x: Batch) -> Batch:
        """y_f = φ(e_f W_f + b_f), and what is no number behind it."""
        rows = len(x)
        np.take(x, self.chosen.places, axis=1, out=self.numbers[:rows], mode="clip")
        e = self._by_input(self.e, rows, self.wide)
        self.encode(self.numbers[:rows, :, None], e)
        y = self.y[:rows]
        made = y[:, : self.made].reshape(rows, self.F, self.dim)  # a view
        np.matmul(e.transpose(1, 0, 2), self._weights(), out=made.transpose(1, 0, 2))  # F times (B, K) (K, dim)
        made += self.b.value
        if self.relu:
            np.maximum(made, 0.0, out=made)
        y[:, self.made :] = x[:, self.chosen.others]
        return y

    def backward(self, dy: Batch) -> Batch:
        """The chain rule through φ, the product and the encoding."""
        rows = len(dy)
        de = self._affine_gradients(dy, needed=True)
        numbers = self.numbers[:rows, :, None]
        self.encoding_gradients(numbers, de)
        own = np.empty((rows, self.F), dy.dtype)
        self.slope(numbers, de, own)
        dx = self.dx[:rows]
        dx[:, self.chosen.places] = own
        dx[:, self.chosen.others] = dy[:, self.made :]
        return dx

    def gradients(self, dy: Batch) -> None:
        """dW and db, and those of the encoding."""
        de = self._affine_gradients(dy, needed=self.encoding_is_trained)
        if self.encoding_is_trained:
            self.encoding_gradients(self.numbers[: len(dy), :, None], de)

    def _affine_gradients(self, dy: Batch, *, needed: bool) -> Array:
        rows = len(dy)
        dz = self._by_input(self.dz, rows, self.dim)
        np.copyto(dz, dy[:, : self.made].reshape(dz.shape))
        if self.relu:
            dz *= self.y[:rows, : self.made].reshape(dz.shape) > 0.0
        np.sum(dz, axis=0, out=self.b.grad)
        e = self._by_input(self.e, rows, self.wide)
        gradient = self.W.grad.reshape(self.F, self.wide, self.dim)
        np.matmul(e.transpose(1, 2, 0), dz.transpose(1, 0, 2), out=gradient)  # F times (K, B) (B, dim)
        de = self._by_input(self.de, rows, self.wide)
        if needed:
            np.matmul(dz.transpose(1, 0, 2), self._weights().transpose(0, 2, 1), out=de.transpose(1, 0, 2))
        return de

    def _weights(self) -> Array:
        return self.W.value.reshape(self.F, self.wide, self.dim)

    def _by_input(self, buffer: Array, rows: int, each: int) -> Array:
        return buffer[:rows].reshape(rows, self.F, each)
