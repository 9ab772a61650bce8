"""Cross-entropy: the losses of classifiers that give probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nntrain.config.scheduled import Follower, ScheduledShare, follow
from nntrain.kernels import kernel
from nntrain.network.class_weights import ClassWeights, weight_array
from nntrain.network.loss import Loss, losses, probabilities
from nntrain.types import Array, Batch


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


@kernel
def weighted_cross_entropy(logits: Batch, y: NDArray[Any], gradient: Batch, weights: Array, smoothing: float) -> float:
    """Σ_B −w_y Σ_k q_k log p_k, and w_y (p − q)/B; q = (1 − ε) onehot(y) + ε/K."""
    rows, own = np.arange(len(y)), weights[y]  # (B,)
    p = np.subtract(logits, logits.max(axis=1, keepdims=True), out=gradient)  # (B, K)
    shifted = (1.0 - smoothing) * p[rows, y] + smoothing * p.mean(axis=1)  # (B,) Σ_k q_k (z_k − max z)
    np.exp(p, out=p)
    total = p.sum(axis=1, keepdims=True)  # (B, 1)
    loss = float(np.sum(own * (np.log(total[:, 0]) - shifted), dtype=np.float64))
    p /= total
    p -= smoothing / p.shape[1]
    p[rows, y] -= 1.0 - smoothing
    p *= (own / len(y))[:, None]
    return loss


class Likelihood(Loss):
    """−log of the probability of the right class, plain, or with smoothed aims and weighted classes."""

    task = "classification"
    plain: ClassVar[Callable[..., float]]
    weighted: ClassVar[Callable[..., float]]

    def __init__(
        self, *context: Any, label_smoothing: ScheduledShare = 0.0, class_weights: ClassWeights | None = None
    ) -> None:
        super().__init__(*context)
        self.followers: list[Follower] = []
        self.smoothing = follow(self.followers, "label_smoothing", label_smoothing, self.smooth)
        self.weights = weight_array(class_weights, self)
        if label_smoothing or class_weights is not None:
            self.use(type(self).weighted, self.weights, self.smoothing)
        else:
            self.use(type(self).plain)

    def smooth(self, smoothing: float) -> None:
        """Train with this ε from now on."""
        self.smoothing, self.arguments = smoothing, (self.weights, smoothing)

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """The probabilities of all classes, (N, K)."""
        return probabilities(logits)


@losses
class CrossEntropy(Likelihood):
    """Softmax cross-entropy: L = −mean_B w_y Σ_k q_k log p_k, p = softmax(z); plainly −mean_B log p_y.

    YAML      loss: cross_entropy
              loss: {cross_entropy: {label_smoothing: 0.1, class_weights: balanced}}
              loss: {cross_entropy: {class_weights: {setosa: 2.0}}}

    Shapes    z (B, K)   y (B,) class indices
    Backward  ∂L/∂z = w_y (p − q) / B, since −log p_y = log Σ_k e^(z_k) − z_y, and ∂/∂z_k of it is p_k − [k = y]

    ``label_smoothing``  ε: the aim is q = (1 − ε) onehot(y) + ε/K instead of onehot(y) (Szegedy et al., 2016).
                         Where it follows a schedule, validation is judged at its ``value`` throughout
    ``class_weights``    w: ``balanced``, or the weights of some classes by name (the others have 1); by default all 1

    Softmax and logarithm are one: log p = z − max z − log Σ exp(z − max z) can neither overflow nor take log 0. ``balanced``
    is w_c = N / (K n_c) over the training rows, as in scikit-learn: their mean weight is 1. A weight belongs to its row, and
    the mean is over the rows, as in Keras; PyTorch divides by the sum of the weights in the batch, which would make the shares
    of a batch depend on each other, and weighs the smoothed part class by class.
    """

    plain, weighted = staticmethod(softmax_cross_entropy), staticmethod(weighted_cross_entropy)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One logit for each class."""
        return classes

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """w_y (log Σ_k e^(z_k) − Σ_k q_k z_k)."""
        z = logits.astype(np.float64)
        z -= z.max(axis=1, keepdims=True)
        aimed = z[np.arange(len(y)), y]
        if self.smoothing:
            aimed = (1.0 - self.smoothing) * aimed + self.smoothing * z.mean(axis=1)
        return np.asarray(self.weights[y] * (np.log(np.exp(z).sum(axis=1)) - aimed), np.float64)


@kernel
def logistic_loss(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B log(1 + e^z) − y z, and (σ(z) − y)/B; σ(z) = e^−max(−z, 0) / (1 + e^−|z|) shares its exponential with the loss."""
    z, truth = logits[:, 0], y.astype(logits.dtype)  # (B,); whole numbers would pull z into float64
    small = np.exp(-np.abs(z))  # e^−|z| ≤ 1
    p = np.where(z >= 0.0, z.dtype.type(1.0), small) / (1.0 + small)
    np.divide(p - truth, len(y), out=gradient[:, 0])
    return float(np.sum(np.maximum(z, 0.0) + np.log1p(small) - z * truth, dtype=np.float64))


@kernel
def weighted_logistic_loss(logits: Batch, y: NDArray[Any], gradient: Batch, weights: Array, smoothing: float) -> float:
    """Σ_B w_y (log(1 + e^z) − q z), and w_y (σ(z) − q)/B; q = (1 − ε) y + ε/2."""
    z, own = logits[:, 0], weights[y]  # (B,)
    aim = (1.0 - smoothing) * y.astype(z.dtype) + 0.5 * smoothing
    small = np.exp(-np.abs(z))
    p = np.where(z >= 0.0, z.dtype.type(1.0), small) / (1.0 + small)
    np.multiply(own / len(y), p - aim, out=gradient[:, 0])
    return float(np.sum(own * (np.maximum(z, 0.0) + np.log1p(small) - z * aim), dtype=np.float64))


@losses
class BinaryCrossEntropy(Likelihood):
    """Cross-entropy of two classes with one logit: L = mean_B w_y (log(1 + e^z) − q z), p = σ(z).

    YAML      loss: binary_cross_entropy
              loss: {binary_cross_entropy: {label_smoothing: 0.1, class_weights: {ill: 5.0}}}

    Shapes    z (B, 1)   y (B,) 0 or 1
    Backward  ∂L/∂z = w_y (σ(z) − q) / B, since d/dz log(1 + e^z) = e^z / (1 + e^z) = σ(z)

    ``label_smoothing``  ε: the aim is q = (1 − ε) y + ε/2 instead of y (Szegedy et al., 2016)
    ``class_weights``    w: ``balanced``, or by name, as in cross_entropy; by default 1

    log(1 + e^z) is computed as max(z, 0) + log1p(e^−|z|), which cannot overflow.
    """

    plain, weighted = staticmethod(logistic_loss), staticmethod(weighted_logistic_loss)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One logit: that of the second class."""
        return 1 if classes == 2 else 0

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """w_y (log(1 + e^z) − q z)."""
        z = logits[:, 0].astype(np.float64)
        aim = (1.0 - self.smoothing) * y + 0.5 * self.smoothing
        return np.asarray(self.weights[y] * (np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))) - z * aim), np.float64)
