"""Losses as a config would make them, with the facts of a target of five classes, and a batch for each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.network import Loss, TargetFacts, losses
from nntrain.types import Array

CLASSES = ("ant", "bee", "cat", "dog", "eel")
COUNTS = (40, 30, 20, 8, 2)
ROWS = 60


def loss_class(name: str) -> type[Loss]:
    """The class behind a name of the registry, which knows only that calling it makes a loss."""
    factory = losses[name].factory
    assert isinstance(factory, type)
    assert issubclass(factory, Loss)
    return factory


def make_loss(name: str, classes: int = 0, dtype: Any = np.float64, targets: int = 1, **settings: Any) -> Loss:
    """A loss whose settings have been checked."""
    component = losses[name]
    outputs = loss_class(name).outputs(classes, targets)
    checked = component.model(**settings)
    facts = TargetFacts(CLASSES[:classes], COUNTS[:classes], targets)
    given = {key: getattr(checked, key) for key in component.parameters}
    return component.build(outputs, ROWS, dtype, False, facts, **given)


def loss_batch(loss: Loss, classes: int) -> tuple[Array, NDArray[Any]]:
    """Logits and targets; 0 classes is regression."""
    rng = np.random.default_rng(7)
    logits = 2.0 * rng.normal(size=(ROWS, loss.gradient.shape[1]))
    shape = (ROWS, loss.facts.targets)
    if classes:
        return logits, rng.integers(0, classes, ROWS if loss.task == "classification" else shape)
    return logits, rng.poisson(1.5, shape).astype(float) if loss.of_counts else rng.normal(size=shape)
