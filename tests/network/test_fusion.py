"""Fused stages compute what the separate layers do: forward, every gradient and the running statistics."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from nntrain.network import Network, activations
from nntrain.network.fusion import DenseStage, NormStage
from tests.references.networks import make_network
from tests.references.numba import COMPILED

TAILS = list(
    itertools.product(
        [None, ("leaky_relu", {"negative_slope": 0.2}), ("elu", {"alpha": 0.7}), ("gelu", {"approximate": "tanh"})]
        + [(name, {}) for name in activations.names if name not in {"leaky_relu", "elu"}],
        [None, ("dropout", {"rate": 0.3})],
    )
)


def block(first: tuple[str, dict[str, Any]], tail: tuple[Any, ...]) -> list[tuple[str, dict[str, Any]]]:
    return [first, *[part for part in tail if part is not None]]


def architectures() -> list[list[tuple[str, dict[str, Any]]]]:
    made = []
    for tail in TAILS:
        made.append([*block(("dense", {"units": 6}), tail), ("output", {})])
        made.append([*block(("dense", {"units": 6, "bias": False}), tail), ("output", {"bias": False})])
        made.append([("dense", {"units": 5, "bias": False}), *block(("batch_norm", {}), tail), ("output", {})])
        made.append([*block(("batch_norm", {}), tail), ("output", {})])
    return made


def step(network: Network, x: Any, dy: Any, number: int) -> tuple[Any, Any, Any]:
    network.clock.step = number
    y = network.forward(x).copy()
    network.backward(dy)
    return y, network.vector.gradient.copy(), network.vector.memory.copy()


@pytest.mark.parametrize("compiled", COMPILED)
@pytest.mark.parametrize("specs", architectures(), ids=lambda specs: "-".join(name for name, _ in specs))
def test_a_fused_network_computes_what_its_layers_do(specs: Any, compiled: bool) -> None:
    rng = np.random.default_rng(1)
    plain, fused = (make_network(specs, 4, 3) for _ in range(2))
    fused.fuse(compiled)
    for network in (plain, fused):
        network.vector.values += np.random.default_rng(2).normal(size=network.vector.values.size) * 0.1
    for number, rows in enumerate((9, 5, 9), start=1):
        x, dy = rng.normal(size=(rows, 4)), rng.normal(size=(rows, 3))
        for one, other in zip(step(plain, x, dy, number), step(fused, x, dy, number), strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-11, atol=1e-12)


def test_neighbours_become_one_stage() -> None:
    network = make_network(
        [
            ("dense", {"units": 6, "bias": False}),
            ("batch_norm", {}),
            ("relu", {}),
            ("dropout", {"rate": 0.1}),
            ("dense", {"units": 6}),
            ("leaky_relu", {}),
            ("dense", {"units": 6}),
            ("tanh", {}),
            ("output", {}),
        ],
        4,
        3,
    )
    network.fuse(compiled=False)
    kinds = [type(stage).__name__ for stage in network.stages]
    assert kinds == ["DenseStage", "NormStage", "DenseStage", "DenseStage", "Tanh", "DenseStage"]
    assert len(network.layers) == 9
    assert {DenseStage, NormStage} <= {type(stage) for stage in network.stages}


def test_without_fusing_the_layers_themselves_run() -> None:
    network = make_network([("dense", {"units": 6}), ("relu", {}), ("output", {})], 4, 3)
    assert network.stages == network.layers
