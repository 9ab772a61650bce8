"""Compile every kernel ahead, so that no run has to wait for one: a step of small networks that use them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nntrain.assemble.network import build_network
from nntrain.errors import ConfigError
from nntrain.kernels import can_compile
from nntrain.kernels.blas import find_sgemm
from nntrain.network import Plan, losses
from nntrain.network.lowering import lower
from nntrain.optim import Bench, Regularization, optimizers
from nntrain.optim.averaging import Averaged
from nntrain.spec.architecture import ANY_LAYER
from nntrain.training.rows import Rows
from nntrain.training.split_pass import Replica, SplitPass
from nntrain.training.step import TrainStep
from nntrain.training.steps import Stretch

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
        _every_kernel(loss)
        yield loss
    for optimizer in optimizers.names:
        _step(optimizer)
        yield optimizer


def _every_kernel(loss_name: str) -> None:
    """The kernels of a loss: for regression, two classes and more, plain and with smoothed labels."""
    component = losses[loss_name]
    loss_class: Any = component.factory
    smoothed = [{"label_smoothing": 0.1}] if "label_smoothing" in component.parameters else []
    for classes in (0, 2, 3):
        if not (outputs := loss_class.outputs(classes)):
            continue
        for settings in ({}, *smoothed):
            loss = losses.build(loss_name, outputs, ROWS, np.float32, True, **settings)
            shape = (ROWS,) if loss.task == "classification" else (ROWS, 1)
            y = np.zeros(shape, np.int64 if classes else np.float32)
            loss.value_and_gradient(np.zeros_like(loss.gradient), y)


def _step(optimizer_name: str) -> None:
    """One training step on compiled kernels, shared between two threads: as a program, and stage by stage."""
    outputs = 2
    parts = []
    for number in range(2):
        network = build_network(
            [ANY_LAYER.check(layer) for layer in LAYERS], INPUTS, outputs, Plan(ROWS, replica=number)
        )
        network.fuse(compiled=True)
        parts.append(Replica(network, losses.build("cross_entropy", outputs, ROWS, np.float32, True)))
    main, other = parts
    vector = main.network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights, compiled=True)
    split = SplitPass(main, [other])
    inner = optimizers.build(optimizer_name, bench)
    optimizer = Averaged(inner, bench, 0.9, vector.memory)
    penalties = Regularization(l1=1e-3, l2=1e-3)
    step = TrainStep(main.network, main.loss, bench, optimizer, penalties, differentiate=split)
    x = np.ones((ROWS, INPUTS), np.float32)
    y = np.zeros(ROWS, np.int64)
    with np.errstate(all="ignore"):
        step(x, y, 1e-3, 1)
        if (rule := inner.rule()) is not None and find_sgemm() is not None:
            from nntrain.training.program import Machine

            code = lower(main.network.stages, main.loss, INPUTS, ROWS, 1)
            stretch = Stretch(np.arange(ROWS), np.array([0, ROWS]), [1e-3], 2)
            Machine(code, main.network, rule, penalties).run(Rows(x, y), stretch)
    step.close()
