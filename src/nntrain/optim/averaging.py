"""The average of the weights of all steps, late ones counting most: smoother than the last weights, and often better."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.optimizer import Bench, Optimizer
from nntrain.types import Array

AVERAGE, AVERAGE_OF_MEMORY = "average", "average_of_memory"
"""The slots of the averages of θ and of what layers remember (running statistics)."""


@kernel
def move_towards(average: Array, theta: Array, scratch: Array, share: float) -> None:
    """a ← a + c (θ − a)."""
    np.subtract(theta, average, out=scratch)
    scratch *= share
    average += scratch


class Averaged(Optimizer):
    """An optimizer that averages θ after each of its updates: a = Σ_i βᵗ⁻ⁱ θ_i / Σ_i βᵗ⁻ⁱ over the steps i = 1 … t.

    a ← a + c_t (θ − a)      c_t = (1 − β)/(1 − βᵗ)

    The weights sum to 1 at every step, which is Adam's correction (Kingma & Ba, 2015, section 7.2): after the first step a is θ_1, and
    early values fade like all others. ``memory`` is averaged with the same shares.
    """

    def __init__(self, inner: Optimizer, bench: Bench, decay: float, memory: Array) -> None:
        self.inner, self.lr, self.decay = inner, inner.lr, decay
        average, of_memory = bench.slot(AVERAGE), bench.slot(AVERAGE_OF_MEMORY, like=memory)
        self.pairs = (average, bench.theta), (of_memory, memory)
        self.blocks = [views for pair in self.pairs for views in bench.blocks_of(*pair)]
        self.kernel = bench.pick(move_towards)

    def update(self, lr: float, step: int) -> None:
        """Update, then average; ``step`` is t."""
        self.inner.update(lr, step)
        share = (1.0 - self.decay) / (1.0 - self.decay**step)
        for average, values, scratch in self.blocks:
            self.kernel(average, values, scratch, share)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Meanwhile the averages stand in the place of θ and memory, to be validated."""
        held = [values.copy() for _, values in self.pairs]
        for average, values in self.pairs:
            values[...] = average
        try:
            yield
        finally:
            for (_, values), before in zip(self.pairs, held, strict=True):
                values[...] = before
