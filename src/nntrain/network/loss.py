"""Losses: one number that says how wrong a batch is, and its gradient at the logits, where backpropagation starts.

K classes; y holds class indices (B,) for classification, standardised targets (B, 1) for regression. A loss is the mean
over the rows of a batch. `value` is the reference in float64; `value_and_gradient` is what a training step runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nntrain.config.registry import Registry
from nntrain.kernels import kernel, pick
from nntrain.types import Array, Batch


class Loss(ABC):
    """A differentiable measure of error; ``gradient`` is a buffer of its own."""

    task: ClassVar[Literal["classification", "regression"]]
    unit_power: ClassVar[int] = 0
    """The loss is in the target's unit to this power: a mean squared error in unit²."""

    def __init__(self, outputs: int, capacity: int, dtype: DTypeLike, compiled: bool = False) -> None:
        self.gradient: Array = np.empty((capacity, outputs), dtype)
        self.kernel = pick(type(self).reference, compiled=compiled)

    @classmethod
    @abstractmethod
    def outputs(cls, classes: int) -> int:
        """How many outputs the network needs for this number of classes (0: regression); 0 where it cannot be."""

    @staticmethod
    @abstractmethod
    def reference(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
        """The kernel: the sum of the rows' losses; the gradient of their mean goes into ``gradient``."""

    def value_and_gradient(self, logits: Batch, y: NDArray[Any]) -> tuple[float, Batch]:
        """(mean loss, ∂ mean loss / ∂ logits)."""
        gradient = self.gradient[: len(y)]
        return self.kernel(logits, y, gradient) / len(y), gradient

    @abstractmethod
    def value(self, logits: Array, y: NDArray[Any]) -> float:
        """The mean loss in float64."""

    @abstractmethod
    def predict(self, logits: Array) -> NDArray[np.float64]:
        """What the logits mean: probabilities (N, K) in float64, or standardised predictions (N,)."""


losses: Registry[Loss] = Registry("loss")


@kernel
def softmax_cross_entropy(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B −log p_y, and (p − onehot(y))/B into ``gradient``."""
    rows = np.arange(len(y))
    p = np.subtract(logits, logits.max(axis=1, keepdims=True), out=gradient)  # (B, K)
    shifted = p[rows, y]  # (B,)
    np.exp(p, out=p)
    total = p.sum(axis=1, keepdims=True)  # (B, 1)
    loss = float(np.sum(np.log(total[:, 0]) - shifted, dtype=np.float64))
    p /= total * len(y)
    p[rows, y] -= 1.0 / len(y)
    return loss


@losses
class CrossEntropy(Loss):
    """Softmax cross-entropy: L = −mean_B log p_y, p = softmax(z).

    Shapes    z (B, K)   y (B,) class indices
    Backward  ∂L/∂z = (p − onehot(y)) / B, since −log p_y = log Σ_k e^(z_k) − z_y, and ∂/∂z_k of it is p_k − [k = y]

    Softmax and logarithm are one: log p = z − max z − log Σ exp(z − max z) can neither overflow nor take log 0.
    """

    task = "classification"
    reference = staticmethod(softmax_cross_entropy)

    @classmethod
    def outputs(cls, classes: int) -> int:
        """One logit for each class."""
        return classes

    def value(self, logits: Array, y: NDArray[Any]) -> float:
        """−mean log softmax(z)_y."""
        z = logits.astype(np.float64)
        z -= z.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """Probabilities softmax(z), (N, K)."""
        z = logits.astype(np.float64)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(p / p.sum(axis=1, keepdims=True))


@kernel
def logistic_loss(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B log(1 + e^z) − y z, and (σ(z) − y)/B; σ(z) = e^−max(−z, 0) / (1 + e^−|z|) shares its exponential with the loss."""
    z, truth = logits[:, 0], y.astype(logits.dtype)  # (B,); whole numbers would pull z into float64
    small = np.exp(-np.abs(z))  # e^−|z| ≤ 1
    p = np.where(z >= 0.0, z.dtype.type(1.0), small) / (1.0 + small)
    np.divide(p - truth, len(y), out=gradient[:, 0])
    return float(np.sum(np.maximum(z, 0.0) + np.log1p(small) - z * truth, dtype=np.float64))


@losses
class BinaryCrossEntropy(Loss):
    """Cross-entropy of two classes with one logit: L = mean_B (log(1 + e^z) − y z), p = σ(z).

    Shapes    z (B, 1)   y (B,) 0 or 1
    Backward  ∂L/∂z = (σ(z) − y) / B, since d/dz log(1 + e^z) = e^z / (1 + e^z) = σ(z)

    log(1 + e^z) is computed as max(z, 0) + log1p(e^−|z|), which cannot overflow.
    """

    task = "classification"
    reference = staticmethod(logistic_loss)

    @classmethod
    def outputs(cls, classes: int) -> int:
        """One logit: that of the second class."""
        return 1 if classes == 2 else 0

    def value(self, logits: Array, y: NDArray[Any]) -> float:
        """mean (log(1 + e^z) − y z)."""
        z = logits[:, 0].astype(np.float64)
        return float(np.mean(np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))) - z * y))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """Probabilities (1 − σ(z), σ(z)), (N, 2)."""
        z = logits[:, 0].astype(np.float64)
        small = np.exp(-np.abs(z))
        larger, smaller = 1.0 / (1.0 + small), small / (1.0 + small)
        return np.stack([np.where(z >= 0, smaller, larger), np.where(z >= 0, larger, smaller)], axis=1)


@kernel
def squared_error(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B (z − y)², and 2 (z − y)/B."""
    error = np.subtract(logits, y, out=gradient)
    loss = float(np.sum(error * error, dtype=np.float64))
    error *= 2.0 / len(y)
    return loss


@losses
class MeanSquaredError(Loss):
    """Mean squared error: L = mean_B (z − y)².

    Shapes    z, y (B, 1), y standardised in training; figures shown are in the target's unit squared
    Backward  ∂L/∂z = 2 (z − y) / B, the derivative of a square

    Without the ½ that some texts put in front.
    """

    task = "regression"
    unit_power = 2
    reference = staticmethod(squared_error)

    @classmethod
    def outputs(cls, classes: int) -> int:
        """One output."""
        return 1 if classes == 0 else 0

    def value(self, logits: Array, y: NDArray[Any]) -> float:
        """mean (z − y)²."""
        return float(np.mean((logits.astype(np.float64) - y) ** 2))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """z itself, (N,)."""
        return logits[:, 0].astype(np.float64)
