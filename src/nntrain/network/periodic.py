"""Periodic embeddings of numbers: waves whose frequencies are trained."""

from __future__ import annotations

from functools import partial

import numpy as np

from nntrain.kernels import kernel, pick
from nntrain.network.chosen import Chosen
from nntrain.network.embedding import Columns
from nntrain.network.initializer import normal
from nntrain.network.layer import layers
from nntrain.network.numeric_embedding import NumericEmbedding
from nntrain.network.site import Site
from nntrain.types import Array, Positive, Width


@layers
class Periodic(NumericEmbedding):
    """Input x becomes e = [cos v, sin v] with v = 2π c x for k trained frequencies c, and y = φ(e W + b) (Gorishniy et al., 2022, "PLR").

    Shapes    x (B, n)   c (F, k)   v (B, F, k)   e (B, F, 2 k)   W (F, 2 k, dim)   b (F, dim)   y (B, F · dim + n − F)
    Backward  dv = cos v · de_sin − sin v · de_cos     dc = 2π Σ_B x dv     dx = 2π Σ_k c dv

    YAML      periodic        periodic: {frequencies: 48, sigma: 0.02, dim: 24, columns: [age]}

    ``frequencies``  k, for each number
    ``sigma``        c ~ N(0, σ²) at the start: the setting that counts. It is best below 0.5 on most tables, and small is safe
    ``dim``          how many numbers become of each
    ``relu``         φ: relu, or nothing
    ``columns``      the numeric columns to embed; by default all

    F of the n inputs are numbers that are embedded; their entries stand first, then what is passed through. Penalties leave c, W
    and b alone.
    """

    def __init__(
        self,
        site: Site,
        *,
        frequencies: Width = 16,
        sigma: Positive = 0.1,
        dim: Width = 8,
        relu: bool = True,
        columns: Columns | None = None,
    ) -> None:
        super().__init__(site, Chosen.of(site, "number", columns), 2 * frequencies, dim, relu=relu)
        self.k = frequencies
        self.c = site.embedding("c", self.F, frequencies, partial(normal, std=sigma))
        self.dv = site.buffer(self.F * frequencies)
        self.use(compiled=False)

    def use(self, compiled: bool) -> None:
        self.unwind = pick(wave_gradient, compiled=compiled)

    @property
    def encoding_is_trained(self) -> bool:
        """c is."""
        return True

    def encode(self, x: Array, e: Array) -> None:
        """e = [cos v, sin v]."""
        v = np.multiply(x, self.c.value * x.dtype.type(2.0 * np.pi), out=e[:, :, self.k :])
        np.cos(v, out=e[:, :, : self.k])
        np.sin(v, out=v)

    def encoding_gradients(self, x: Array, de: Array) -> None:
        """See `wave_gradient`."""
        e, dv = self._by_input(self.e, len(x), self.wide), self._by_input(self.dv, len(x), self.k)
        self.unwind(x, e, de, dv, self.c.grad)

    def slope(self, x: Array, de: Array, dx: Array) -> None:
        """dx = 2π Σ_k c dv; ``dv`` holds 2π dv."""
        dv = self._by_input(self.dv, len(x), self.k)
        np.sum(np.multiply(dv, self.c.value, out=dv), axis=2, out=dx)


@kernel
def wave_gradient(x: Array, e: Array, de: Array, dv: Array, dc: Array) -> None:
    """d cos v = −sin v dv and d sin v = cos v dv: dv = cos v · de_sin − sin v · de_cos; dc = 2π Σ_B x dv.

    x (B, F, 1), e = [cos v, sin v], de (B, F, 2 k); ``dv`` (B, F, k) ← 2π dv; ``de`` is written over.
    """
    k = dv.shape[2]
    np.multiply(e[:, :, :k], de[:, :, k:], out=dv)
    de[:, :, :k] *= e[:, :, k:]
    dv -= de[:, :, :k]
    dv *= dv.dtype.type(2.0 * np.pi)
    np.sum(np.multiply(x, dv, out=de[:, :, :k]), axis=0, out=dc)
