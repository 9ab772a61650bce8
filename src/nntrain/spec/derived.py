"""What follows from the tree: the JSON schema for editors, and the reference page."""

from __future__ import annotations

from typing import Any

from nntrain.augment import augmentations
from nntrain.config.registry import Registry
from nntrain.data.registries import date_encoders, encoders, imputers, scalers, sources
from nntrain.data.target_transform import target_transforms
from nntrain.network import activations, initializers, layers, losses
from nntrain.optim import optimizers, schedules
from nntrain.spec.tree import Config
from nntrain.training.metric import metrics

REGISTRIES: list[Registry[Any]] = [
    sources,
    scalers,
    encoders,
    date_encoders,
    imputers,
    target_transforms,
    layers,
    activations,
    initializers,
    losses,
    optimizers,
    schedules,
    augmentations,
    *metrics.values(),
]


def schema() -> dict[str, Any]:
    """The JSON schema of a config."""
    from nntrain.config.schema import json_schema  # not needed to train: imported when asked for

    return json_schema(Config, REGISTRIES, title="nntrain config")


def reference() -> str:
    """The reference page: every section and component, in Markdown."""
    from nntrain.config.reference import reference as page  # not needed to train: imported when asked for

    return page(Config, REGISTRIES, title="Reference")
