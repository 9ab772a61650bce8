"""How large activations are, layer by layer, in a deep network that has not been trained yet."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from annotated_types import MinLen
from numpy.typing import NDArray

from nntrain.assemble.network import build_network
from nntrain.config.markers import Named
from nntrain.config.registry import Choice
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.network import BLOCK, Network, Plan, initializers
from nntrain.spec.architecture import ANY_LAYER
from nntrain.streams import stream
from nntrain.types import Count, Width

NEAR_THE_BOUND = 0.95
"""|tanh| from here on has a slope below 0.1."""


@demonstrations
def depths(
    scene: Scene,
    *,
    activations: Annotated[list[str], MinLen(1)],
    draws: dict[str, Annotated[Choice, Named(initializers, deferred=True)]],
    layers: Count = 20,
    units: Width = 256,
    rows: Count = 1000,
) -> Shown:
    """Standard normal rows through ``layers`` times dense → activation, for each activation and each initializer of ``draws``.

    The runs are named ``activation_draw``. Figures: ``size_1``, ``size_2``…, the root mean square of what each layer returns
    (its variance, but for the mean of relu, which counts for the next layer as well), and ``size``, that of the last one;
    ``ratio``, the last over the first; ``saturated``, the share of the last layer's outputs beyond ±0.95; ``log_range``, by how
    many powers of ten the sizes of all layers differ. Curve: ``size`` over the layers.
    """
    x = stream(scene.seed, "depths").standard_normal((rows, units)).astype(np.float32)
    outcomes = {}
    for activation in activations:
        for name, draw in draws.items():
            network = deep_network(activation, draw, layers, units, scene.seed)
            outcomes[f"{activation}_{name}"] = _outcome(outputs_of_layers(network, x))
    return Shown(outcomes)


def deep_network(activation: str, draw: Choice, layers: int, units: int, seed: int) -> Network:
    """dense → activation, ``layers`` times, all of the same width."""
    dense = ANY_LAYER.check({"dense": {"units": units, "initializer": draw.plain()}})
    network = build_network([dense, ANY_LAYER.check(activation)] * layers, units, units, Plan(BLOCK, seed=seed))
    network.initialize()
    return network


def outputs_of_layers(network: Network, x: NDArray[Any]) -> list[NDArray[Any]]:
    """What every activation returns for all rows."""
    blocks: list[list[NDArray[Any]]] = []
    with np.errstate(all="ignore"):  # numbers that blow up are what this is about
        for start in range(0, len(x), BLOCK):
            y, found = x[start : start + BLOCK], []
            for layer in network.layers:
                y = layer.forward(y).copy()  # the layer's own memory is overwritten by the next block
                found.append(y)
            blocks.append(found[1::2])
    return [np.concatenate(parts) for parts in zip(*blocks, strict=True)]


def root_mean_square(y: NDArray[Any]) -> float:
    """√ mean y², in float64."""
    return float(np.sqrt(np.mean(np.square(y, dtype=np.float64))))


def _outcome(outputs: list[NDArray[Any]]) -> Outcome:
    sizes = [root_mean_square(y) for y in outputs]
    figures = {f"size_{number}": size for number, size in enumerate(sizes, 1)}
    figures |= {
        "size": sizes[-1],
        "ratio": sizes[-1] / sizes[0],
        "log_range": float(np.log10(max(sizes)) - np.log10(min(sizes))) if min(sizes) > 0 else float("inf"),
        "saturated": float(np.mean(np.abs(outputs[-1]) > NEAR_THE_BOUND)),
    }
    return Outcome(figures, {"size": sizes})
