"""A spec and a preprocessing → the network and its loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntrain.assemble.network import build_network, layer_choices
from nntrain.config.registry import Choice
from nntrain.data.preprocessing import Preprocessing
from nntrain.network import Loss, Network, Plan, losses
from nntrain.spec import Spec
from nntrain.training.evaluation import Units


def build_parts(spec: Spec, preprocessing: Preprocessing, capacity: int, replica: int = 0) -> tuple[Network, Loss]:
    """The network and the loss for a preprocessing; weights are still zero."""
    plan = Plan(capacity, seed=spec.config.training.seed, replica=replica, default_draw=spec.config.initializer)
    loss = build_loss(spec, preprocessing, capacity)
    network = build_network(layer_choices(spec), len(preprocessing.features), loss.gradient.shape[1], plan)
    return network, loss


def build_loss(spec: Spec, preprocessing: Preprocessing, capacity: int, compiled: bool = False) -> Loss:
    """The loss, for batches of up to ``capacity`` rows."""
    choice = loss_choice(spec, preprocessing)
    loss_class: Any = choice.component.factory
    loss: Loss = choice.build(loss_class.outputs(class_count(preprocessing)), capacity, np.float32, compiled)
    return loss


def loss_choice(spec: Spec, preprocessing: Preprocessing) -> Choice:
    """The loss of the config, which must fit the task; else the one that the task asks for."""
    task, classes = preprocessing.task, class_count(preprocessing)
    choice: Choice | None = spec.config.loss
    if choice is None:
        name = "mean_squared_error"
        if task == "classification":
            name = "binary_cross_entropy" if classes == 2 else "cross_entropy"
        return Choice(losses[name], {}, deferred=True)
    loss_class: Any = choice.component.factory
    if loss_class.task != task:
        raise spec.error(("loss",), f"{choice.name} is for {loss_class.task}; the task here is {task}")
    if not loss_class.outputs(classes):
        raise spec.error(("loss",), f"{choice.name} is not for {classes} classes (cross_entropy is for any number)")
    return choice


def class_count(preprocessing: Preprocessing) -> int:
    """The number of classes; 0 for regression."""
    return len(preprocessing.target.classes or ())


def units(preprocessing: Preprocessing) -> Units:
    """How the preprocessing's targets are turned back."""
    if preprocessing.task == "classification":
        return Units("classification")
    return Units("regression", preprocessing.target.mean, preprocessing.target.scale)
