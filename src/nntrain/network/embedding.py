"""Embedding: a vector for each category, learnt with everything else."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import MinLen

from nntrain.errors import ConfigError
from nntrain.network.chosen import Chosen
from nntrain.network.layer import Layer, layers
from nntrain.network.parameters import Shape
from nntrain.network.site import Site
from nntrain.types import Array, Batch, Width

Columns = Annotated[list[str], MinLen(1)]


@layers
class Embedding(Layer):
    """Each code k of a categorical column becomes row k of a trained table: y = T_k (Guo & Berkhahn, 2016).

    Shapes    x (B, n)   T (K, dim), the tables of c columns one below the other   y (B, c · dim + n − c)
    Backward  dT_k = Σ_B dy [code = k]     dx = 0 for codes, dy for what is passed through

    YAML      embedding        embedding: {dim: 4, columns: [town, street]}

    ``dim``      the length of the vectors; 8 is what Holzmüller et al. (2024) found good for all columns
    ``columns``  the columns to embed; by default all whose ``encoding`` is ``ordinal``

    The vectors stand first, in the order of the table; behind them what is no code. They begin as N(0, 1), as PyTorch's do; only the
    vector of code 0, for unknown categories, begins as 0: it says nothing where training had none. Penalties leave the vectors alone.
    The short form of ``architecture`` begins with an embedding by itself where the table has codes.
    """

    takes_codes = True

    def __init__(self, site: Site, *, dim: Width = 8, columns: Columns | None = None) -> None:
        self.chosen = Chosen.of(site, "code", columns)
        if not len(self.chosen):
            raise ConfigError(
                f"{site.name}: no input here is the code of a category; set data.categorical: ordinal, or take the layer away"
            )
        sizes = np.array([feature.categories for feature in self.chosen.features])
        first = np.concatenate([[0], np.cumsum(sizes)])
        self.first, self.last = first[:-1], sizes - 1  # of each column's rows: where they begin, and the last code
        self.dim, self.vectors_wide = dim, len(sizes) * dim
        self.T = site.embedding("T", int(first[-1]), dim, self._draw)
        self.width = self.vectors_wide + len(self.chosen.others)
        self.features = self.chosen.behind(dim)
        self.y, self.dx = site.buffer(self.width), site.buffer(site.width)

    def _draw(self, rng: np.random.Generator, shape: Shape) -> Array:
        """N(0, 1), but 0 for the unknown."""
        table = rng.normal(size=shape)
        table[self.first] = 0.0
        return table

    def forward(self, x: Batch) -> Batch:
        """y = T_k, and what is no code behind it."""
        codes = np.rint(x[:, self.chosen.places]).astype(np.intp)  # (B, c)
        self.rows = np.clip(codes, 0, self.last) + self.first  # never outside its own column's rows
        y = self.y[: len(x)]
        vectors = y[:, : self.vectors_wide].reshape(*self.rows.shape, self.dim)  # a view
        np.take(self.T.value, self.rows, axis=0, out=vectors, mode="clip")
        y[:, self.vectors_wide :] = x[:, self.chosen.others]
        return y

    def backward(self, dy: Batch) -> Batch:
        """A code has no neighbours, so no gradient: dx = 0 there."""
        self.gradients(dy)
        dx = self.dx[: len(dy)]
        dx.fill(0.0)
        dx[:, self.chosen.others] = dy[:, self.vectors_wide :]
        return dx

    def gradients(self, dy: Batch) -> None:
        """dT: every row gathers the dy of where it was used, a weighted count for each entry of the vectors."""
        used = self.rows.ravel()
        given = dy[:, : self.vectors_wide].reshape(-1, self.dim)  # (B · c, dim)
        for entry in range(self.dim):
            self.T.grad[:, entry] = np.bincount(used, given[:, entry], len(self.T.grad))
