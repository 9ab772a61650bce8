"""Margin losses: a row costs something where its class does not stand far enough above the others; no probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel
from nntrain.network.loss import Loss, losses, probabilities
from nntrain.types import Array, Batch


@kernel
def binary_margin_loss(logits: Batch, y: NDArray[Any], gradient: Batch, margin: float, squared: bool) -> float:
    """Σ_B h₊ with h = margin − t z, t = ±1, and −t [h ≥ 0]/B; squared: Σ_B h₊², and −2 t h₊/B."""
    t = 2.0 * y.astype(logits.dtype) - 1.0  # (B,)
    h = margin - t * logits[:, 0]
    short = np.maximum(h, 0.0)
    slope = 2.0 * short if squared else (h >= 0.0).astype(h.dtype)
    np.multiply(-t, slope / len(y), out=gradient[:, 0])
    return float(np.sum(short * short if squared else short, dtype=np.float64))


@kernel
def multiclass_margin_loss(logits: Batch, y: NDArray[Any], gradient: Batch, margin: float, squared: bool) -> float:
    """Σ_B h₊ with h = margin + max_{k≠y} z_k − z_y, and [h ≥ 0]/B at the rival k, its opposite at y; squared: Σ_B h₊²."""
    rows = np.arange(len(y))
    np.copyto(gradient, logits)
    gradient[rows, y] = -np.inf
    rival = gradient.argmax(axis=1)  # (B,)
    h = margin + logits[rows, rival] - logits[rows, y]
    short = np.maximum(h, 0.0)
    slope = (2.0 * short if squared else (h >= 0.0).astype(h.dtype)) / len(y)
    gradient[...] = 0.0
    gradient[rows, rival] = slope
    gradient[rows, y] = -slope
    return float(np.sum(short * short if squared else short, dtype=np.float64))


def shortfall(logits: Array, y: NDArray[Any], margin: float) -> NDArray[np.float64]:
    """max(0, margin − how far the row's class stands above the best other one), (N,) in float64."""
    z, rows = logits.astype(np.float64), np.arange(len(y))
    if z.shape[1] == 1:
        above = (2.0 * y - 1.0) * z[:, 0]
    else:
        above = z[rows, y].copy()
        z[rows, y] = -np.inf
        above -= z.max(axis=1)
    return np.maximum(margin - above, 0.0)


@losses
class Hinge(Loss):
    """Hinge loss, of support vector machines: L = mean_B max(0, 1 − t z) for two classes, t = ±1.

    YAML      loss: hinge
              loss: {hinge: {squared: true}}

    Shapes    two classes: z (B, 1)   more: z (B, K)   y (B,) class indices
    Maths     more classes: L = mean_B max(0, 1 + max_{k≠y} z_k − z_y) (Crammer & Singer, 2001)
    Backward  two classes: −t/B where t z ≤ 1, else 0; more: 1/B at the best other class and −1/B at y where the margin is short

    ``squared``  the square of it: smooth, and harder on large violations (LinearSVC's default)

    With ``architecture: {hidden: []}`` and ``regularization: {l2: …}`` it is a linear support vector machine (Cortes & Vapnik,
    1995). PyTorch's MultiMarginLoss sums over all classes that come too near; this takes the nearest, as scikit-learn's
    hinge_loss does. **Its probabilities are none**: σ(z) or softmax(z) keep the decision and the order of the margins, so
    that accuracy and ROC AUC hold; the figures themselves say nothing, and
    log_loss is left out.
    """

    task = "classification"
    probabilistic = False

    def __init__(self, *context: Any, squared: bool = False) -> None:
        super().__init__(*context)
        self.squared = squared
        self.use(binary_margin_loss if self.gradient.shape[1] == 1 else multiclass_margin_loss, 1.0, squared)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One logit for two classes, else one for each."""
        return 1 if classes == 2 else classes

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """Shortfall from a margin of 1, or of its square."""
        short = shortfall(logits, y, 1.0)
        return short * short if self.squared else short

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """Scores that sum to 1 and decide like the margins; no probabilities."""
        return probabilities(logits)


@losses
class Perceptron(Loss):
    """The perceptron's criterion: L = mean_B max(0, −t z) for two classes, t = ±1 (Rosenblatt, 1958).

    YAML      loss: perceptron

    Shapes    two classes: z (B, 1)   more: z (B, K)   y (B,) class indices
    Maths     more classes: L = mean_B (max_k z_k − z_y)
    Backward  two classes: −t/B where t z ≤ 0, else 0; more: 1/B at the best other class and −1/B at y where that is not below y

    With ``architecture: {hidden: []}``, sgd and batches of one row this is Rosenblatt's rule: w ← w + η t x at every mistake,
    and a row on the very boundary (z = 0, as at the start from zeros) is a mistake. It stops at any line that separates the
    rows; hinge asks for a margin. Probabilities are none, as with hinge.
    """

    task = "classification"
    probabilistic = False

    def __init__(self, *context: Any) -> None:
        super().__init__(*context)
        self.use(binary_margin_loss if self.gradient.shape[1] == 1 else multiclass_margin_loss, 0.0, False)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """One logit for two classes, else one for each."""
        return 1 if classes == 2 else classes

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """Shortfall from a margin of 0."""
        return shortfall(logits, y, 0.0)

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """Scores that sum to 1 and decide like the margins; no probabilities."""
        return probabilities(logits)
