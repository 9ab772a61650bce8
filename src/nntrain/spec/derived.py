"""What follows from the tree: the JSON schema for editors, and the reference page."""

from __future__ import annotations

from typing import Any

from nntrain.config.registry import Registry
from nntrain.data.registries import encoders, imputers, scalers, sources
from nntrain.network import activations, initializers, layers, losses
from nntrain.optim import optimizers, schedules
from nntrain.spec.tree import Config
from nntrain.training.metric import metrics

REGISTRIES: list[Registry[Any]] = [
    sources,
    scalers,
    encoders,
    imputers,
    layers,
    activations,
    initializers,
    losses,
    optimizers,
    schedules,
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
