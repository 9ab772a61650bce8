"""What every layer promises; one that is registered joins by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntrain.network import BLOCK, Network, layers
from nntrain.types import Array, Feature
from tests.references.gradients import TOLERANCE, numeric_gradient, relative_error
from tests.references.networks import make_network
from tests.references.settings import cases, title
from tests.references.strict import double_arrays, strict, watch

CASES = cases(layers)
TRUE_GRADIENTS = [(name, settings) for name, settings in CASES if not settings.get("straight_through")]
"""All but the straight-through estimator, whose gradient is not that of its forward (tests/network/test_activations.py)."""
SHAPES = [(1, 3, 2), (2, 1, 4), (7, 5, 3), (7, 2, 6)]
"""(B, n, outputs): outputs is the width of an output layer."""

every_layer = pytest.mark.parametrize(("name", "settings"), CASES, ids=title)


def alone(name: str, settings: dict[str, Any], n: int = 4, outputs: int = 3, **plan: Any) -> Network:
    features = None
    if name == "embedding":  # which lives on codes
        features = [Feature(f"x{j}", f"x{j}", "number" if j % 2 else "code", 0 if j % 2 else 3) for j in range(n)]
    return make_network([(name, settings)], n, outputs, features=features, **plan)


def rows(count: int, n: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=(count, n))


@pytest.mark.parametrize(("name", "settings"), TRUE_GRADIENTS, ids=title)
@pytest.mark.parametrize(("B", "n", "outputs"), SHAPES)
def test_gradients_are_those_of_finite_differences(
    name: str, settings: dict[str, Any], B: int, n: int, outputs: int
) -> None:
    network = alone(name, settings, n, outputs)
    network.clock.step = 3
    layer, x = network.layers[0], rows(B, n)
    slope = rows(B, layer.width, seed=2)

    def objective() -> float:
        return float(np.sum(layer.forward(x) * slope))

    objective()
    dx = layer.backward(slope.copy()).copy()
    gradient = network.vector.gradient.copy()
    assert relative_error(dx, numeric_gradient(objective, x)) < TOLERANCE
    assert relative_error(gradient, numeric_gradient(objective, network.vector.values)) < TOLERANCE


@every_layer
def test_shapes(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings)
    layer = network.layers[0]
    assert layer.forward(rows(6, 4)).shape == (6, layer.width)
    assert layer.backward(rows(6, layer.width)).shape == (6, 4)
    assert layer.infer(rows(BLOCK, 4)).shape == (BLOCK, layer.width)


@every_layer
def test_parameter_gradients_alone_are_the_same(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings)
    layer = network.layers[0]
    layer.forward(rows(5, 4))
    layer.backward(rows(5, layer.width, seed=2))
    with_dx = network.vector.gradient.copy()
    network.vector.gradient[:] = 99.0
    layer.gradients(rows(5, layer.width, seed=2))
    np.testing.assert_array_equal(network.vector.gradient, with_dx)


@every_layer
def test_gradients_are_written_not_added(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings)
    layer, dy = network.layers[0], rows(5, network.outputs, seed=2)
    network.vector.gradient[:] = 99.0
    layer.forward(rows(5, 4))
    first = layer.backward(dy).copy(), network.vector.gradient.copy()
    layer.forward(rows(5, 4))
    np.testing.assert_array_equal(layer.backward(dy), first[0])
    np.testing.assert_array_equal(network.vector.gradient, first[1])


@every_layer
def test_what_came_in_and_what_came_out_stay_as_they_were(name: str, settings: dict[str, Any]) -> None:
    layer = alone(name, settings).layers[0]
    x, dy = rows(5, 4), rows(5, layer.width, seed=2)
    y = layer.forward(x)
    kept = y.copy()
    np.testing.assert_array_equal(x, rows(5, 4))
    layer.backward(dy)
    np.testing.assert_array_equal(x, rows(5, 4))
    np.testing.assert_array_equal(dy, rows(5, layer.width, seed=2))
    np.testing.assert_array_equal(y, kept)


@every_layer
def test_a_step_makes_no_new_arrays(name: str, settings: dict[str, Any]) -> None:
    layer = alone(name, settings).layers[0]
    x, dy = rows(5, 4), rows(5, layer.width, seed=2)
    assert np.shares_memory(layer.forward(x), layer.forward(x))
    assert np.shares_memory(layer.backward(dy), layer.backward(dy))


@every_layer
def test_a_smaller_batch_after_a_larger_one(name: str, settings: dict[str, Any]) -> None:
    used, fresh = alone(name, settings), alone(name, settings)
    for count in (BLOCK, 2, 7, BLOCK):
        x, dy = rows(count, 4, seed=count), rows(count, used.outputs, seed=2)
        one, other = used.layers[0], fresh.layers[0]
        np.testing.assert_array_equal(one.forward(x), other.forward(x))
        np.testing.assert_array_equal(one.backward(dy), other.backward(dy))
        np.testing.assert_array_equal(used.vector.gradient, fresh.vector.gradient)
        fresh = alone(name, settings)


@every_layer
def test_float32_stays_float32(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings, dtype=np.float32)
    layer = watch(network.layers[0])
    x, dy = (strict(array.astype(np.float32)) for array in (rows(9, 4), rows(9, layer.width)))
    for result in (layer.forward(x), layer.backward(dy), layer.infer(x)):
        assert result.dtype == np.float32
    assert double_arrays(network) == double_arrays(layer) == []
    assert network.infer(rows(9, 4)).dtype == np.float32


@every_layer
def test_float32_gives_what_float64_gives(name: str, settings: dict[str, Any]) -> None:
    single, double = alone(name, settings, dtype=np.float32), alone(name, settings)
    double.vector.values[:] = single.vector.values
    x, dy = rows(9, 4).astype(np.float32), rows(9, double.outputs).astype(np.float32)
    np.testing.assert_allclose(
        single.layers[0].forward(x), double.layers[0].forward(x.astype(np.float64)), rtol=2e-4, atol=2e-6
    )
    np.testing.assert_allclose(
        single.layers[0].backward(dy), double.layers[0].backward(dy.astype(np.float64)), rtol=2e-4, atol=2e-6
    )


@every_layer
def test_inference_changes_nothing_and_repeats(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings, dtype=np.float32)
    network.layers[0].forward(rows(9, 4).astype(np.float32))
    before = network.vector.values.copy(), network.vector.memory.copy()
    network.clock.step = 4
    first = network.infer(rows(300, 4))
    network.clock.step = 5
    np.testing.assert_array_equal(network.infer(rows(300, 4)), first)
    np.testing.assert_array_equal(network.vector.values, before[0])
    np.testing.assert_array_equal(network.vector.memory, before[1])


@every_layer
def test_inference_of_a_row_knows_no_neighbours(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings, n=37, outputs=11, dtype=np.float32)
    x = rows(BLOCK + 9, 37).astype(np.float32)
    together = network.infer(x)
    for count in (1, 7, BLOCK, BLOCK + 1):
        np.testing.assert_array_equal(network.infer(x[:count]), together[:count])
    others = x[::-1].copy()
    kept = [0, 5, BLOCK - 1, BLOCK + 3]
    others[kept] = x[kept]
    np.testing.assert_array_equal(network.infer(others)[kept], together[kept])
    alone_each = np.concatenate([network.infer(x[i : i + 1]) for i in range(len(x))])
    np.testing.assert_allclose(alone_each, together, rtol=1e-5, atol=1e-5)  # at another place of a block


@every_layer
def test_large_inputs_stay_finite(name: str, settings: dict[str, Any]) -> None:
    network = alone(name, settings, dtype=np.float32)
    layer = network.layers[0]
    x = np.array([[-1e4, 1e4, 0.0, 80.0], [1e4, -1e4, 1e4, -80.0]], np.float32)
    assert np.isfinite(layer.forward(x)).all()
    assert np.isfinite(layer.backward(np.ones((2, layer.width), np.float32))).all()
    assert np.isfinite(network.infer(x)).all()
