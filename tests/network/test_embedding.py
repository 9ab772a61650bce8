"""Embedding of codes: against PyTorch, in a row with others, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nntrain.errors import ConfigError
from nntrain.network import Network, Plan, Site
from nntrain.network.chain import build_row
from nntrain.network.initializer import xavier_normal
from nntrain.spec.architecture import ANY_LAYER
from nntrain.types import Array, Feature
from tests.references.networks import make_network

FEATURES = (
    Feature("age", "age"),
    Feature("town", "town", "code", 5),
    Feature("age is missing", "age", "flag"),
    Feature("street", "street", "code", 3),
)


def batch(rows: int = 40, seed: int = 1) -> Array:
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 4))
    x[:, 1], x[:, 3] = random.integers(0, 5, rows), random.integers(0, 3, rows)
    return x


def built(*choices: Any, features: tuple[Feature, ...] = FEATURES) -> Network:
    site = Site(Plan(256, np.float64), "", len(features), xavier_normal, 2, features)
    network = Network(site.plan, build_row(site, [ANY_LAYER.check(choice) for choice in choices]), len(features))
    network.initialize()
    return network


def test_values_and_gradients_are_those_of_pytorch() -> None:
    network = make_network([("embedding", {"dim": 3})], 4, features=FEATURES)
    layer, x = network.layers[0], batch()
    table = torch.tensor(network.vector.values.reshape(8, 3).copy(), requires_grad=True)
    codes = torch.tensor(x[:, [1, 3]], dtype=torch.int64)
    vectors = [torch.nn.functional.embedding(codes[:, at], part) for at, part in enumerate((table[:5], table[5:]))]
    expected = torch.cat([*vectors, torch.tensor(x[:, [0, 2]])], dim=1)
    np.testing.assert_array_equal(layer.forward(x), expected.detach().numpy())
    slope = np.random.default_rng(2).normal(size=(40, 8))
    (expected * torch.tensor(slope)).sum().backward()
    dx = layer.backward(slope)
    assert table.grad is not None
    np.testing.assert_allclose(network.vector.gradient.reshape(8, 3), table.grad.numpy(), rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(dx[:, [1, 3]], 0.0)
    np.testing.assert_array_equal(dx[:, [0, 2]], slope[:, 6:])


def test_the_unknown_say_nothing_at_the_start_and_others_are_normal() -> None:
    features = tuple(Feature(f"c{place}", f"c{place}", "code", 500) for place in range(2))
    table = built("embedding", features=features).vector.values.reshape(2, 500, 8)
    np.testing.assert_array_equal(table[:, 0], 0.0)
    assert np.std(table[:, 1:]) == pytest.approx(1.0, abs=0.03)


def test_codes_that_cannot_be_never_reach_another_column() -> None:
    network = make_network([("embedding", {"dim": 2})], 4, features=FEATURES)
    x = batch(2)
    x[:, 1], x[:, 3] = [-7, 99], [-1, 3]
    y = network.layers[0].forward(x)
    table = network.vector.values.reshape(8, 2)
    np.testing.assert_array_equal(y[:, :4], [[*table[0], *table[5]], [*table[4], *table[7]]])


def test_what_comes_out_has_names_and_can_be_selected() -> None:
    network = built({"embedding": {"dim": 2, "columns": ["town"]}}, {"select": ["town", "age"]}, "tanh")
    names = [feature.name for feature in network.layers[1].features or ()]
    assert names == ["town[0]", "town[1]", "age"]


def test_numbers_are_embedded_behind_codes() -> None:
    network = built("embedding", {"periodic": {"dim": 3}}, {"dense": 4})
    assert [layer.width for layer in network.layers] == [18, 20, 4]  # age alone is a number
    network = built({"piecewise_linear": {"dim": 3}}, "embedding", {"dense": 4})
    assert [layer.width for layer in network.layers] == [6, 20, 4]
    branches = {"concat": [[{"select": ["town", "street"]}, "embedding", {"dense": 3}], [{"select": ["age"]}, "relu"]]}
    assert built(branches, {"dense": 4}).layers[0].width == 4


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            [{"dense": 3}],
            "1.dense: would take the codes of the categories of 'town', 'street' as numbers; put embedding",
        ),
        (["periodic", "relu"], "2.relu: would take the codes of the categories of 'town', 'street'"),
        (
            [{"embedding": {"columns": ["town"]}}, {"dense": 3}],
            "2.dense: would take the codes of the categories of 'street'",
        ),
        ([{"sum": [[{"dense": 3}], ["embedding", {"dense": 3}]]}], "1.dense: would take the codes"),
        (
            [{"embedding": {"columns": ["age"]}}],
            "1.embedding: column 'age' is no code of a category here; set its encoding",
        ),
        ([{"embedding": {"columns": ["twon"]}}], "1.embedding: no column 'twon' comes in here (did you mean 'town'?)"),
        ([{"periodic": {"columns": ["street"]}}], "1.periodic: column 'street' is no number here"),
        (
            [{"select": ["age"]}, "embedding"],
            "2.embedding: no input here is the code of a category; set data.categorical",
        ),
        ([{"select": ["town"]}, "piecewise_linear"], "2.piecewise_linear: no input here is a number"),
        (
            ["embedding", {"dense": 3}, {"periodic": {"columns": ["age"]}}],
            "3.periodic: columns can be named only in front",
        ),
    ],
)
def test_what_does_not_fit_is_refused(choices: list[Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        built(*choices)
    assert message in str(caught.value)


def test_penalties_leave_vectors_alone() -> None:
    vector = built("embedding", {"periodic": {"dim": 3}}, {"dense": 4}).vector
    exempt = {parameter.name for parameter in vector.parameters if parameter.role == "embedding"}
    assert exempt == {"1.embedding/T", "2.periodic/c", "2.periodic/W", "2.periodic/b"}
    assert all(parameter.offset >= vector.weights.stop for parameter in vector.parameters if parameter.name in exempt)
