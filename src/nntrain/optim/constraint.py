"""What is done to the weights around an update: decoupled decay before it, a bound on their norms after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nntrain.config.scheduled import Scheduled, follow
from nntrain.kernels import kernel
from nntrain.optim.optimizer import Bench, Optimizer
from nntrain.optim.rule import Rule
from nntrain.types import Array


@kernel
def bound_columns(W: Array, norms: Array, bound: float) -> None:
    """w_j ← w_j · min(1, c/‖w_j‖) for every column of W (n, m); ``norms`` (m,) is where the kernel works."""
    np.einsum("ij,ij->j", W, W, out=norms)
    np.sqrt(norms, out=norms)
    if norms.max(initial=0.0) > bound:
        np.maximum(norms, bound, out=norms)
        np.divide(bound, norms, out=norms)
        W *= norms


class Constrained(Optimizer):
    """An optimizer whose weights decay, θ ← θ − η λ θ, before each update, or stay bounded after it.

    ``matrices`` are the weights (n, m) whose columns, the weights into one unit each, are no longer than ``max_norm``.
    """

    def __init__(
        self,
        inner: Optimizer,
        bench: Bench,
        weight_decay: float | Scheduled,
        max_norm: float | None,
        matrices: Sequence[Array],
    ) -> None:
        self.inner, self.lr, self.max_norm = inner, inner.lr, max_norm
        self.weight_decay = follow(bench.followers, "weight_decay", weight_decay, self._decay_by)
        self.scheduled = isinstance(weight_decay, Scheduled)
        self.weights = bench.theta[bench.weights]
        self.bound = bench.pick(bound_columns)
        bounded = matrices if max_norm is not None else ()
        self.matrices = [(W, np.empty(W.shape[1], W.dtype)) for W in bounded if W.ndim == 2]

    def update(self, lr: float, step: int) -> None:
        """Decay, update, bound."""
        if self.weight_decay:
            self.weights *= 1.0 - lr * self.weight_decay
        self.inner.update(lr, step)
        if self.max_norm is not None:
            for W, norms in self.matrices:
                self.bound(W, norms, self.max_norm)

    def rule(self) -> Rule | None:
        """The inner one with decay, where it has none of its own; a bound and a decay that changes have no instruction."""
        rule = self.inner.rule()
        if rule is None or rule.decay or self.scheduled or self.max_norm is not None:
            return None
        return replace(rule, decay=self.weight_decay)

    def _decay_by(self, weight_decay: float) -> None:
        self.weight_decay = weight_decay
