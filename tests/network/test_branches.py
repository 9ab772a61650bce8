"""Branches: gradients through any nesting, the same as PyTorch, fused or not, and what cannot be is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Network, losses
from nntrain.network.layer import walk
from nntrain.network.trace import trace
from tests.references.branched import BRANCHED
from tests.references.gradients import TOLERANCE, numeric_gradient, relative_error
from tests.references.networks import make_network
from tests.references.settings import title

every_nest = pytest.mark.parametrize(("name", "settings"), BRANCHED, ids=title)


def nested(name: str, settings: dict[str, Any], n: int = 3, **plan: Any) -> Network:
    return make_network([("dense", {"units": 3}), (name, settings), ("output", {})], n, 2, **plan)


def rows(count: int, n: int = 3, seed: int = 1) -> Any:
    return np.random.default_rng(seed).normal(size=(count, n))


@every_nest
@pytest.mark.parametrize("B", [2, 5])
def test_gradients_are_those_of_finite_differences(name: str, settings: dict[str, Any], B: int) -> None:
    network = nested(name, settings)
    network.clock.step = 3
    loss = losses.build("mean_squared_error", 2, BLOCK, np.float64)
    x, y = rows(B), rows(B, 2, seed=2)

    def objective() -> float:
        return float(loss.value_and_gradient(network.forward(x), y)[0])

    objective()
    network.vector.gradient[:] = 99.0
    network.backward(loss.gradient[:B])
    analytic = network.vector.gradient.copy()
    assert relative_error(analytic, numeric_gradient(objective, network.vector.values)) < TOLERANCE


@every_nest
def test_the_first_layer_may_be_one_that_branches(name: str, settings: dict[str, Any]) -> None:
    network = make_network([(name, settings), ("output", {})], 3, 2)
    logits = network.forward(rows(6))
    network.backward(np.ones_like(logits))
    alone = network.vector.gradient.copy()
    seen = trace(network, rows(6), np.ones_like, place=4)
    np.testing.assert_allclose(network.vector.gradient, alone, rtol=1e-12)
    np.testing.assert_array_equal(seen.input.value, rows(6)[4])
    np.testing.assert_allclose(seen.nodes["2.output"].gradient, np.ones(2))
    assert set(seen.nodes) == {name for name, _ in network.walk()}


@every_nest
def test_fused_inside_and_out_it_computes_the_same(name: str, settings: dict[str, Any]) -> None:
    plain, fused = nested(name, settings), nested(name, settings)
    fused.fuse(compiled=False)
    for step, count in enumerate((9, 5, 9), start=1):
        results = []
        for network in (plain, fused):
            network.clock.step = step
            logits = network.forward(rows(count)).copy()
            network.backward(rows(count, 2, seed=2))
            results.append((logits, network.vector.gradient.copy(), network.vector.memory.copy()))
        for one, other in zip(*results, strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-11, atol=1e-12)


@every_nest
def test_inference_has_no_masks_and_its_rows_no_neighbours(name: str, settings: dict[str, Any]) -> None:
    network = nested(name, settings, dtype=np.float32)
    x = rows(BLOCK + 7).astype(np.float32)
    network.clock.step = 1
    together = network.infer(x)
    network.clock.step = 2
    np.testing.assert_array_equal(network.infer(x), together)
    np.testing.assert_array_equal(np.concatenate([network.infer(row[None]) for row in x[:9]]), together[:9])
    assert network.forward(x[:9]).dtype == np.float32


def test_neighbours_in_a_branch_become_one_stage() -> None:
    network = nested("residual", {"layers": [{"dense": 3}, "relu", {"dropout": 0.1}]})
    network.fuse(compiled=False)
    (chain,) = [vars(layer)["chain"] for name, layer in network.walk() if name == "2.residual"]
    assert [type(stage).__name__ for stage in chain.stages] == ["DenseStage"]


def test_names_are_paths() -> None:
    network = nested("concat", {"branches": {"deep": [{"residual": [{"dense": 3}]}], "x": "batch_norm"}})
    assert [name for name, _ in network.walk()] == [
        "1.dense", "2.concat", "2.concat.deep.1.residual", "2.concat.deep.1.residual.1.dense", "2.concat.x.1.batch_norm", "3.output",
    ]  # fmt: skip
    names = [name for name, _ in network.vector.layout()]
    assert {"2.concat.deep.1.residual.1.dense/W", "2.concat.x.1.batch_norm/running_mean"} <= set(names)
    assert len(names) == len(set(names))
    assert [p.name for p in network.parameters_of("2.concat.deep.1.residual")] == [
        "2.concat.deep.1.residual.1.dense/W", "2.concat.deep.1.residual.1.dense/b",
    ]  # fmt: skip


def test_masks_of_branches_differ() -> None:
    network = make_network([("concat", {"branches": [{"dropout": 0.5}, {"dropout": 0.5}]})], 200)
    y = network.forward(np.ones((1, 200)))[0]
    assert not np.array_equal(y[:200], y[200:])


def test_batch_norm_inside_couples_the_rows() -> None:
    assert nested("residual", {"layers": ["batch_norm"]}).layers[1].least_rows == 2
    assert nested("sum", {"branches": ["tanh", {"residual": ["batch_norm"]}]}).layers[1].least_rows == 2
    assert nested("sum", {"branches": ["tanh", "relu"]}).layers[1].least_rows == 1


@pytest.mark.parametrize(
    ("name", "settings", "blocks"),
    [
        ("residual", {"layers": ["step"]}, False),
        ("sum", {"branches": ["step", "tanh"]}, False),
        ("product", {"branches": ["step", [{"dense": 3}, "step"]]}, True),
        ("concat", {"branches": [{"residual": ["step"]}, "step"]}, False),
    ],
)
def test_a_gradient_is_blocked_where_every_branch_blocks_it(name: str, settings: Any, blocks: bool) -> None:
    layer = nested(name, settings).layers[1]
    assert (layer.blocks_gradient is not None) == blocks
    assert any(inner.blocks_gradient for _, inner in walk([("a", layer)]))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("residual", {"layers": [{"dense": 5}]}, "2.residual: its input has 3 columns and its branch 5; expected the same number, or project: true"),
        ("sum", {"branches": [{"dense": 5}, "relu"]}, "2.sum: its branches have 5 (branch 1), 3 (branch 2) outputs; expected the same number of all"),
        ("product", {"branches": {"a": {"dense": 5}, "b": "relu"}}, "5 (branch a), 3 (branch b)"),
    ],
)  # fmt: skip
def test_widths_that_do_not_fit(name: str, settings: Any, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        nested(name, settings)
    assert message in str(error.value)


def test_against_pytorch() -> None:
    """y = concat(x P + f(x), g(x) · h(x)), mean square; every gradient."""
    network = make_network(
        [
            ("concat", {"branches": {
                "r": {"residual": {"layers": [{"dense": 6}, "tanh", {"dense": 2}], "project": True}},
                "p": {"product": [[{"dense": 4}, "sigmoid"], {"dense": 4}]},
            }}),
            ("output", {}),
        ], 3, 1,
    )  # fmt: skip
    x = rows(8)
    theta = {p.name: torch.tensor(p.value, requires_grad=True) for p in network.vector.parameters}
    r, p = "1.concat.r.1.residual", "1.concat.p.1.product"

    def dense(name: str, inputs: torch.Tensor) -> torch.Tensor:
        return inputs @ theta[f"{name}/W"] + theta[f"{name}/b"]

    t = torch.tensor(x)
    left = t @ theta[f"{r}/W"] + dense(f"{r}.3.dense", torch.tanh(dense(f"{r}.1.dense", t)))
    right = torch.sigmoid(dense(f"{p}.1.1.dense", t)) * dense(f"{p}.2.1.dense", t)
    logits = dense("2.output", torch.cat([left, right], 1))
    logits.square().mean().backward()
    ours = network.forward(x)
    np.testing.assert_allclose(ours, logits.detach().numpy(), rtol=1e-12, atol=1e-14)
    network.backward(2.0 * ours / len(x))
    for parameter in network.vector.parameters:
        grad = theta[parameter.name].grad
        assert grad is not None
        np.testing.assert_allclose(parameter.grad, grad.numpy(), rtol=1e-10, atol=1e-13)
