"""A list of layer choices → a network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from nntrain.config.registry import Choice
from nntrain.network import Network, Plan, Site
from nntrain.network.initializer import xavier_normal
from nntrain.network.layer import Layer
from nntrain.network.parameters import Shape
from nntrain.spec import Spec
from nntrain.spec.architecture import ANY_LAYER, MultilayerPerceptron
from nntrain.types import Array


def layer_choices(spec: Spec) -> list[Choice]:
    """The layers of a config in order, ending in an output layer."""
    architecture = spec.config.architecture
    written_out = architecture.layers() if isinstance(architecture, MultilayerPerceptron) else architecture
    choices = list(written_out)
    for position, choice in enumerate(choices[:-1]):
        if choice.name == "output":
            raise spec.error(("architecture", position), "output must be the last layer")
    if not choices or choices[-1].name != "output":
        choices.append(ANY_LAYER.check("output"))
    return choices


def build_network(choices: Sequence[Choice], inputs: int, outputs: int, plan: Plan) -> Network:
    """Build every layer at its site, then the flat vectors behind them."""
    built: list[tuple[str, Layer]] = []
    width = inputs
    for position, choice in enumerate(choices):
        name = f"{position + 1}.{choice.name}"
        layer: Layer = choice.build(Site(plan, name, width, partial(draw_fitting, plan, built, position + 1), outputs))
        built.append((name, layer))
        width = layer.width
    return Network(plan, built, inputs)


def draw_fitting(
    plan: Plan, layers: Sequence[tuple[str, Layer]], behind: int, rng: np.random.Generator, shape: Shape
) -> Array:
    """Weights that fit the first activation from layer ``behind`` on, up to the next layer with weights; else linear.

    It is called when the network is initialised: by then all its layers are built.
    """
    weighted = {parameter.name.rpartition("/")[0] for parameter in plan.parameters if parameter.role == "weight"}
    for name, layer in layers[behind:]:
        if (draw := layer.fitting_draw()) is not None:
            return draw(rng, shape)
        if name in weighted:
            break
    return xavier_normal(rng, shape)
