"""Losses: one number that says how wrong a batch is, and its gradient at the logits, where backpropagation starts.

K classes, T targets; y holds class indices (B,) for classification, 0 or 1 (B, T) for several labels, standardised targets
(B, T) for regression. A loss is the mean over the rows of a batch (and over its targets), so that the shares of a batch add
up to the whole. `value` is the reference in float64; `value_and_gradient` is what a training step runs.

Where rows have weights (`Weighted`), each row's loss and gradient are multiplied by its own; the mean stays one over rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nntrain.config.registry import Registry
from nntrain.config.scheduled import Follower
from nntrain.kernels import pick
from nntrain.network.mixed import AnyTargets, Mixed
from nntrain.network.weighted import Targets, apart
from nntrain.types import Array, Batch

Task = Literal["classification", "multilabel", "regression"]

Kernel = Callable[..., float]
"""(logits, y, gradient, …) → the sum of the rows' losses; the gradient of their mean goes into ``gradient``."""


@dataclass(frozen=True)
class TargetFacts:
    """What a loss may ask of the target.

    ``classes``   in the order of their indices
    ``counts``    how many training rows each class has
    ``targets``   T, how many columns are predicted
    ``weighted``  whether rows have weights
    """

    classes: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    targets: int = 1
    weighted: bool = False


NO_FACTS = TargetFacts()


class LossSettingsError(Exception):
    """Settings that do not fit the target: where each stands below the loss's name, and what is wrong."""

    def __init__(self, faults: Sequence[tuple[tuple[str, ...], str]]) -> None:
        super().__init__("; ".join(message for _, message in faults))
        self.faults = list(faults)


class Loss(ABC):
    """A differentiable measure of error; ``gradient`` is a buffer of its own.

    A loss names its ``reference`` kernel by `use`, with the arguments that stand behind the gradient.
    """

    task: ClassVar[Task]
    unit_power: ClassVar[int] = 0
    """The loss is in the target's unit to this power: a mean squared error in unit²."""
    of_counts: ClassVar[bool] = False
    """Whether targets are counts or rates: never negative, and divided by their mean instead of standardised."""
    probabilistic: ClassVar[bool] = True
    """Whether what a classifier predicts by it are probabilities, which figures such as log_loss may judge."""

    followers: Sequence[Follower] = ()
    """The loss's scheduled numbers."""
    reference: Kernel
    arguments: tuple[Any, ...]
    kernel: Kernel

    def __init__(
        self, outputs: int, capacity: int, dtype: DTypeLike, compiled: bool = False, facts: TargetFacts = NO_FACTS
    ) -> None:
        self.gradient: Array = np.empty((capacity, outputs), dtype)
        self.compiled, self.facts = compiled, facts

    def use(self, reference: Kernel, *arguments: Any) -> None:
        """Compute by this kernel, or by its compiled twin."""
        self.reference, self.arguments = reference, arguments
        self.kernel = pick(reference, compiled=self.compiled)

    @property
    def kernel_name(self) -> str:
        """The name of the kernel, which its compiled twin shares; with weights it is not all that runs."""
        return f"weighted {self.reference.__name__}" if self.facts.weighted else self.reference.__name__

    @classmethod
    @abstractmethod
    def outputs(cls, classes: int, targets: int = 1) -> int:
        """How many outputs the network needs for this number of classes (0: regression) and of targets; 0 where it cannot be."""

    def value_and_gradient(self, logits: Batch, targets: AnyTargets) -> tuple[float, Batch]:
        """(mean loss, ∂ mean loss / ∂ logits). Rows of the gradient depend on their own row alone, so that weights scale them."""
        if isinstance(targets, Mixed):
            return self._summed(logits, targets)
        y, weights = apart(targets)
        gradient = self.gradient[: len(y)]
        total = self.kernel(logits, y, gradient, *self.arguments)
        if weights is None:
            return total / len(y), gradient
        gradient *= weights.astype(gradient.dtype, copy=False)[:, None]
        return self.value(logits, targets), gradient

    def _summed(self, logits: Batch, mixed: Mixed) -> tuple[float, Batch]:
        """The sums over the parts of mixed targets."""
        total, summed = 0.0, np.zeros((len(mixed), logits.shape[1]), self.gradient.dtype)
        for part in mixed.parts:
            value, gradient = self.value_and_gradient(logits, part)
            total += value
            summed += gradient
        return total, summed

    def value(self, logits: Array, targets: Targets) -> float:
        """The mean loss in float64."""
        y, weights = apart(targets)
        each = self.row_losses(logits, y)
        return float(np.mean(each if weights is None else weights * each))

    @abstractmethod
    def row_losses(self, logits: Array, y: NDArray[Any]) -> NDArray[np.float64]:
        """The loss of each row, (N,) in float64."""

    @abstractmethod
    def predict(self, logits: Array) -> NDArray[np.float64]:
        """What the logits mean, in float64: probabilities (N, K); of several labels (N, T); standardised values (N,) or (N, T)."""

    def further(self, logits: Array) -> dict[str, NDArray[np.float64]]:
        """What is predicted beside `predict`: standardised values like its own, by name; nothing but where a loss says so."""
        return {}


losses: Registry[Loss] = Registry("loss")


def probabilities(logits: Array) -> NDArray[np.float64]:
    """softmax(z) of logits (N, K); (1 − σ(z), σ(z)) of a single logit (N, 1). Neither can overflow."""
    z = logits.T.astype(np.float64, order="C")  # (K, N): what concerns a class lies side by side
    if len(z) == 1:
        z = np.concatenate([np.zeros_like(z), z])  # σ(z) is the softmax of (0, z)
    z -= z.max(axis=0)
    p = np.exp(z, out=z)
    p /= p.sum(axis=0)
    return np.asarray(p.T)
