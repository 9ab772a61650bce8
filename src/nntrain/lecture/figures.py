"""The figures of a finished run that expectations may name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nntrain.api import Run
from nntrain.lecture.outcome import Outcome
from nntrain.training.diagnostics.look import FILE, LayerFigures, read_looks
from nntrain.training.events import Record

NEARLY_ZERO = 1e-3
"""A weight below this, where weights begin at about 0.1, adds nothing: penalties of L1 move weights around 0 by lr · λ₁."""
WALL_CLOCK = ("seconds", "samples_per_second")
OF_LAYERS = {"gradient": "gradient", "activation_std": "spread", "dead": "dead", "saturated": "saturated"}
"""Name of a figure here → in `LayerFigures`."""


def outcome_of(run: Run) -> Outcome:
    """Figures and curves of a run.

    ``train_…``, ``validation_…``, ``test_…``  metrics of the best epoch: ``test_loss``, ``test_accuracy``…
    ``last_…``          entries of the last epoch's record: ``last_train_loss``, ``last_lr``…
    ``epochs``, ``best_epoch``, ``parameters``, ``diverged`` (0; a run that diverged has 1, infinite losses, and no other figures)
    ``zeros``           share of weights of the best epoch that are nearly 0
    ``gradient.LAYER``, ``activation_std.LAYER``, ``dead.LAYER``, ``saturated.LAYER``  before the first step, and as
    ``last_gradient.LAYER``… after the last epoch, where ``training.diagnostics`` is on

    Curves: every figure of the records over the epochs; ``gradient`` (of layers with weights), ``activation_std`` and
    their ``last_…`` over the layers.
    """
    history = run.history
    figures = {f"{split}_{name}": value for split, metrics in run.metrics.items() for name, value in metrics.items()}
    figures |= {name: float(run.summary[name]) for name in ("epochs", "best_epoch", "parameters")}
    figures |= {f"last_{name}": value for name, value in _numbers(history[-1]).items()}
    figures |= {"zeros": _zeros(run), "diverged": 0.0}
    curves: dict[str, Sequence[float]] = dict(curves_of(history))
    looks = read_looks(run.folder / FILE)
    for prefix, look in (("", looks[0]), ("last_", looks[-1])) if looks else ():
        for name, attribute in OF_LAYERS.items():
            found = _of_layers(look.layers, attribute)
            figures |= {f"{prefix}{name}.{layer}": value for layer, value in found.items()}
            curves |= {prefix + name: list(found.values())} if found else {}
    return Outcome(figures, curves)


def diverged(history: Sequence[Record]) -> Outcome:
    """The outcome of a run whose loss became infinite or not a number, with the epochs before that."""
    return Outcome({"diverged": 1.0, "epochs": float(len(history))}, curves_of(history))


def curves_of(history: Sequence[Record]) -> dict[str, list[float]]:
    """Every number of the records over the epochs."""
    names = _numbers(history[-1]) if history else {}
    return {name: [_number(record.get(name)) for record in history] for name in names}


def _numbers(record: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: _number(value)
        for name, value in record.items()
        if name not in WALL_CLOCK and (value is None or isinstance(value, int | float))
    }


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _zeros(run: Run) -> float:
    vector = run.model.bundle.evaluator.network.vector
    return float(np.mean(np.abs(vector.values[vector.weights]) < NEARLY_ZERO))


def _of_layers(layers: Sequence[LayerFigures], attribute: str) -> dict[str, float]:
    found = {layer.name: getattr(layer, attribute) for layer in layers}
    return {name: float(value) for name, value in found.items() if value is not None}
