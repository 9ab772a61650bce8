"""A list of layer choices → a network."""

from __future__ import annotations

from collections.abc import Sequence

from nntrain.config.registry import Choice
from nntrain.network import Network, Plan, Site, activations, initializers
from nntrain.network.layer import Layer
from nntrain.network.parameters import Draw
from nntrain.spec import Spec
from nntrain.spec.architecture import ANY_LAYER, MultilayerPerceptron

LINEAR = "xavier_normal"
"""The initializer of a layer without an activation behind it."""


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
        layer: Layer = choice.build(Site(plan, name, width, fitting_draw(choices[position + 1 :]), outputs))
        built.append((name, layer))
        width = layer.width
    return Network(plan, built, inputs)


def fitting_draw(behind: Sequence[Choice]) -> Draw:
    """The initializer that fits the first activation behind a layer; up to the next weights."""
    for choice in behind:
        if choice.name in activations:
            draw: Draw = initializers.build(choice.component.factory.initializer)  # type: ignore[attr-defined]  # of an activation class
            return draw
        if choice.name in ("dense", "output"):
            break
    return initializers.build(LINEAR)
