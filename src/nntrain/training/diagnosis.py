"""Why a step gave no finite number: the first layer whose output or gradient is not finite, and the usual remedies."""

from __future__ import annotations

import numpy as np

from nntrain.network import Loss, Network
from nntrain.network.mixed import AnyTargets
from nntrain.types import Batch

REMEDIES = (
    "usual remedies: a lower learning rate, regularization.clip_norm: 1, warm-up (schedule: {warmup: {epochs: 5}}), "
    "batch_norm, data.numeric: standardize"
)


def first_bad_layer(network: Network, loss: Loss, x: Batch, y: AnyTargets) -> str:
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
        views = [p.grad for p in network.parameters_of(name)]
        if not all(np.isfinite(view).all() for view in [dy, *views]):
            return f"the gradient of layer {name}"
    return "the penalties (regularization)"
