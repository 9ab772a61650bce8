"""Layer choices → a network: names, widths, and the weights that fit the activation behind them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from nntrain.assemble.network import build_network, layer_choices
from nntrain.config.registry import Choice, Component
from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Network, Plan
from nntrain.network.activation import Activation, Workspace
from nntrain.network.dense import Dense
from nntrain.network.initializer import constant
from nntrain.network.parameters import Draw
from nntrain.spec import Spec, spec_of
from nntrain.types import Batch

N, M = 400, 300


def spec(architecture: Any, **others: Any) -> Spec:
    return spec_of({"data": {"train": "xor", "target": "label"}, "architecture": architecture, **others}, "test")


def built(architecture: Any, **others: Any) -> Network:
    config = spec(architecture, **others)
    network = build_network(layer_choices(config), N, 3, Plan(BLOCK, default_draw=config.config.initializer))
    network.initialize()
    return network


def spread(network: Network, name: str) -> float:
    """The variance of a layer's weights."""
    weight = next(parameter for parameter in network.vector.parameters if parameter.name == f"{name}/W")
    return float(np.var(weight.value))


HE, XAVIER = 2 / N, 2 / (N + M)


@pytest.mark.parametrize(
    ("behind", "variance"),
    [
        (["relu"], HE),
        (["elu"], HE),
        ([{"leaky_relu": 0.01}], 2 / (1.0001 * N)),
        ([{"leaky_relu": 0.8}], 2 / (1.64 * N)),
        (["tanh"], XAVIER),
        (["sigmoid"], XAVIER),
        (["identity"], XAVIER),
        (["batch_norm", "relu"], HE),
        ([{"dropout": 0.1}, "batch_norm", {"leaky_relu": 0.8}], 2 / (1.64 * N)),
        (["tanh", "relu"], XAVIER),
        ([], XAVIER),
        ([{"dense": 7}, "relu"], XAVIER),
    ],
)
def test_weights_fit_the_first_activation_up_to_the_next_weights(behind: list[Any], variance: float) -> None:
    assert spread(built([{"dense": M}, *behind]), "1.dense") == pytest.approx(variance, rel=0.02)


def test_every_layer_has_its_own_fit() -> None:
    network = built([{"dense": M}, "tanh", {"dense": M}, "relu"])
    assert spread(network, "1.dense") == pytest.approx(XAVIER, rel=0.02)
    assert spread(network, "3.dense") == pytest.approx(2 / M, rel=0.02)


def test_an_initializer_that_is_named_stays() -> None:
    network = built([{"dense": {"units": M, "initializer": "xavier_normal"}}, "relu", {"dense": M}, "relu"])
    assert spread(network, "1.dense") == pytest.approx(XAVIER, rel=0.02)
    everywhere = built([{"dense": M}, "relu"], initializer={"constant": 0.5})
    assert spread(everywhere, "1.dense") == 0.0


def test_names_widths_and_the_output_that_is_added() -> None:
    network = built([{"dense": 8}, "relu", {"dropout": 0.2}])
    assert network.names == ["1.dense", "2.relu", "3.dropout", "4.output"]
    assert [layer.width for layer in network.layers] == [8, 8, 8, 3]
    assert built([{"dense": 8}, "output"]).names == ["1.dense", "2.output"]
    assert built([]).names == ["1.output"]
    assert built({"hidden": [4], "batch_norm": True}).names == ["1.dense", "2.batch_norm", "3.relu", "4.output"]


def test_output_stands_last() -> None:
    with pytest.raises(ConfigError, match="output must be the last layer"):
        layer_choices(spec(["output", "relu"]))


class Half(Activation):
    """φ(x) = x / 2, which wants weights twice as large."""

    def fitting_draw(self) -> Draw:
        return partial(constant, value=2.0)

    def value(self, x: Batch, work: Workspace) -> Batch:
        return np.multiply(x, 0.5, out=work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        work.dx.fill(0.5)
        return work.dx


def test_a_new_activation_and_a_new_layer_with_weights_are_known_by_what_they_are() -> None:
    half = Choice(Component("half", Half, "activation"), {})
    affine = Choice(Component("mine", Dense, "layer"), {"units": 5})
    network = build_network([affine, half, affine, affine], N, 3, Plan(BLOCK))
    network.initialize()
    assert spread(network, "1.mine") == 0.0
    assert spread(network, "3.mine") > 0.0
