"""Piecewise-linear embeddings of numbers, over bins that hold equally many training rows."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from nntrain.network.chosen import Chosen
from nntrain.network.embedding import Columns
from nntrain.network.layer import layers
from nntrain.network.numeric_embedding import NumericEmbedding
from nntrain.network.site import Site
from nntrain.types import Array, Width

Bins = Annotated[int, Ge(2), Le(1_000)]


@layers
class PiecewiseLinear(NumericEmbedding):
    """Input x becomes e, one entry for each of K bins, and y = φ(e W + b) (Gorishniy et al., 2022, "PLE" and "PLE-LR").

    e_t = (x − q_t) / (q_{t+1} − q_t), not below 0 but in the first bin, not above 1 but in the last
    Shapes    x (B, n)   q (F, K + 1)   e (B, F, K)   W (F, K, dim)   b (F, dim)   y (B, F · dim + n − F)
    Backward  dx = Σ_t de_t / (q_{t+1} − q_t) over the bins whose e_t is not clipped; the rest as in any affine map

    YAML      piecewise_linear        piecewise_linear: {bins: 48, dim: 12, relu: false, columns: [age]}

    ``bins``     K, between quantiles q of the training rows; where these coincide, as in a column of few values, there are fewer
    ``dim``      how many numbers become of each
    ``relu``     φ: relu, or nothing
    ``columns``  the numeric columns to embed; by default all

    F of the n inputs are numbers that are embedded; their entries stand first, then what is passed through. The quantiles
    are found when training begins and are part of the checkpoint. Penalties leave W and b alone.
    """

    def __init__(
        self, site: Site, *, bins: Bins = 16, dim: Width = 8, relu: bool = True, columns: Columns | None = None
    ) -> None:
        super().__init__(site, Chosen.of(site, "number", columns), bins, dim, relu=relu)
        self.edges = site.memory("edges", self.F * (bins + 1), 0.0)

    def fit(self, x: Array) -> None:
        """The quantiles of every number, each once; the last is repeated to fill the row."""
        levels = np.linspace(0.0, 1.0, self.wide + 1)
        quantiles = np.quantile(x[:, self.chosen.places], levels, axis=0).T  # (F, K + 1)
        quantiles = np.maximum.accumulate(quantiles.astype(self.edges.value.dtype), axis=1)
        repeated = np.diff(quantiles, axis=1, prepend=-np.inf) == 0.0
        quantiles[repeated] = np.broadcast_to(quantiles[:, -1:], quantiles.shape)[repeated]
        self.edges.value[...] = np.sort(quantiles, axis=1).ravel()

    def encode(self, x: Array, e: Array) -> None:
        """e_t, clipped to its bin."""
        low, inverse, floor, ceiling = self._bins()
        np.subtract(x, low, out=e)
        e *= inverse
        np.maximum(e, floor, out=e)
        np.minimum(e, ceiling, out=e)

    def encoding_gradients(self, x: Array, de: Array) -> None:
        """The bins are not trained."""

    def slope(self, x: Array, de: Array, dx: Array) -> None:
        """∂e_t/∂x = 1 / (q_{t+1} − q_t) where e_t lies between its bounds."""
        _, inverse, floor, ceiling = self._bins()
        e = self._by_input(self.e, len(x), self.wide)
        de *= (e > floor) & (e < ceiling)
        de *= inverse
        np.sum(de, axis=2, out=dx)

    def _bins(self) -> tuple[Array, Array, Array, Array]:
        """Of every bin (F, K): where it begins, 1 / its length, what e_t is not below, and not above.

        A bin without length, which only fills the row, has e_t = 0.
        """
        edges = self.edges.value.reshape(self.F, self.wide + 1)
        low, high = edges[:, :-1], edges[:, 1:]
        length = high - low
        inverse = 1.0 / np.where(length > 0.0, length, np.inf)
        floor, ceiling = np.zeros_like(length), np.ones_like(length)
        floor[:, 0] = -np.inf
        ceiling[high >= edges[:, -1:]] = np.inf
        return low, inverse, floor, ceiling
