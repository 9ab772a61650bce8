"""One training step, from a batch to updated weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from nntrain.network import Loss, Network
from nntrain.network.mixed import AnyTargets
from nntrain.optim import Bench, Optimizer, Regularization
from nntrain.types import Batch


class NonFiniteError(Exception):
    """The loss or the gradient of a step is infinite or not a number; the weights have not been touched (running statistics have)."""


def backpropagate(network: Network, loss: Loss, x: Batch, y: AnyTargets, share: float = 1.0) -> float:
    """Forward pass, loss, backward pass: ∂loss/∂θ, times ``share``, into the network's gradient vector. The mean loss."""
    logits = network.forward(x)
    value, dlogits = loss.value_and_gradient(logits, y)
    if share != 1.0:
        dlogits *= dlogits.dtype.type(share)
    network.backward(dlogits)
    return value


Differentiate = Callable[[Batch, AnyTargets], float]
"""(x, y) → the mean loss of a batch; ∂loss/∂θ goes into the gradient vector."""


class TrainStep:
    """Forward, loss, backward, penalties, update: the lecture's training scheme.

    ``kernels`` names what must have been compiled, where kernels are. ``differentiate(x, y)`` is `backpropagate` of the network, or its like over several threads (`SplitPass`).
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        bench: Bench,
        optimizer: Optimizer,
        regularization: Regularization,
        *,
        differentiate: Differentiate | None = None,
        kernels: str = "stages",
    ) -> None:
        self.network, self.loss, self.bench = network, loss, bench
        self.optimizer, self.regularization, self.kernels = optimizer, regularization, kernels
        self.differentiate = differentiate or partial(backpropagate, network, loss)

    def __call__(self, x: Batch, y: AnyTargets, lr: float, step: int) -> float:
        """Train on one batch with learning rate ``lr``; ``step`` counts from 1. Returns the mean loss before it."""
        self.network.clock.step = step
        loss = self.differentiate(x, y)
        if not math.isfinite(loss):
            raise NonFiniteError("loss")
        self.regularization.apply(self.bench)
        if not self._finite_gradient():
            raise NonFiniteError("gradient")
        self.optimizer.update(lr, step)
        return loss

    def close(self) -> None:
        """End the threads of a split pass."""
        if (close := getattr(self.differentiate, "close", None)) is not None:
            close()

    def _finite_gradient(self) -> bool:
        gradient = self.bench.gradient
        return math.isfinite(float(np.dot(gradient, gradient))) or bool(np.isfinite(gradient).all())
