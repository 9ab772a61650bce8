"""Dropout for self-normalising networks: what it leaves has the mean and variance of what it got."""

from __future__ import annotations

import math

import numpy as np

from nntrain.network.layer import layers
from nntrain.network.masked import Masked
from nntrain.types import Batch

OFF = -1.7580993408473766
"""α′ = −λα: where selu ends to the left, so that a unit is off there."""


@layers
class AlphaDropout(Masked):
    """y = a (x mask + α′ (1 − mask)) + b: a dropped entry is what selu is far to the left, α′ ≈ −1.758 (Klambauer et al., 2017).

    Shapes    x, y, mask (B, n)
    Backward  dx = a dy mask

    YAML      alpha_dropout: 0.1

    With q = 1 − ``rate``, a = (q + α′² q (1 − q))^−½ and b = −a (1 − q) α′ keep mean 0 and variance 1, which selu layers
    have; ordinary dropout would raise the variance. Outside training y = x. Masks are drawn as those of dropout.
    """

    def forward(self, x: Batch) -> Batch:
        """Draw the mask of this step and apply it."""
        a = self.factor()
        y: Batch = np.subtract(x, OFF, out=self.y[: len(x)])
        y *= self.masks(len(x), a)
        y += a * (OFF - self.rate * OFF)  # a ((x − α′) mask + α′), and b = −a (1 − q) α′
        return y

    def factor(self) -> float:
        """a."""
        q = 1.0 - self.rate
        return 1.0 / math.sqrt(q + OFF**2 * q * self.rate)
