"""Embeddings of numbers: against PyTorch, the bins of training rows, and what a checkpoint keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nntrain.network import Network, Plan
from nntrain.network.piecewise_linear import PiecewiseLinear
from nntrain.types import Array, Feature
from tests.references.networks import Specs, make_network

FEATURES = (Feature("a", "a"), Feature("b=x", "b", "flag"), Feature("c", "c"))
ROWS = np.random.default_rng(3).normal(size=(200, 3))


def alone(name: str, settings: dict[str, Any], fitted_to: Array = ROWS) -> Network:
    network = make_network([(name, settings)], 3, features=FEATURES)
    network.fit(fitted_to)
    return network


def part(network: Network, name: str) -> torch.Tensor:
    (value,) = (parameter.value for parameter in network.vector.parameters if parameter.name.endswith(f"/{name}"))
    return torch.tensor(value.copy(), requires_grad=True)


def piecewise_linear(x: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:
    """The encoding, feature by feature and bin by bin, as the paper's equation 1 has it."""
    columns = []
    for f in range(x.shape[1]):
        q = torch.unique(edges[f])
        for t in range(edges.shape[1] - 1):
            if t >= len(q) - 1:
                columns.append(torch.zeros(len(x), dtype=x.dtype))
                continue
            z = (x[:, f] - q[t]) / (q[t + 1] - q[t])
            if t > 0:
                z = torch.clamp(z, min=0.0)
            if t < len(q) - 2:
                z = torch.clamp(z, max=1.0)
            columns.append(z)
    return torch.stack(columns, dim=1).reshape(len(x), x.shape[1], -1)


def agree_with_pytorch(network: Network, encoded: Any, parameters: list[str], relu: bool) -> None:
    layer, x = network.layers[0], np.random.default_rng(4).normal(size=(30, 3)) * 2
    given = torch.tensor(x, requires_grad=True)
    theirs = {name: part(network, name) for name in parameters}
    e = encoded(given[:, [0, 2]], theirs)
    dim = theirs["b"].shape[1]
    z = torch.einsum("bfk,fkd->bfd", e, theirs["W"].reshape(2, -1, dim)) + theirs["b"]
    made = (torch.relu(z) if relu else z).reshape(30, 2 * dim)
    y = torch.cat([made, given[:, [1]]], dim=1)
    np.testing.assert_allclose(layer.forward(x), y.detach().numpy(), rtol=1e-12, atol=1e-12)
    slope = np.random.default_rng(5).normal(size=tuple(y.shape))
    (y * torch.tensor(slope)).sum().backward()
    dx = layer.backward(slope)
    assert given.grad is not None
    np.testing.assert_allclose(dx, given.grad.numpy(), rtol=1e-11, atol=1e-11)
    for parameter in network.vector.parameters:
        grad = theirs[parameter.name.rpartition("/")[2]].grad
        assert grad is not None
        np.testing.assert_allclose(parameter.grad, grad.numpy(), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("relu", [True, False])
def test_piecewise_linear_is_that_of_pytorch(relu: bool) -> None:
    few = ROWS.copy()
    few[:, 2] = np.round(few[:, 2])  # not all bins are needed
    network = alone("piecewise_linear", {"bins": 7, "dim": 4, "relu": relu}, few)
    edges = torch.tensor(network.vector.memory.reshape(2, 8).copy())
    assert len(torch.unique(edges[1])) < 8
    agree_with_pytorch(network, lambda x, _: piecewise_linear(x, edges), ["W", "b"], relu)


@pytest.mark.parametrize("relu", [True, False])
def test_periodic_is_that_of_pytorch(relu: bool) -> None:
    def waves(x: torch.Tensor, theirs: dict[str, torch.Tensor]) -> torch.Tensor:
        v = 2 * np.pi * x[:, :, None] * theirs["c"]
        return torch.cat([torch.cos(v), torch.sin(v)], dim=2)

    agree_with_pytorch(alone("periodic", {"frequencies": 5, "dim": 3, "relu": relu}), waves, ["W", "b", "c"], relu)


def edges_of(network: Network) -> Array:
    layer = network.layers[0]
    assert isinstance(layer, PiecewiseLinear)
    return network.vector.memory.reshape(layer.F, layer.wide + 1)


def test_bins_hold_equally_many_training_rows() -> None:
    network = alone("piecewise_linear", {"bins": 10})
    for edges, place in zip(edges_of(network), (0, 2), strict=True):
        counts = np.histogram(ROWS[:, place], edges)[0]
        assert counts.sum() == len(ROWS)
        assert np.ptp(counts) <= 1


def test_a_column_of_few_values_has_few_bins_and_a_constant_none() -> None:
    few = ROWS.copy()
    few[:, 0], few[:, 2] = np.repeat([0, 1, 2], [110, 50, 40]), 4.0
    network = alone("piecewise_linear", {"bins": 6, "relu": False}, few)
    assert np.unique(edges_of(network)[0]).tolist() == [0, 1, 2]
    assert np.all(np.diff(edges_of(network), axis=1) >= 0)
    layer = network.layers[0]
    assert isinstance(layer, PiecewiseLinear)
    layer.forward(np.array([[0.5, 0.0, 4.0], [1.25, 0.0, 9.0]]))
    e = layer.e[:2].reshape(2, 2, 6)
    np.testing.assert_allclose(e[:, 0], [[0.5, 0, 0, 0, 0, 0], [1, 0.25, 0, 0, 0, 0]])
    np.testing.assert_array_equal(e[:, 1], 0.0)


def test_beyond_the_training_rows_it_goes_on_in_straight_lines() -> None:
    network = alone("piecewise_linear", {"bins": 4, "dim": 1, "relu": False})
    layer = network.layers[0]
    far = np.zeros((4, 3))
    far[:, 0] = [-20, -10, 10, 20]
    y = layer.forward(far)[:, 0].copy()
    further = far.copy()
    further[:, 0] = [-30, -20, 20, 30]
    z = layer.forward(further)[:, 0]
    assert z[0] - y[0] == pytest.approx(y[0] - y[1])
    assert z[3] - y[3] == pytest.approx(y[3] - y[2])


def test_deeper_layers_are_fitted_to_what_comes_in_there() -> None:
    specs: Specs = [("select", {"columns": [2, 0]}), ("piecewise_linear", {"bins": 4})]
    network = make_network(specs, 3, features=FEATURES)
    network.fit(ROWS)
    edges = network.vector.memory.reshape(2, 5)
    np.testing.assert_allclose(edges, np.quantile(ROWS[:, [2, 0]], [0, 0.25, 0.5, 0.75, 1], axis=0).T)


def test_layers_inside_branches_are_fitted() -> None:
    settings = {"branches": [[{"select": [0]}, {"piecewise_linear": {"bins": 4}}], ["identity"]]}
    network = make_network([("concat", settings)], 3, features=FEATURES)
    network.fit(ROWS)
    np.testing.assert_allclose(network.vector.memory, np.quantile(ROWS[:, 0], [0, 0.25, 0.5, 0.75, 1]))


def test_replicas_see_the_edges() -> None:
    one, other = alone("piecewise_linear", {}), make_network([("piecewise_linear", {})], 3, features=FEATURES)
    other.share(one)
    np.testing.assert_array_equal(other.layers[0].forward(ROWS[:9]), one.layers[0].forward(ROWS[:9]))


def test_many_rows_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.network.network.FITTING_ROWS", 100)
    network = alone("piecewise_linear", {"bins": 2})
    assert abs(edges_of(network)[0, 1] - np.median(ROWS[:, 0])) < 0.3
    again = alone("piecewise_linear", {"bins": 2})
    np.testing.assert_array_equal(edges_of(again), edges_of(network))


def test_a_plan_without_known_inputs_embeds_all() -> None:
    assert make_network([("periodic", {"dim": 2})], 3).outputs == 6
    assert Plan(1).memories == []
