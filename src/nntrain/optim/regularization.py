"""What holds weights and gradients small: the lecture's L1 and L2, weight decay, a bound on norms, clipping."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from nntrain.config.scheduled import ScheduledAmount
from nntrain.kernels import kernel
from nntrain.optim.constraint import Constrained
from nntrain.optim.groups import Stretch
from nntrain.optim.optimizer import Bench, Optimizer, Views
from nntrain.types import Array, NonNegative, Positive


@kernel
def add_penalties(weights: Array, gradient: Array, scratch: Array, l1: float, l2: float) -> None:
    """g ← g + λ₂ w + λ₁ sign w."""
    if l2:
        gradient += np.multiply(weights, l2, out=scratch)
    if l1:
        np.sign(weights, out=scratch)
        scratch *= l1
        gradient += scratch


@dataclass(frozen=True, kw_only=True)
class Regularization:
    """loss + λ₁ Σ|w| + λ₂/2 Σ w² over the weights; decay and a bound on weights; bounds on the gradient.

    YAML      regularization: {l1: 1e-5, l2: 1e-4, clip_norm: 1.0}
              regularization: {weight_decay: 0.01, max_norm: 3.0, clip_value: 0.5}
              regularization: {weight_decay: {value: 0.02, schedule: flat_cosine}}

    ``l1``            λ₁
    ``l2``            λ₂. The gradient of its term is λ₂ w, which is ``weight_decay`` of PyTorch's SGD and Adam;
                      scikit-learn's α is divided by the number of rows
    ``weight_decay``  λ of θ ← θ − η λ θ beside the step of any optimizer (Loshchilov & Hutter, 2019); adamw's own comes on top
    ``max_norm``      after each step the weights into any one unit are at most this long (Srivastava et al., 2014)
    ``clip_value``    every component of the gradient is cut to ±``clip_value``
    ``clip_norm``     then the gradient of all parameters together is shortened to this norm (Pascanu et al., 2013)

    Biases and scales are exempt, but for clipping, which comes after the penalties. L1 and L2 of single layers, or of biases,
    stand in `parameters`. The losses shown are without penalties, so that training and validation compare.
    """

    l1: NonNegative = 0.0
    l2: NonNegative = 0.0
    weight_decay: ScheduledAmount = 0.0
    max_norm: Positive | None = None
    clip_value: Positive | None = None
    clip_norm: Positive | None = None
    own: Sequence[Stretch] = field(default=(), kw_only=False)
    """Where some parameters have penalties of their own: those of all, in stretches."""

    def apply(self, bench: Bench) -> None:
        """Add the penalties' gradients, then clip: by value, by norm."""
        if self.own or self.l1 or self.l2:
            add = bench.pick(add_penalties)
            for views, l1, l2 in self._penalised(bench):
                for weights, gradient, scratch in views:
                    add(weights, gradient, scratch, l1, l2)
        if self.clip_value is not None and math.isfinite(euclidean_norm(bench.gradient)):  # infinity must be seen
            np.clip(bench.gradient, -self.clip_value, self.clip_value, out=bench.gradient)
        if self.clip_norm is not None:
            norm = euclidean_norm(bench.gradient)
            if norm > self.clip_norm:
                np.multiply(bench.gradient, self.clip_norm / norm, out=bench.gradient)

    def _penalised(self, bench: Bench) -> Iterator[tuple[list[Views], float, float]]:
        """Blocks of (weights, their gradient, scratch) with λ₁ and λ₂."""
        if not self.own:
            yield bench.weight_blocks, self.l1, self.l2
        for own in self.own:
            if own.l1 or own.l2:
                yield bench.stretch_blocks(own.begin, own.end), own.l1, own.l2

    def around(self, optimizer: Optimizer, bench: Bench, matrices: Sequence[Array] = ()) -> Optimizer:
        """The optimizer with weight decay and ``max_norm`` around its updates; itself where there is neither.

        ``matrices`` are the views (n, m) of all weights, a column the weights into one unit.
        """
        if not self.weight_decay and self.max_norm is None:
            return optimizer
        return Constrained(optimizer, bench, self.weight_decay, self.max_norm, matrices)

    def penalty(self, bench: Bench) -> float:
        """λ₁ Σ|w| + λ₂/2 Σ w²."""
        total = 0.0
        for views, l1, l2 in self._penalised(bench):
            weights = np.concatenate([view[0] for view in views], dtype=np.float64) if views else np.zeros(0)
            total += float(l1 * np.abs(weights).sum() + 0.5 * l2 * np.square(weights).sum())
        return total


def euclidean_norm(vector: Array) -> float:
    """‖v‖₂; in float64 where the squares of float32 would overflow."""
    with np.errstate(over="ignore"):
        squares = float(np.dot(vector, vector))
    if not math.isfinite(squares):
        squares = float(np.square(vector, dtype=np.float64).sum())
    return math.sqrt(squares)
