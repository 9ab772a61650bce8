"""Figures of a network on a set of rows: its loss and metrics, in the target's own units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.network import Loss, Network
from nntrain.training.metric import Task, metrics
from nntrain.types import Array


@dataclass(frozen=True)
class Units:
    """How standardised targets become the target's own: y = mean + scale · y′. Identity for classification."""

    task: Task
    mean: float = 0.0
    scale: float = 1.0

    def restore(self, standardised: Array) -> NDArray[np.float64]:
        """Standardised values (N,) in the target's own units."""
        return self.mean + self.scale * standardised.astype(np.float64)


class Evaluator:
    """Runs a network outside training and computes figures."""

    def __init__(self, network: Network, loss: Loss, units: Units) -> None:
        self.network, self.loss, self.units = network, loss, units

    def predict(self, x: Array) -> NDArray[np.float64]:
        """Probabilities (N, K), or predictions (N,) in the target's own units."""
        return self._meaning(self.network.infer(x))

    def figures(self, x: Array, y: NDArray[Any], names: Iterable[str]) -> dict[str, float]:
        """``loss`` and the metrics ``names``."""
        logits = self.network.infer(x)
        result = {"loss": self.in_units(self.loss.value(logits, y))}
        return result | measure(self.units.task, self.truth(y), self._meaning(logits), names)

    def in_units(self, loss: float) -> float:
        """A loss of standardised targets in the target's own units."""
        return float(loss * self.units.scale**self.loss.unit_power)

    def truth(self, y: NDArray[Any]) -> NDArray[Any]:
        """Class indices as they are, targets in their own units."""
        return y if self.units.task == "classification" else self.units.restore(y[:, 0])

    def _meaning(self, logits: Array) -> NDArray[np.float64]:
        predicted = self.loss.predict(logits)
        return predicted if self.units.task == "classification" else self.units.restore(predicted)


def measure(task: Task, truth: NDArray[Any], predicted: NDArray[np.float64], names: Iterable[str]) -> dict[str, float]:
    """The metrics ``names`` of predictions."""
    return {name: float(metrics[task][name].factory(truth, predicted)) for name in names}


def baseline(task: Task, train: NDArray[Any], truth: NDArray[Any], classes: int) -> dict[str, float]:
    """What needs no network: the shares of the classes among the training rows, or the mean of their targets."""
    if task == "regression":
        return measure(task, truth, np.full(len(truth), train.mean()), metrics[task].names)
    shares = np.bincount(train, minlength=classes) / len(train)
    return measure(task, truth, np.tile(shares, (len(truth), 1)), metrics[task].names)
