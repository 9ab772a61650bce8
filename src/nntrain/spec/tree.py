"""The tree of a config: its sections, over all registries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, cast

from nntrain.augment import augmentations
from nntrain.config.markers import Named, Section
from nntrain.config.registry import Choice
from nntrain.data.settings import DataSettings
from nntrain.network import initializers, losses
from nntrain.network.parameters import Draw
from nntrain.optim import Regularization, Schedule, optimizers, schedules
from nntrain.optim.groups import OwnSettings
from nntrain.spec.architecture import Architecture, MultilayerPerceptron
from nntrain.training.settings import TrainingSettings


@dataclass(frozen=True, kw_only=True)
class Config:
    """A training run: a table, a network, and how the one is fitted to the other.

    ``data``            the table, its columns and its split; the only key that is required
    ``architecture``    the network; by default two hidden layers of 256 with batch_norm, relu and dropout 0.1
    ``initializer``     of all weights; by default the one that fits each layer's activation
    ``loss``            by default cross_entropy, binary_cross_entropy (two classes) or mean_squared_error
    ``optimizer``       adam, or another with its settings
    ``schedule``        how the learning rate changes over the run
    ``regularization``  penalties on the weights, and a bound on the gradient
    ``parameters``      settings that some layers, roles (weight, bias, scale) or single parameters have of their own, by name
    ``augmentation``    what is done to training rows each time they are seen, in this order; by default nothing
    ``training``        epochs, batches, early stopping
    """

    data: Annotated[DataSettings, Section()]
    architecture: Annotated[MultilayerPerceptron | list[Choice], Architecture()] = cast("list[Choice]", None)
    initializer: Annotated[Draw | None, Named(initializers)] = None
    loss: Annotated[Choice | None, Named(losses, deferred=True)] = None
    optimizer: Annotated[Choice, Named(optimizers, deferred=True)] = cast("Choice", "adam")
    schedule: Annotated[Schedule, Named(schedules)] = cast("Schedule", "constant")
    regularization: Annotated[Regularization, Section()] = Regularization()
    parameters: dict[str, Annotated[OwnSettings, Section()]] = field(default_factory=dict)
    augmentation: list[Annotated[Choice, Named(augmentations, deferred=True)]] | None = None
    training: Annotated[TrainingSettings, Section()] = TrainingSettings()
