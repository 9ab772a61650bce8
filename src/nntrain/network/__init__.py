"""Layers, activations, initializers and losses; importing this room fills its registries."""

from nntrain.network import activation, batch_norm, dense, dropout
from nntrain.network.initializer import initializers
from nntrain.network.layer import Layer, activations, layers
from nntrain.network.loss import Loss, losses
from nntrain.network.network import BLOCK, Network
from nntrain.network.site import Plan, Site

__all__ = [
    "BLOCK",
    "Layer",
    "Loss",
    "Network",
    "Plan",
    "Site",
    "activation",
    "activations",
    "batch_norm",
    "dense",
    "dropout",
    "initializers",
    "layers",
    "losses",
]
