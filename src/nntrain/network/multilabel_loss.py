"""Cross-entropy of several labels that do not exclude each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel
from nntrain.network.loss import Loss, losses
from nntrain.types import Array, Batch


@kernel
def multilabel_logistic_loss(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B mean_T log(1 + e^z) − y z, and (σ(z) − y)/(B T)."""
    truth = y.astype(logits.dtype)  # (B, T); whole numbers would pull z into float64
    small = np.exp(-np.abs(logits))
    p = np.where(logits >= 0.0, logits.dtype.type(1.0), small) / (1.0 + small)
    np.divide(p - truth, truth.size, out=gradient)
    each = np.maximum(logits, 0.0) + np.log1p(small) - logits * truth
    return float(np.sum(each, dtype=np.float64) / truth.shape[1])


@losses
class MultilabelCrossEntropy(Loss):
    """Cross-entropy of T labels, each there or not: L = mean_B mean_T (log(1 + e^z) − y z), p = σ(z).

    YAML      loss: multilabel_cross_entropy

    Shapes    z (B, T)   y (B, T), 0 or 1
    Backward  ∂L/∂z = (σ(z) − y) / (B T), since d/dz log(1 + e^z) = σ(z)

    For `data.target: [a, b, …]` where each target has two classes: a logistic regression for each label over one network that
    they share. The mean over the labels, as in PyTorch's BCEWithLogitsLoss and unlike the sum that some texts take.
    """

    task = "multilabel"

    def __init__(self, *context: Any) -> None:
        super().__init__(*context)
        self.use(multilabel_logistic_loss)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One logit for each label: that of its second class."""
        return targets if classes == 2 else 0

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """mean_T (log(1 + e^z) − y z)."""
        z = logits.astype(np.float64)
        each = np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))) - z * y
        return np.asarray(each.mean(axis=1))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """The probability of each label's second class, σ(z), (N, T)."""
        z = logits.astype(np.float64)
        small = np.exp(-np.abs(z))
        return np.asarray(np.where(z >= 0.0, 1.0, small) / (1.0 + small))
