"""Each activation against PyTorch's, in float64 and far out, and what activations promise beyond the layer contract."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from nntrain.network import BLOCK, Plan, Site, activations, initializers
from nntrain.network.gelu import FAR, tail
from nntrain.network.layer import Layer
from nntrain.types import Array
from tests.references.gradients import numeric_gradient, relative_error
from tests.references.networks import make_network
from tests.references.settings import cases, title
from tests.references.strict import strict, watch

Tensor = Any
SLOPES = (0.1, 0.7, -0.3)
"""What prelu's slopes are set to, for three features."""


def heaviside(x: Tensor) -> Tensor:
    return torch.heaviside(x.detach(), torch.zeros((), dtype=x.dtype)) + 0.0 * x


PYTORCH: list[tuple[str, dict[str, Any], Callable[[Tensor], Tensor]]] = [
    ("identity", {}, lambda x: 1.0 * x),
    ("step", {}, heaviside),
    ("step", {"straight_through": True}, lambda x: heaviside(x) + x - x.detach()),
    ("sigmoid", {}, torch.sigmoid),
    ("tanh", {}, torch.tanh),
    ("relu", {}, torch.relu),
    ("leaky_relu", {}, functional.leaky_relu),
    ("leaky_relu", {"negative_slope": 0.0}, torch.relu),
    ("leaky_relu", {"negative_slope": 1.7}, partial(functional.leaky_relu, negative_slope=1.7)),
    ("prelu", {}, lambda x: functional.prelu(x, torch.tensor(SLOPES, dtype=x.dtype))),
    ("prelu", {"shared": True}, lambda x: functional.prelu(x, torch.tensor(SLOPES[:1], dtype=x.dtype))),
    ("hard_tanh", {}, functional.hardtanh),
    ("elu", {}, functional.elu),
    ("elu", {"alpha": 0.6}, partial(functional.elu, alpha=0.6)),
    ("selu", {}, functional.selu),
    ("softplus", {}, lambda x: torch.logaddexp(x, torch.zeros_like(x))),  # functional.softplus is x from 20 on
    ("silu", {}, functional.silu),
    ("mish", {}, functional.mish),
    ("gelu", {}, functional.gelu),
    ("gelu", {"approximate": "tanh"}, partial(functional.gelu, approximate="tanh")),
]
every_reference = pytest.mark.parametrize(("name", "settings", "reference"), PYTORCH, ids=title)
every_activation = pytest.mark.parametrize(("name", "settings"), cases(activations), ids=title)

EDGES = [0.0, 1.0, -1.0, 1e-9, -1e-9, 12.0, -12.0, 20.0, 40.0, -40.0, 87.0, -87.0, 500.0, -500.0, 1e4, -1e4]
GRID = np.concatenate([EDGES, np.linspace(-10.0, 10.0, 210 - len(EDGES))]).reshape(70, 3)


def alone(name: str, settings: dict[str, Any], width: int = 3, dtype: Any = np.float64) -> Layer:
    network = make_network([(name, settings)], width, dtype=dtype)
    network.vector.values[:] = SLOPES[: network.vector.values.size]
    return network.layers[0]


def pytorch(reference: Callable[[Tensor], Tensor], x: Array, dy: Array) -> tuple[Array, Array]:
    """(y, dx) as PyTorch finds them in float64."""
    tensor = torch.tensor(x.astype(np.float64), requires_grad=True)
    y = reference(tensor)
    y.backward(torch.tensor(dy.astype(np.float64)))
    assert tensor.grad is not None
    return y.detach().numpy(), tensor.grad.numpy()


def test_every_activation_has_its_reference() -> None:
    assert {name for name, _, _ in PYTORCH} == set(activations.names)


@every_reference
def test_value_and_gradient_are_pytorch_s(name: str, settings: dict[str, Any], reference: Any) -> None:
    layer, dy = alone(name, settings), np.random.default_rng(0).normal(size=GRID.shape)
    y, dx = pytorch(reference, GRID, dy)
    np.testing.assert_allclose(layer.forward(GRID), y, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-12, atol=1e-12)


@every_reference
def test_float32_is_right_to_six_digits(name: str, settings: dict[str, Any], reference: Any) -> None:
    x, dy = GRID.astype(np.float32), np.ones(GRID.shape, np.float32)
    layer = watch(alone(name, settings, dtype=np.float32))
    y, dx = pytorch(reference, x, dy)
    mine = [np.asarray(layer.forward(strict(x))), np.asarray(layer.backward(strict(dy)))]
    assert {array.dtype for array in mine} == {np.dtype(np.float32)}
    np.testing.assert_allclose(mine[0], y, rtol=1e-6, atol=2e-7)
    np.testing.assert_allclose(mine[1], dx, rtol=1e-6, atol=2e-6)  # 1 − tanh² cancels in the tanh form of gelu


@pytest.mark.parametrize("shared", [False, True])
def test_the_gradient_of_prelu_s_slopes_is_pytorch_s(shared: bool) -> None:
    network = make_network([("prelu", {"shared": shared})], 3)
    network.vector.values[:] = SLOPES[: network.vector.values.size]
    x, dy = np.random.default_rng(0).normal(size=(2, 9, 3))
    slopes = torch.tensor(network.vector.values, requires_grad=True)
    functional.prelu(torch.tensor(x), slopes).backward(torch.tensor(dy))
    assert slopes.grad is not None
    network.layers[0].forward(x)
    network.layers[0].gradients(dy)
    np.testing.assert_allclose(network.vector.gradient, slopes.grad.numpy(), rtol=1e-12, atol=1e-12)


def test_prelu_starts_as_a_leaky_relu_of_a_quarter() -> None:
    network = make_network([("prelu", {})], 3)
    network.initialize()
    np.testing.assert_array_equal(network.vector.values, [0.25, 0.25, 0.25])
    assert [(p.role, p.shape) for p in network.vector.parameters] == [("scale", (3,))]


@every_activation
def test_inference_gives_what_training_does_and_leaves_training_alone(name: str, settings: dict[str, Any]) -> None:
    layer, undisturbed = alone(name, settings), alone(name, settings)
    x, dy = np.random.default_rng(0).normal(size=(2, 9, 3))
    y, expected = layer.forward(x), undisturbed.forward(x).copy()
    np.testing.assert_array_equal(layer.infer(x), expected)
    layer.infer(5.0 * x[:4])
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(layer.backward(dy), undisturbed.backward(dy))


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_nothing_overflows(name: str, settings: dict[str, Any], dtype: Any) -> None:
    layer = alone(name, settings, dtype=dtype)
    x = np.array([[1e4, -1e4, 88.0], [-1e30, 1e30, -1e-30], [-104.0, 710.0, -710.0]], dtype)
    assert np.isfinite(layer.forward(x)).all()
    assert np.isfinite(layer.backward(np.ones_like(x))).all()


@every_activation
def test_a_network_that_has_blown_up_says_so(name: str, settings: dict[str, Any]) -> None:
    layer = alone(name, settings)
    y = layer.forward(np.full((2, 3), np.nan))
    assert np.isnan(y).all() or name == "step"


RANGES = {
    "identity": (-1e4, 1e4),
    "step": (0, 1),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, 1e4),
    "leaky_relu": (-100, 1e4),
    "hard_tanh": (-1, 1),
    "elu": (-1, 1e4),
    "selu": (-1.7580993408473766, 1.0507009873554804e4),
    "softplus": (0, 1e4),
    "silu": (-0.278464543, 1e4),
    "mish": (-0.308843412, 1e4),
    "gelu": (-0.169971206, 1e4),
}


@pytest.mark.parametrize("name", RANGES)
def test_the_range_is_the_documented_one(name: str) -> None:
    grid = np.concatenate([np.linspace(-5.0, 5.0, 100_001), [-1e4, 1e4, -50.0]])
    layer = activations.build(name, Site(Plan(len(grid), np.float64), name, 1, initializers.build("zeros")))
    y = layer.forward(grid[:, None])
    assert (y.min(), y.max()) == pytest.approx(RANGES[name], abs=1e-8)


def test_a_step_blocks_the_gradient_and_says_what_to_write() -> None:
    for name, settings in cases(activations):
        layer = alone(name, settings)
        assert (layer.blocks_gradient is not None) == (name == "step" and not settings.get("straight_through")), name
    sentence = alone("step", {}).blocks_gradient
    assert sentence is not None
    assert "step: {straight_through: true}" in sentence


def test_a_step_is_on_above_zero_only() -> None:
    assert alone("step", {}).forward(np.array([[-1e-300, 0.0, 1e-300]])).tolist() == [[0.0, 0.0, 1.0]]


def test_the_normal_distribution_function_is_exact() -> None:
    t = np.linspace(0.0, FAR, 2001)
    found = tail(t, *np.empty((3, len(t))))
    exact = torch.special.erfc(torch.tensor(t) / 2**0.5).numpy() / 2.0
    assert np.abs(found - exact).max() < 1e-15
    np.testing.assert_allclose(found, exact, rtol=2e-3)  # far out it still has the right size


def test_the_gradient_of_gelu_matches_finite_differences_in_its_tails() -> None:
    layer, x = alone("gelu", {}), np.linspace(-9.0, 9.0, 90).reshape(30, 3)
    layer.forward(x)
    dx = layer.backward(np.ones_like(x)).copy()
    assert relative_error(dx, numeric_gradient(lambda: float(layer.forward(x).sum()), x)) < 1e-9


KEEPS = [
    ("relu", {}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("prelu", {}),
    ("selu", {}),
    ("identity", {}),
]


@pytest.mark.parametrize(("name", "settings"), KEEPS, ids=title)
def test_the_fitting_initializer_keeps_the_scale_over_ten_layers(name: str, settings: dict[str, Any]) -> None:
    width, depth = 400, 10
    rng = np.random.default_rng(0)
    x: Array = rng.normal(size=(BLOCK, width))
    network = make_network([(name, settings)], width)
    network.initialize()
    draw = network.layers[0].fitting_draw()
    assert draw is not None
    for _ in range(depth):
        x = network.layers[0].forward(x @ draw(rng, (width, width))).copy()
    assert np.mean(x * x) == pytest.approx(1.0, rel=0.35)


def test_selu_draws_towards_mean_zero_and_variance_one() -> None:
    width, rng = 400, np.random.default_rng(0)
    x: Array = 0.3 + 1.4 * rng.normal(size=(BLOCK, width))
    network = make_network([("selu", {})], width)
    draw = network.layers[0].fitting_draw()
    assert draw is not None
    for _ in range(20):
        x = network.layers[0].forward(x @ draw(rng, (width, width))).copy()
    assert x.mean() == pytest.approx(0.0, abs=0.1)
    assert x.var() == pytest.approx(1.0, rel=0.25)
