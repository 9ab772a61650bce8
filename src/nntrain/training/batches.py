"""Which rows a step sees: a new order every epoch, cut into batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nntrain.streams import shuffled
from nntrain.types import RowNumbers


@dataclass(frozen=True)
class Batches:
    """The batches of an epoch over ``rows`` rows.

    The last one may be smaller; a single row left over joins the batch before it, because batch normalisation needs two.
    """

    rows: int
    size: int
    seed: int

    @cached_property
    def count(self) -> int:
        """Steps of an epoch, at least 1."""
        full, rest = divmod(self.rows, self.size)
        return max(full + (rest > (1 if self.size > 1 else 0)), 1)

    @property
    def largest(self) -> int:
        """Rows of the largest batch."""
        return min(self.rows, self.size + 1)

    @property
    def smallest(self) -> int:
        """Rows of the smallest batch."""
        return min(self.size, self.rows - (self.count - 1) * self.size)

    @cached_property
    def bounds(self) -> NDArray[np.int64]:
        """Batch i takes ``order[bounds[i]:bounds[i + 1]]``."""
        return np.append(np.arange(self.count) * self.size, self.rows)

    def order(self, epoch: int) -> RowNumbers:
        """The rows in the order of epoch ``epoch``: a function of the seed and the epoch alone."""
        return shuffled(self.rows, self.seed, "shuffle", epoch)
