"""An optimizer's update as numbers, for compiled programs (`nntrain.kernels.compiled.rules`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nntrain.types import Array

SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM = range(1, 7)


@dataclass(frozen=True)
class Rule:
    """``kind`` (0: no update), up to four settings in the order of its kernel, up to two slots, decoupled weight decay."""

    kind: int
    settings: tuple[float, ...] = ()
    slots: tuple[Array, ...] = ()
    decay: float = 0.0

    def numbers(self, weights_end: int) -> NDArray[np.float64]:
        """(kind, four settings, where the weights end, decay)."""
        settings = (*self.settings, 0.0, 0.0, 0.0, 0.0)[:4]
        return np.array([self.kind, *settings, weights_end, self.decay], np.float64)


NOTHING = Rule(0)
"""No update: the program ends with the gradient."""
