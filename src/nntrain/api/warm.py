"""Compile every kernel ahead, so that no run has to wait for one: a step of small networks that use them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nntrain.assemble.network import build_network
from nntrain.errors import ConfigError
from nntrain.kernels import can_compile
from nntrain.network import Plan, losses
from nntrain.optim import Bench, Regularization, optimizers
from nntrain.spec.architecture import ANY_LAYER
from nntrain.training.split_pass import Replica, SplitPass
from nntrain.training.step import TrainStep

LAYERS = (
    {"dense": 4},
    "relu",
    {"dense": {"units": 4, "bias": False}},
    "batch_norm",
    "relu",
    {"dropout": 0.5},
    "output",
)
ROWS, INPUTS = 8, 3


def warm_up() -> Iterator[str]:
    """Compile what each loss and each optimizer needs; yields their names as they are done."""
    if not can_compile():
        raise ConfigError("Numba is not installed; there is nothing to compile (pip install 'nntrain[fast]')")
    for loss in losses.names:
        _step(loss, "sgd")
        yield loss
    for optimizer in optimizers.names:
        _step("cross_entropy", optimizer)
        yield optimizer


def _step(loss_name: str, optimizer_name: str) -> None:
    """One training step on compiled kernels, shared between two threads."""
    loss_class: Any = losses[loss_name].factory
    classes = 2 if loss_class.task == "classification" else 0
    outputs = loss_class.outputs(classes)
    parts = []
    for number in range(2):
        network = build_network(
            [ANY_LAYER.check(layer) for layer in LAYERS], INPUTS, outputs, Plan(ROWS, replica=number)
        )
        network.fuse(compiled=True)
        parts.append(Replica(network, losses[loss_name].build(outputs, ROWS, np.float32, True)))
    main, other = parts
    vector = main.network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights, compiled=True)
    split = SplitPass(main, [other], compiled=True)
    optimizer = optimizers.build(optimizer_name, bench)
    step = TrainStep(main.network, main.loss, bench, optimizer, Regularization(l1=1e-3, l2=1e-3), differentiate=split)
    x = np.ones((ROWS, INPUTS), np.float32)
    y = np.zeros(ROWS, np.int64) if classes else np.zeros((ROWS, 1), np.float32)
    with np.errstate(all="ignore"):
        step(x, y, 1e-3, 1)
    step.close()
