"""Compile every kernel ahead, so that no run has to wait for one: a step of small networks that use them all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nntrain.assemble.network import build_network
from nntrain.errors import ConfigError
from nntrain.kernels import can_compile, have_compiled
from nntrain.kernels.blas import find_sgemm
from nntrain.network import Loss, Network, Plan, losses
from nntrain.network.joined import JoinedLayers
from nntrain.network.lowering import lower
from nntrain.optim import Bench, Regularization, optimizers
from nntrain.optim.averaging import Averaged
from nntrain.spec.architecture import ANY_LAYER
from nntrain.streams import row_numbers
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
ALONE = ("periodic", {"gaussian_noise": 0.1}, "layer_norm", "scale", "prelu", {"alpha_dropout": 0.1})
"""Layers with kernels that no program has instructions for."""
PROGRAM_LOSSES = ("cross_entropy", "mean_squared_error")
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
    have_compiled("stages")
    if find_sgemm() is None:
        return
    network, _ = _parts(LAYERS, "cross_entropy")
    JoinedLayers(network.layers[:1], ROWS).infer(np.ones((ROWS, INPUTS), np.float32))
    yield "inference"
    for optimizer, loss, layers in itertools.product(("adam", "momentum", "sgd"), PROGRAM_LOSSES, (LAYERS, LAYERS[:2])):
        name = _program(layers, loss, optimizer)
        have_compiled(name)
        yield name


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
            y = np.zeros(shape, np.int32 if classes else np.float32)
            loss.value_and_gradient(np.zeros_like(loss.gradient), y)


def _step(optimizer_name: str) -> None:
    """One training step stage by stage, shared between two threads."""
    (network, loss), (other, its) = (_parts((*ALONE, *LAYERS), "cross_entropy", number) for number in range(2))
    vector = network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights, compiled=True)
    split = SplitPass(Replica(network, loss), [Replica(other, its)])
    optimizer = Averaged(optimizers.build(optimizer_name, bench), bench, 0.9, vector.memory)
    step = TrainStep(network, loss, bench, optimizer, Regularization(l1=1e-3, l2=1e-3), differentiate=split)
    with np.errstate(all="ignore"):
        step(np.ones((ROWS, INPUTS), np.float32), np.zeros(ROWS, np.int32), 1e-3, 1)
    step.close()


def _program(layers: Sequence[object], loss_name: str, optimizer_name: str) -> str:
    """One step as a program; returns its name."""
    from nntrain.training.program import Machine, program_name

    network, loss = _parts(layers, loss_name)
    bench = Bench(network.vector.values, network.vector.gradient, network.vector.weights, compiled=True)
    rule = optimizers.build(optimizer_name, bench).rule()
    assert rule is not None  # these have one
    y = np.zeros(ROWS, np.int32) if loss.task == "classification" else np.zeros((ROWS, 1), np.float32)
    stretch = Stretch(row_numbers(ROWS), np.array([0, ROWS]), [1e-3], 1)
    machine = Machine(lower(network.stages, loss, INPUTS, ROWS, 1), network, rule, Regularization())
    machine.run(Rows(np.ones((ROWS, INPUTS), np.float32), y), stretch)
    return program_name(network, loss, rule)


def _parts(layers: Sequence[object], loss_name: str, replica: int = 0) -> tuple[Network, Loss]:
    outputs = 2 if loss_name == "cross_entropy" else 1
    plan = Plan(ROWS, replica=replica)
    network = build_network([ANY_LAYER.check(layer) for layer in layers], INPUTS, outputs, plan)
    network.fuse(compiled=True)
    return network, losses.build(loss_name, outputs, ROWS, np.float32, True)
