"""Whole networks: gradients through all layers, the order of the flat vector, inference in blocks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from nntrain.network import BLOCK, Plan, Site, activations, initializers, layers, losses
from nntrain.network.parameters import ROLES
from nntrain.streams import stream
from nntrain.types import Array
from tests.references.gradients import TOLERANCE, numeric_gradient, relative_error
from tests.references.networks import make_network
from tests.references.settings import cases, required

DEEP: list[tuple[str, dict[str, Any]]] = [
    ("dense", {"units": 7}),
    ("batch_norm", {}),
    ("tanh", {}),
    ("dropout", {"rate": 0.3}),
    ("dense", {"units": 5, "bias": False}),
    ("batch_norm", {}),
    ("elu", {}),
    ("output", {}),
]


OF_COLUMNS = ("embedding", "piecewise_linear", "periodic")
"""They stand first, before a table's own columns; `test_embedding` and its like have them in networks."""


def everything() -> list[tuple[str, dict[str, Any]]]:
    """Every registered layer in one network, but for those that let no gradient through or need a table's columns."""
    specs = [
        (component.name, required(component)) for component in layers if component.name not in (*OF_COLUMNS, "output")
    ]
    return [*(spec for spec in specs if is_open(spec)), ("output", {})]


def is_open(spec: tuple[str, dict[str, Any]]) -> bool:
    return make_network([spec], 4, 3).layers[0].blocks_gradient is None


@pytest.mark.parametrize(
    ("loss_name", "classes", "outputs"),
    [("cross_entropy", 3, 3), ("binary_cross_entropy", 2, 1), ("mean_squared_error", 0, 1)],
)
@pytest.mark.parametrize("specs", [DEEP, everything()], ids=["deep", "everything"])
@pytest.mark.parametrize("B", [2, 11])
def test_backpropagation_is_finite_differences(
    loss_name: str, classes: int, outputs: int, specs: list[tuple[str, dict[str, Any]]], B: int
) -> None:
    network = make_network(specs, 4, outputs)
    network.clock.step = 3
    loss = losses.build(loss_name, outputs, B, np.float64)
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(B, 4)), rng.integers(0, classes, B) if classes else rng.normal(size=(B, 1))

    def objective() -> float:
        return loss.value_and_gradient(network.forward(x), y)[0]

    objective()
    network.backward(loss.gradient[:B])
    analytic = network.vector.gradient.copy()
    assert relative_error(analytic, numeric_gradient(objective, network.vector.values)) < TOLERANCE


class TestVector:
    def test_weights_stand_before_biases_before_scales(self) -> None:
        vector = make_network(DEEP, 4, 3).vector
        ranks = [ROLES.index(parameter.role) for parameter in vector.parameters]
        assert ranks == sorted(ranks)
        assert vector.weights == slice(0, 4 * 7 + 7 * 5 + 5 * 3)

    def test_views_cover_the_vectors_once(self) -> None:
        vector = make_network(DEEP, 4, 3).vector
        vector.values[:] = vector.gradient[:] = np.arange(vector.values.size)
        vector.memory[:] = np.arange(vector.memory.size)
        for views, whole in (
            ([p.value for p in vector.parameters], vector.values),
            ([p.grad for p in vector.parameters], vector.gradient),
            ([m.value for m in vector.memories], vector.memory),
        ):
            np.testing.assert_array_equal(np.concatenate([view.ravel() for view in views]), whole)
            assert all(np.shares_memory(view, whole) for view in views)

    def test_layout_names_every_view(self) -> None:
        layout = make_network(DEEP, 4, 3).vector.layout()
        names = [name for name, _ in layout]
        assert len(set(names)) == len(names)
        assert ["1.dense/W", [4, 7]] in layout
        assert ["2.batch_norm/running_mean", [7]] in layout
        assert "5.dense/b" not in names

    def test_backward_fills_the_whole_gradient(self) -> None:
        network = make_network(DEEP, 4, 3)
        network.vector.gradient[:] = np.nan
        network.forward(np.random.default_rng(0).normal(size=(9, 4)))
        network.backward(np.ones((9, 3)))
        assert np.isfinite(network.vector.gradient).all()


class TestStart:
    def build(self, seed: int = 0, **plan: Any) -> Any:
        network = make_network(DEEP, 4, 3, seed=seed)
        network.initialize()
        return network

    def test_it_is_drawn_from_seed_and_name(self) -> None:
        network = self.build(seed=4)
        for parameter in network.vector.parameters:
            if parameter.role == "weight":
                drawn = parameter.draw(stream(4, f"initialize/{parameter.name}"), parameter.shape)
                np.testing.assert_array_equal(parameter.value, drawn)
            else:
                assert np.all(parameter.value == (parameter.role == "scale"))

    def test_another_seed_gives_other_weights(self) -> None:
        one, other = self.build(seed=0).vector, self.build(seed=1).vector
        assert np.all(one.values[one.weights] != other.values[one.weights])

    def test_the_layer_s_own_initializer_goes_before_the_network_s_before_the_fitting_one(self) -> None:
        def start(own: Any, default: Any) -> float:
            plan = Plan(BLOCK, default_draw=default and initializers.build("constant", value=2.0))
            site = Site(plan, "1.dense", 3, initializers.build("constant", value=1.0))
            layers.build("dense", site, units=2, **({"initializer": {"constant": 3.0}} if own else {}))
            return float(plan.parameters[0].draw(stream(0, "x"), (3, 2))[0, 0])

        assert [start(own, default) for own, default in [(0, 0), (0, 1), (1, 0), (1, 1)]] == [1.0, 2.0, 3.0, 3.0]

    def test_every_activation_names_an_initializer_and_no_other_layer_does(self) -> None:
        for name, settings in cases(layers):
            if name in OF_COLUMNS:
                continue
            draw = make_network([(name, settings)], 4, 3).layers[0].fitting_draw()
            assert (draw is not None) == (name in activations)
            assert draw is None or draw(stream(0, "x"), (3, 2)).shape == (3, 2)


class TestInference:
    @pytest.mark.parametrize("rows", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 5])
    def test_any_number_of_rows(self, rows: int) -> None:
        network = make_network(DEEP, 4, 3)
        x = np.random.default_rng(0).normal(size=(rows, 4))
        logits = network.infer(x)
        assert logits.shape == (rows, 3)
        np.testing.assert_array_equal(logits, network.infer(x))

    def test_a_row_s_bits_do_not_depend_on_rows_beside_it(self) -> None:
        specs = [("dense", {"units": 33}), ("batch_norm", {}), ("relu", {}), ("output", {})]
        network = make_network(specs, 19, 5, dtype=np.float32)
        x = np.random.default_rng(0).normal(size=(BLOCK + 40, 19)).astype(np.float32)
        together = network.infer(x)
        others = x[::-1].copy()
        others[::3] = x[::3]
        np.testing.assert_array_equal(network.infer(others)[::3], together[::3])
        each = np.concatenate([network.infer(row[None]) for row in x])  # at another place of a block
        np.testing.assert_allclose(each, together, rtol=1e-5, atol=1e-5)

    def test_it_is_the_layers_one_after_another(self) -> None:
        network = make_network(DEEP, 4, 3)
        x = np.random.default_rng(0).normal(size=(6, 4))
        y: Array = x
        for layer in network.layers:
            y = layer.infer(y)
        np.testing.assert_allclose(network.infer(x), y, rtol=1e-13)


def test_widths_follow_from_layer_to_layer() -> None:
    network = make_network(DEEP, 4, 3)
    assert [layer.width for layer in network.layers] == [7, 7, 7, 7, 5, 5, 5, 3]
    assert (network.inputs, network.outputs) == (4, 3)


def test_buffers_of_layers_are_apart() -> None:
    """Were two layers to share a buffer, the second would overwrite what the first needs in backward."""
    network = make_network(DEEP, 4, 3)
    buffers = [vars(layer)[key] for layer in network.layers for key in ("y", "dx") if key in vars(layer)]
    assert len(buffers) > 10
    assert not any(np.shares_memory(one, other) for one, other in pairwise(buffers))
