"""Figures of a network on a set of rows: its loss and metrics, in the target's own units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.network import Loss, Network, Targets, apart
from nntrain.training.metric import Task, metrics
from nntrain.training.scoring import OF_PROBABILITIES, Weights
from nntrain.types import Array

Restore: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Standardised values (N,) → values in the target's own units."""


@dataclass(frozen=True)
class Units:
    """How standardised targets become the target's own; nothing is to be done where they are classes.

    ``columns``  for each target of regression how its values are restored
    ``scale``    the unit of the loss: of one target; 1 for several, whose loss stays standardised
    """

    task: Task
    columns: tuple[Restore, ...] = ()
    scale: float = 1.0

    def restore(self, standardised: Array) -> NDArray[np.float64]:
        """Standardised values (N,) or (N, T) in the targets' own units."""
        values = standardised.astype(np.float64)
        if values.ndim == 1:
            return self.columns[0](values)
        return np.stack([restore(values[:, t]) for t, restore in enumerate(self.columns)], axis=1)


class Evaluator:
    """Runs a network outside training and computes figures."""

    def __init__(self, network: Network, loss: Loss, units: Units) -> None:
        self.network, self.loss, self.units = network, loss, units

    @property
    def metrics(self) -> list[str]:
        """The names of all metrics that say something of what the loss aims at."""
        return [
            name for name in metrics[self.units.task].names if self.loss.probabilistic or name not in OF_PROBABILITIES
        ]

    def predict(self, x: Array) -> NDArray[np.float64]:
        """Probabilities (N, K) or, of several labels, (N, T); predictions (N,) or (N, T) in the targets' own units."""
        predicted = self._room(len(x), self._meaning)

        def keep(rows: slice, logits: Array) -> None:
            predicted[rows] = self._meaning(logits)

        self.network.each(x, keep)
        return predicted

    def further(self, x: Array) -> dict[str, NDArray[np.float64]]:
        """What the loss predicts beside that, by name and shaped like it: all quantiles, where it is about several."""
        names = list(self.loss.further(self._one_row()))
        predicted = {name: self._room(len(x), self.loss.predict) for name in names}

        def keep(rows: slice, logits: Array) -> None:
            for name, values in self.loss.further(logits).items():
                predicted[name][rows] = self.units.restore(values)

        if names:
            self.network.each(x, keep)
        return predicted

    def figures(self, x: Array, targets: Targets, names: Iterable[str]) -> dict[str, float]:
        """``loss`` and the metrics ``names``; where rows have weights, the mean of a loss is by their sum."""
        predicted = self._room(len(x), self._meaning)
        sums: dict[int, float] = {}

        def keep(rows: slice, logits: Array) -> None:
            predicted[rows] = self._meaning(logits)
            sums[rows.start] = len(logits) * self.loss.value(logits, targets[rows])

        self.network.each(x, keep)
        y, weights = apart(targets)
        total = sum(sums[start] for start in sorted(sums))  # in the order of the rows, whichever thread was first
        loss = total / (len(x) if weights is None else float(weights.sum(dtype=np.float64)))
        return {"loss": self.in_units(loss)} | measure(self.units.task, self.truth(y), predicted, names, weights)

    def in_units(self, loss: float) -> float:
        """A loss of standardised targets in the target's own units."""
        return float(loss * self.units.scale**self.loss.unit_power)

    def truth(self, y: NDArray[Any]) -> NDArray[Any]:
        """Class indices and labels as they are; targets, (N,) or (N, T), in their own units."""
        if self.units.task != "regression":
            return y
        return self.units.restore(y[:, 0] if y.shape[1] == 1 else y)

    def _one_row(self) -> Array:
        return np.zeros((1, self.network.outputs), np.float32)

    def _room(self, rows: int, meaning: Callable[[Array], NDArray[np.float64]]) -> NDArray[np.float64]:
        """For what the logits of so many rows mean."""
        return np.empty((rows, *meaning(self._one_row()).shape[1:]))

    def _meaning(self, logits: Array) -> NDArray[np.float64]:
        predicted = self.loss.predict(logits)
        return self.units.restore(predicted) if self.units.task == "regression" else predicted


def measure(
    task: Task,
    truth: NDArray[Any],
    predicted: NDArray[np.float64],
    names: Iterable[str],
    weights: Weights = None,
) -> dict[str, float]:
    """The metrics ``names`` of predictions; of several targets of regression, the mean of each target's."""
    if weights is not None:
        weights = weights.astype(np.float64)
    if task == "regression" and truth.ndim == 2:
        each = [measure(task, truth[:, t], predicted[:, t], names, weights) for t in range(truth.shape[1])]
        return {name: float(np.mean([figures[name] for figures in each])) for name in names}
    return {name: float(metrics[task][name].factory(truth, predicted, weights)) for name in names}


def baseline(
    task: Task, constant: NDArray[np.float64], truth: NDArray[Any], names: Sequence[str], weights: Weights = None
) -> dict[str, float]:
    """What needs no network: for every row the shares of the classes among the training rows, or the means of their targets.

    ``constant`` (K,), (T,) or (1,) holds these. Of classes one row each is looked at, which stands for all rows of its class.
    """
    if task == "classification":
        rows = np.bincount(truth, weights, minlength=len(constant))
        truth = np.unique(truth)
        weights = np.asarray(rows[truth], np.float64)
    predicted = np.broadcast_to(constant, (len(truth), len(constant)))
    return measure(
        task, truth, predicted[:, 0] if truth.ndim == 1 and task == "regression" else predicted, names, weights
    )
