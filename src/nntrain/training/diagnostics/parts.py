"""The layers of a network one by one, those inside of others too, and where a training pass finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nntrain.network import Layer, Network
from nntrain.network.activation import Activation
from nntrain.network.chain import Chain
from nntrain.network.parameters import Parameter

FAR = 1e3
"""An input at which an activation shows whether it has bounds."""
BOUND = 10.0
"""Outputs at ±`FAR` within this are bounded: those of sigmoid and tanh are within 1, that of relu6 within 6."""
NEAR = np.linspace(-6.0, 6.0, 121)
"""Inputs among which an activation is as steep as anywhere."""


@dataclass(frozen=True)
class Curve:
    """An element-wise activation, from what it does to numbers: ``steepest`` is its largest slope."""

    bounded: bool
    steepest: float


@dataclass(frozen=True)
class Part:
    """A layer with its full name (``3.dense``, ``3.residual.1.dense``) and the parameters that are its own.

    These are its weights; all that it trains where it has none.
    """

    name: str
    layer: Layer
    curve: Curve | None
    parameters: list[Parameter]


def parts_of(network: Network) -> list[Part]:
    """In the order of the forward pass; a layer stands before those inside it."""
    return [Part(name, layer, _curve(layer), _measured(network, layer)) for name, layer in network.walk()]


def runners_of(network: Network) -> Iterator[tuple[Network | Chain, list[str]]]:
    """Whoever runs layers as stages, which may be fused: the network and the branches inside, with the layers' names."""
    yield network, network.names
    for _, layer in network.walk():
        for value in vars(layer).values():
            for chain in value if isinstance(value, list | tuple) else [value]:
                if isinstance(chain, Chain):
                    yield chain, [name for name, _ in chain.row]


def _measured(network: Network, layer: Layer) -> list[Parameter]:
    held = {id(value) for value in vars(layer).values()}
    own = [p for p in network.vector.parameters if id(p) in held]
    return [p for p in own if p.role == "weight"] or own


def _curve(layer: Layer) -> Curve | None:
    """φ at ±`FAR`, and the largest φ′ near 0; leaves nothing in the layer that the next forward pass does not replace."""
    if not isinstance(layer, Activation):
        return None
    dtype = layer.buffers.y.dtype
    with np.errstate(all="ignore"):
        far = layer.infer(np.repeat(np.array([[-FAR], [FAR]], dtype), layer.width, axis=1))
        near = np.repeat(NEAR.astype(dtype)[:, None], layer.width, axis=1)
        layer.forward(near)
        slopes = layer.backward(np.ones_like(near))
    return Curve(bool((np.abs(far) <= BOUND).all()), float(np.abs(slopes).max()))
