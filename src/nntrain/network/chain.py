"""Layers one behind the other: how a row of choices becomes layers, at the top of a network and inside its branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, TypeAlias

import numpy as np
from annotated_types import MinLen

from nntrain.config.markers import Named
from nntrain.config.messages import shorten
from nntrain.config.registry import Choice
from nntrain.errors import ConfigError
from nntrain.network.fusion import Stage
from nntrain.network.initializer import xavier_normal
from nntrain.network.layer import Layer, Row, Stager, layers
from nntrain.network.parameters import Shape
from nntrain.network.site import Plan, Site
from nntrain.types import Array, Batch, Feature

AnyLayer: TypeAlias = Annotated[Any, Named(layers, deferred=True)]
"""A layer that its owner builds, who knows the site."""
Choices: TypeAlias = Annotated[list[AnyLayer], MinLen(1)]


def build_row(site: Site, choices: Sequence[Choice]) -> list[tuple[str, Layer]]:
    """Build layers one behind the other from a site on; their names are its name and their numbers."""
    built: list[tuple[str, Layer]] = []
    prefix, width, features = f"{site.name}." if site.name else "", site.width, site.features
    for position, choice in enumerate(choices):
        name = f"{prefix}{position + 1}.{choice.name}"
        draw = partial(draw_fitting, site.plan, built, position + 1)
        layer: Layer = choice.build(replace(site, name=name, width=width, features=features, fitting_draw=draw))
        refuse_codes(name, layer, features)
        built.append((name, layer))
        width, features = layer.width, layer.features
    return built


def refuse_codes(name: str, layer: Layer, features: Sequence[Feature] | None) -> None:
    """A layer that would take the codes of categories as numbers."""
    coded = list(dict.fromkeys(feature.column for feature in features or () if feature.kind == "code"))
    if coded and not layer.takes_codes:
        listed = ", ".join(f"'{shorten(column)}'" for column in coded[:3]) + (" …" if len(coded) > 3 else "")
        raise ConfigError(
            f"{name}: would take the codes of the categories of {listed} as numbers; put embedding before it"
        )


def draw_fitting(plan: Plan, row: Row, behind: int, rng: np.random.Generator, shape: Shape) -> Array:
    """Weights that fit the first activation from layer ``behind`` on, up to the next layer with weights; else linear.

    It is called when the network is initialised: by then all layers of the row are built.
    """
    weighted = [parameter.name for parameter in plan.parameters if parameter.role == "weight"]
    for name, layer in row[behind:]:
        if (draw := layer.fitting_draw()) is not None:
            return draw(rng, shape)
        if any(weight.startswith((f"{name}/", f"{name}.")) for weight in weighted):
            break
    return xavier_normal(rng, shape)


class Chain(Layer):
    """A branch: y = l_L(… l_1(x)), as a network runs its layers."""

    takes_codes = True

    def __init__(self, site: Site, choices: Sequence[Choice]) -> None:
        self.row = build_row(site, choices)
        self.layers = [layer for _, layer in self.row]
        self.stages: list[Stage] = list(self.layers)
        self.width, self.features = self.layers[-1].width, self.layers[-1].features
        self.least_rows = max(layer.least_rows for layer in self.layers)
        blocks = (layer.blocks_gradient for layer in self.layers)
        self.blocks_gradient = next((sentence for sentence in blocks if sentence is not None), None)

    def branches(self) -> Sequence[Row]:
        return [self.row]

    def restage(self, stager: Stager) -> None:
        for layer in self.layers:
            layer.restage(stager)
        self.stages = stager(self.row)

    def forward(self, x: Batch) -> Batch:
        """Through all stages."""
        for stage in self.stages:
            x = stage.forward(x)
        return x

    def backward(self, dy: Batch) -> Batch:
        """The chain rule from the last to the first."""
        for stage in reversed(self.stages):
            dy = stage.backward(dy)
        return dy

    def gradients(self, dy: Batch) -> None:
        """The same but for the first one's ∂loss/∂x."""
        for stage in reversed(self.stages[1:]):
            dy = stage.backward(dy)
        self.stages[0].gradients(dy)

    def infer(self, x: Batch) -> Batch:
        """Through all layers, as they are outside training."""
        for layer in self.layers:
            x = layer.infer(x)
        return x
