"""Losses of regression with an output for each target: squared, absolute, Huber, and that of counts.

T targets: a row's loss is the mean over them, each being standardised by itself, so that all count the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel
from nntrain.network.loss import Loss, losses
from nntrain.network.per_target import of_targets, output_each, row_means
from nntrain.types import Array, Batch, Positive


@kernel
def squared_error(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B mean_T (z − y)², and 2 (z − y)/(B T)."""
    error = np.subtract(logits, y, out=gradient)
    loss = float(np.sum(error * error, dtype=np.float64) / error.shape[1])
    error *= 2.0 / error.size
    return loss


@losses
class MeanSquaredError(Loss):
    """Mean squared error: L = mean_B mean_T (z − y)². Its minimum is the mean.

    YAML      loss: mean_squared_error

    Shapes    z, y (B, T), y standardised in training; figures shown are in the target's unit squared
    Backward  ∂L/∂z = 2 (z − y) / (B T), the derivative of a square

    Without the ½ that some texts put in front.
    """

    task = "regression"
    unit_power = 2

    def __init__(self, *context: Any) -> None:
        super().__init__(*context)
        self.use(squared_error)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """An output for each target."""
        return output_each(classes, targets)

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """mean_T (z − y)²."""
        return row_means((logits.astype(np.float64) - y) ** 2)

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """z itself."""
        return of_targets(logits)


@kernel
def absolute_error(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B mean_T |z − y|, and sign(z − y)/(B T)."""
    error = np.subtract(logits, y, out=gradient)
    loss = float(np.sum(np.abs(error), dtype=np.float64) / error.shape[1])
    np.sign(error, out=error)
    error /= error.size
    return loss


@losses
class MeanAbsoluteError(Loss):
    """Mean absolute error: L = mean_B mean_T |z − y|. Its minimum is the median: outliers do not pull at it.

    YAML      loss: mean_absolute_error

    Shapes    z, y (B, T), y standardised in training; figures shown are in the target's unit
    Backward  ∂L/∂z = sign(z − y) / (B T); 0 where z = y
    """

    task = "regression"
    unit_power = 1

    def __init__(self, *context: Any) -> None:
        super().__init__(*context)
        self.use(absolute_error)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """An output for each target."""
        return output_each(classes, targets)

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """mean_T |z − y|."""
        return row_means(np.abs(logits.astype(np.float64) - y))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """z itself."""
        return of_targets(logits)


@kernel
def huber_error(logits: Batch, y: NDArray[Any], gradient: Batch, delta: float) -> float:
    """Σ_B mean_T ½ e² where |e| ≤ δ, else δ (|e| − ½ δ), e = z − y; and e/(B T), cut at ±δ/(B T)."""
    error = np.subtract(logits, y, out=gradient)
    size = np.abs(error)
    near = np.minimum(size, delta)  # ½ near² + δ (size − near) is both cases
    loss = float(np.sum(0.5 * near * near + delta * (size - near), dtype=np.float64) / error.shape[1])
    np.clip(error, -delta, delta, out=error)
    error /= error.size
    return loss


@losses
class Huber(Loss):
    """Huber's loss: L = mean_B mean_T ½ e² where |e| ≤ δ, else δ (|e| − ½ δ), e = z − y (Huber, 1964).

    YAML      loss: huber
              loss: {huber: 0.5}

    Shapes    z, y (B, T), y standardised in training; figures shown are in the target's unit squared
    Backward  ∂L/∂z = e / (B T), cut at ±δ / (B T): the gradient that clipping would make of a squared error

    ``delta``  δ, in standard deviations of the target: where the square becomes a line

    With the ½, as everywhere in the literature (mean_squared_error has none). PyTorch's HuberLoss; its SmoothL1Loss is this
    divided by δ.
    """

    task = "regression"
    unit_power = 2  # δ grows with the unit, so that both cases are in unit²

    def __init__(self, *context: Any, delta: Positive = 1.0) -> None:
        super().__init__(*context)
        self.delta = delta
        self.use(huber_error, delta)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """An output for each target."""
        return output_each(classes, targets)

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """mean_T of ½ e² or δ (|e| − ½ δ)."""
        size = np.abs(logits.astype(np.float64) - y)
        line = self.delta * (size - 0.5 * self.delta)
        return row_means(np.where(size <= self.delta, 0.5 * size * size, line))

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """z itself."""
        return of_targets(logits)


LARGEST_LOG_RATE = 30.0
"""e³⁰ ≈ 10¹³: up to here the rate is e^z, beyond it goes on as a straight line, which cannot overflow."""


@kernel
def poisson_deviance(logits: Batch, y: NDArray[Any], gradient: Batch) -> float:
    """Σ_B mean_T μ − y z + y ln y − y, and (e^z − y)/(B T); μ = e^z, and from z = 30 on its tangent."""
    bounded = np.minimum(logits, LARGEST_LOG_RATE)
    rate = np.exp(bounded, out=gradient)
    least = np.finfo(rate.dtype).tiny
    rest = y * (np.log(np.maximum(y, least)) - logits - 1.0)  # 0 ln 0 = 0
    loss = float(np.sum(rate * (1.0 + (logits - bounded)) + rest, dtype=np.float64) / rate.shape[1])
    rate -= y
    rate /= rate.size
    return loss


@losses
class Poisson(Loss):
    """Half the Poisson deviance, for counts: L = mean_B mean_T (μ − y ln μ + y ln y − y), ln μ = z.

    YAML      loss: poisson

    Shapes    z, y (B, T), y ≥ 0 as a multiple of the training rows' mean; figures shown are in the target's unit
    Backward  ∂L/∂z = (e^z − y) / (B T), since dμ/dz = μ

    −log of the Poisson probability up to what does not depend on z, so that 0 is perfect: half of scikit-learn's
    mean_poisson_deviance; PyTorch's PoissonNLLLoss, e^z − y z, leaves y ln y − y out. Targets are never negative, whole or not,
    and are divided by their mean instead of standardised: that moves z by a constant, changes nothing else, and the untrained
    network starts near the mean. Predictions are positive, up to e³⁰ times the mean.
    """

    task = "regression"
    unit_power = 1
    of_counts = True

    def __init__(self, *context: Any) -> None:
        super().__init__(*context)
        self.use(poisson_deviance)

    @classmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """An output for each target."""
        return output_each(classes, targets)

    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """mean_T (μ − y z + y ln y − y)."""
        z, truth = logits.astype(np.float64), y.astype(np.float64)
        bounded = np.minimum(z, LARGEST_LOG_RATE)
        entropy = truth * np.log(truth, out=np.zeros_like(truth), where=truth > 0.0)
        return row_means(np.exp(bounded) * (1.0 + z - bounded) - truth * z + entropy - truth)

    def predict(self, logits: Array) -> NDArray[np.float64]:
        """The rate μ = e^z."""
        return np.exp(np.minimum(of_targets(logits), LARGEST_LOG_RATE))
