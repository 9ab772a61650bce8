"""Small networks made straight from the rooms network and optim, without a spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nntrain.network import BLOCK, Network, Plan, Site, initializers, layers
from nntrain.optim import Bench
from nntrain.types import Feature

Specs = Sequence[tuple[str, dict[str, Any]]]


def make_network(
    specs: Specs,
    inputs: int,
    outputs: int = 1,
    *,
    dtype: DTypeLike = np.float64,
    capacity: int = BLOCK,
    seed: int = 0,
    features: Sequence[Feature] | None = None,
) -> Network:
    """A network of layers (name, settings), fitted to normal rows, with parameters away from their special starts (0 and 1)."""
    plan = Plan(capacity, dtype=dtype, seed=seed)
    draw = initializers.build("xavier_normal")
    built, width, known = [], inputs, tuple(features) if features is not None else None
    for position, (name, settings) in enumerate(specs):
        site = Site(plan, f"{position + 1}.{name}", width, draw, outputs, known)
        layer = layers.build(name, site, **settings)
        built.append((site.name, layer))
        width, known = layer.width, layer.features
    network = Network(plan, built, inputs)
    network.initialize()
    network.fit(np.random.default_rng(seed).normal(size=(50, inputs)))
    values = network.vector.values
    values += 0.3 * np.random.default_rng(seed).normal(size=values.size).astype(values.dtype)
    return network


def make_bench(network: Network) -> Bench:
    """A network's vectors, as optimizers see them."""
    vector = network.vector
    return Bench(vector.values, vector.gradient, vector.weights)
