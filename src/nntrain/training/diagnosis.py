"""Why a step gave no finite number: the first layer whose output or gradient is not finite, and the usual remedies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.network import Loss, Network
from nntrain.types import Batch

REMEDIES = (
    "usual remedies: a lower learning rate, regularization.clip_norm: 1, warm-up (schedule: {warmup: {epochs: 5}}), "
    "batch_norm, data.numeric: standardize"
)


def first_bad_layer(network: Network, loss: Loss, x: Batch, y: NDArray[Any]) -> str:
    """Repeat a step's forward and backward pass and name where the first non-finite number appears."""
    if not np.isfinite(x).all():
        return "the input"
    for name, layer in zip(network.names, network.layers, strict=True):
        x = layer.forward(x)
        if not np.isfinite(x).all():
            return f"the output of layer {name}"
    value, dy = loss.value_and_gradient(x, y)
    if not np.isfinite(value):
        return "the loss"
    for name, layer in reversed(list(zip(network.names, network.layers, strict=True))):
        dy = layer.backward(dy)
        bad = [p.name for p in network.vector.parameters if p.name.startswith(f"{name}/")]
        views = [p.grad for p in network.vector.parameters if p.name in bad]
        if not all(np.isfinite(view).all() for view in [dy, *views]):
            return f"the gradient of layer {name}"
    return "the penalties (regularization)"
