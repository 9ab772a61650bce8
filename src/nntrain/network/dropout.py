"""Dropout: a new thinned network at every step, so that no unit can rely on another one."""

from __future__ import annotations

import numpy as np

from nntrain.network.layer import layers
from nntrain.network.masked import Masked
from nntrain.types import Batch


@layers
class Dropout(Masked):
    """y = x · mask / (1 − rate): each entry is zero with probability ``rate`` (Srivastava et al., 2014).

    Shapes    x, y, mask (B, n)
    Backward  dx = dy · mask / (1 − rate)

    YAML      dropout: 0.2        dropout: {rate: {value: 0.15, schedule: flat_cosine}}

    The division keeps the expectation ("inverted" dropout), so that outside training y = x. The mask is a function of
    seed, layer, step and entry, so a resumed run draws the same ones. A rate that follows a schedule runs in a kernel of its
    own, which is not fused with what stands before it.
    """

    def forward(self, x: Batch) -> Batch:
        """Draw the mask of this step and apply it."""
        return np.multiply(x, self.masks(len(x), 1.0 / (1.0 - self.rate)), out=self.y[: len(x)])
