"""A spec and a preprocessing → the network and its loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.assemble.network import build_network, layer_choices, with_layers_places
from nntrain.config.markers import Named
from nntrain.config.paths import dotted
from nntrain.config.registry import Choice
from nntrain.data.preprocessing import Preprocessing
from nntrain.errors import ConfigError, Problem
from nntrain.network import Loss, Network, Plan, TargetFacts, Targets, Weighted, losses
from nntrain.network.loss import LossSettingsError
from nntrain.spec import Spec
from nntrain.training.evaluation import Units
from nntrain.training.metric import Task

ANY_LOSS = Named(losses, deferred=True)
DEFAULT_LOSS: dict[Task, str] = {
    "classification": "cross_entropy",
    "multilabel": "multilabel_cross_entropy",
    "regression": "mean_squared_error",
}


def build_parts(spec: Spec, preprocessing: Preprocessing, capacity: int, replica: int = 0) -> tuple[Network, Loss]:
    """The network and the loss for a preprocessing; weights are still zero."""
    plan = Plan(capacity, seed=spec.config.training.seed, replica=replica, default_draw=spec.config.initializer)
    loss = build_loss(spec, preprocessing, capacity)
    features = preprocessing.described
    try:
        network = build_network(layer_choices(spec, features), len(features), loss.gradient.shape[1], plan, features)
    except ConfigError as error:
        raise with_layers_places(spec, error) from None
    return network, loss


def build_loss(spec: Spec, preprocessing: Preprocessing, capacity: int, compiled: bool = False) -> Loss:
    """The loss, for batches of up to ``capacity`` rows."""
    choice, target = loss_choice(spec, preprocessing), preprocessing.target
    loss_class: Any = choice.component.factory
    assert target.of_counts >= loss_class.of_counts, "load_dataset was not told that the target is a count"
    outputs = loss_class.outputs(class_count(preprocessing), len(target.columns))
    weighted = preprocessing.weights is not None
    facts = TargetFacts(tuple(target.classes or ()), target.counts, len(target.columns), weighted)
    try:
        loss: Loss = choice.build(outputs, capacity, np.float32, compiled, facts)
    except LossSettingsError as error:
        faults = [(("loss", choice.name, *loc), message) for loc, message in error.faults]
        raise ConfigError(
            [Problem(spec.document.key_origin(loc).text, f"{dotted(loc)}: {message}") for loc, message in faults]
        ) from None
    return loss


def loss_choice(spec: Spec, preprocessing: Preprocessing) -> Choice:
    """The loss of the config, which must fit the task; else the one that the task asks for."""
    task, classes = preprocessing.task, class_count(preprocessing)
    choice: Choice | None = spec.config.loss
    if choice is None:
        binary = task == "classification" and classes == 2
        return ANY_LOSS.check("binary_cross_entropy" if binary else DEFAULT_LOSS[task])
    loss_class: Any = choice.component.factory
    if loss_class.task != task:
        hint = f"data.task: {loss_class.task}, if that is meant"
        if "multilabel" in (task, loss_class.task):
            hint = "labels are several targets of two classes: data.target: [a, b]"
        raise spec.error(("loss",), f"{choice.name} is for {loss_class.task}; the task here is {task} ({hint})")
    if not loss_class.outputs(classes, len(preprocessing.target.columns)):
        raise spec.error(("loss",), f"{choice.name} is not for {classes} classes (cross_entropy is for any number)")
    return choice


def wants_counts(spec: Spec) -> bool:
    """Whether the loss of the config is for counts, so that the target must not be standardised."""
    choice: Choice | None = spec.config.loss
    loss_class: Any = choice.component.factory if choice else Loss
    return bool(loss_class.of_counts)


def class_count(preprocessing: Preprocessing) -> int:
    """The number of classes, two for each of several labels; 0 for regression."""
    return 2 if preprocessing.task == "multilabel" else len(preprocessing.target.classes or ())


def units(preprocessing: Preprocessing) -> Units:
    """How the preprocessing's targets are turned back."""
    columns = preprocessing.target.columns
    if preprocessing.task != "regression":
        return Units(preprocessing.task)
    scale = columns[0].scale if len(columns) == 1 else 1.0
    return Units("regression", tuple(target.restore for target in columns), scale)


def aims(y: NDArray[Any], weights: NDArray[np.float32] | None) -> Targets:
    """Targets as a loss takes them, with weights where rows have any."""
    return y if weights is None else Weighted(y, weights)
