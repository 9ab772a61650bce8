"""Small networks made straight from the rooms network and optim, without a spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nntrain.network import BLOCK, Network, Plan, Site, initializers, layers
from nntrain.optim import Bench

Specs = Sequence[tuple[str, dict[str, Any]]]


def make_network(
    specs: Specs,
    inputs: int,
    outputs: int = 1,
    *,
    dtype: DTypeLike = np.float64,
    capacity: int = BLOCK,
    seed: int = 0,
) -> Network:
    """A network of layers (name, settings), with parameters moved away from their special starts (0 and 1)."""
    plan = Plan(capacity, dtype=dtype, seed=seed)
    draw = initializers.build("xavier_normal")
    built, width = [], inputs
    for position, (name, settings) in enumerate(specs):
        site = Site(plan, f"{position + 1}.{name}", width, draw, outputs)
        layer = layers.build(name, site, **settings)
        built.append((site.name, layer))
        width = layer.width
    network = Network(plan, built, inputs)
    network.initialize()
    values = network.vector.values
    values += 0.3 * np.random.default_rng(seed).normal(size=values.size).astype(values.dtype)
    return network


def make_bench(network: Network) -> Bench:
    """A network's vectors, as optimizers see them."""
    vector = network.vector
    return Bench(vector.values, vector.gradient, vector.weights)
