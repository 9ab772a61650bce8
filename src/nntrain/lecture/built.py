"""Networks of given weights: what demonstrations build by hand instead of training it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nntrain.assemble.network import build_network
from nntrain.config.registry import Choice
from nntrain.network import BLOCK, Network, Plan
from nntrain.spec.architecture import ANY_LAYER

STEP = ANY_LAYER.check("step")


def given_dense(weights: ArrayLike, biases: ArrayLike) -> Choice:
    """``dense`` with W (n, m) and b (m,) as they are given."""
    W, b = np.asarray(weights, np.float64), np.asarray(biases, np.float64)
    settings: dict[str, Any] = {
        "units": W.shape[1],
        "initializer": {"values": W.tolist()},
        "bias_initializer": {"values": b.tolist()},
    }
    return ANY_LAYER.check({"dense": settings})


def step_network(*layers: tuple[ArrayLike, ArrayLike]) -> Network:
    """dense → step → dense → step …, with these weights and biases."""
    choices: Sequence[Choice] = [choice for W, b in layers for choice in (given_dense(W, b), STEP)]
    inputs = np.asarray(layers[0][0]).shape[0]
    network = build_network(choices, inputs, 1, Plan(BLOCK))
    network.initialize()
    return network


def answers(network: Network, x: NDArray[Any]) -> NDArray[np.bool_]:
    """What the single unit at the end of a step network says of each row."""
    answer: NDArray[np.bool_] = network.infer(x.astype(np.float32))[:, 0] > 0.5
    return answer
