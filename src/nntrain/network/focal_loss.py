"""Focal loss: cross-entropy that cares less about rows that are right already."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel
from nntrain.network.class_weights import ClassWeights, weight_array
from nntrain.network.loss import Loss, LossSettingsError, losses, probabilities
from nntrain.types import Array, Batch, NonNegative, Share


def focal_terms(surprise: Array, gamma: float) -> tuple[Array, Array]:
    """f(s) = (1 − p)^γ s at s = −log p, and f′(s) = (1 − p)^γ (1 + γ p s / (1 − p)); where p = 1, s is 0 too."""
    missing = -np.expm1(-surprise)  # 1 − p
    ratio = surprise / np.maximum(missing, np.finfo(missing.dtype).tiny)
    power = missing**gamma
    return power * surprise, power * (1.0 + gamma * np.exp(-surprise) * ratio)


@kernel
def softmax_focal_loss(logits: Batch, y: NDArray[Any], gradient: Batch, weights: Array, focusing: float) -> float:
    """Σ_B w_y f(s), and w_y f′(s) (p − onehot(y))/B; s = −log p_y."""
    rows, own = np.arange(len(y)), weights[y]  # (B,)
    p = np.subtract(logits, logits.max(axis=1, keepdims=True), out=gradient)  # (B, K)
    shifted = p[rows, y]
    np.exp(p, out=p)
    total = p.sum(axis=1)  # (B,)
    value, slope = focal_terms(np.log(total) - shifted, focusing)
    p /= total[:, None]
    p[rows, y] -= 1.0
    p *= (own * slope / len(y))[:, None]
    return float(np.sum(own * value, dtype=np.float64))


@kernel
def logistic_focal_loss(logits: Batch, y: NDArray[Any], gradient: Batch, weights: Array, focusing: float) -> float:
    """Σ_B w_y f(s), and −t w_y f′(s) (1 − p_y)/B; s = log(1 + e^(−t z)), t = ±1."""
    t, own = 2.0 * y.astype(logits.dtype) - 1.0, weights[y]  # (B,)
    m = t * logits[:, 0]
    small = np.exp(-np.abs(m))
    value, slope = focal_terms(np.maximum(-m, 0.0) + np.log1p(small), focusing)
    wrong = np.where(m >= 0.0, small, m.dtype.type(1.0)) / (1.0 + small)  # 1 − p_y
    np.multiply(-t * own / len(y), slope * wrong, out=gradient[:, 0])
    return float(np.sum(own * value, dtype=np.float64))


@losses
class Focal(Loss):
    """Focal loss: L = −mean_B w_y (1 − p_y)^γ log p_y (Lin et al., 2017).

    YAML      loss: focal
              loss: {focal: {gamma: 2.0, alpha: 0.25}}
              loss: {focal: {gamma: 1.0, class_weights: balanced}}

    Shapes    two classes: z (B, 1), p = σ(z)   more: z (B, K), p = softmax(z)   y (B,) class indices
    Backward  with s = −log p_y and f(s) = (1 − e^−s)^γ s: ∂L/∂z = w_y f′(s) ∂s/∂z / B, f′(s) = (1 − p)^γ (1 + γ p s / (1 − p)),
              where ∂s/∂z = p − onehot(y), the gradient of cross-entropy (in other words, of γ = 0)

    ``gamma``          γ: how much rows that are right already count less; 0 is cross-entropy
    ``alpha``          for two classes: the weight of the second class, where that of the first is 1 − α
    ``class_weights``  w: ``balanced``, or by name, as in cross_entropy; instead of α, and for any number of classes

    Its minimum is not where p is the share of the class: its probabilities are drawn towards even ones.
    """

    task = "classification"

    def __init__(
        self,
        *context: Any,
        gamma: NonNegative = 2.0,
        alpha: Share | None = None,
        class_weights: ClassWeights | None = None,
    ) -> None:
        super().__init__(*context)
        self.gamma, self.weights = gamma, weight_array(class_weights, self)
        binary = self.gradient.shape[1] == 1
        if alpha is not None:
            if class_weights is not None or not binary:
                why = "class_weights says it already" if binary else "there are more than two classes"
                raise LossSettingsError([(("alpha",), f"{alpha:g}, but {why}; expected class_weights alone")])
            self.weights[:] = 1.0 - alpha, alpha
        self.use(logistic_focal_loss if binary else softmax_focal_loss, self.weights, gamma)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One logit for two classes, else one for each."""
        return 1 if classes == 2 else classes

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """w_y (1 − p_y)^γ s."""
        z = logits.astype(np.float64)
        if z.shape[1] == 1:
            z = np.concatenate([np.zeros_like(z), z], axis=1)
        z -= z.max(axis=1, keepdims=True)
        surprise = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]
        return np.asarray(self.weights[y] * (-np.expm1(-surprise)) ** self.gamma * surprise, np.float64)

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """Probabilities σ(z) or softmax(z), (N, K)."""
        return probabilities(logits)
