"""layer_norm, alpha_dropout, gaussian_noise, scale and select, each against PyTorch or its formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Plan, Site, layers
from nntrain.network.gaussian_noise import normals
from nntrain.network.initializer import xavier_normal
from nntrain.types import Feature
from tests.references.networks import make_network

ROWS, WIDTH = 200, 500


def rows(count: int, n: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).normal(size=(count, n))


@pytest.mark.parametrize("epsilon", [1e-5, 0.1])
def test_layer_norm_is_pytorch_s(epsilon: float) -> None:
    network = make_network([("layer_norm", {"epsilon": epsilon})], 6)
    layer, x, dy = network.layers[0], 3 + 2 * rows(7, 6), rows(7, 6, seed=2)
    gamma, beta = (next(p for p in network.vector.parameters if p.role == role) for role in ("scale", "bias"))
    its, g, b = (torch.tensor(array, requires_grad=True) for array in (x, gamma.value, beta.value))
    y = torch.nn.functional.layer_norm(its, (6,), g, b, epsilon)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(layer.forward(x), y.detach().numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.infer(x), y.detach().numpy(), rtol=1e-12, atol=1e-13)
    for ours, other in ((layer.backward(dy), its), (gamma.grad, g), (beta.grad, b)):
        assert other.grad is not None
        np.testing.assert_allclose(ours, other.grad.numpy(), rtol=1e-10, atol=1e-12)


class TestAlphaDropout:
    def test_its_values_are_pytorch_s(self) -> None:
        """PyTorch draws other masks, but x = 0 leaves just two values: of what stays and of what goes."""
        torch.manual_seed(0)
        expected = np.unique(
            torch.nn.functional.alpha_dropout(torch.zeros(1000, dtype=torch.float64), 0.3, True).numpy()
        )
        layer = make_network([("alpha_dropout", {"rate": 0.3})], WIDTH).layers[0]
        y = layer.forward(np.zeros((BLOCK, WIDTH)))
        np.testing.assert_allclose(sorted({round(value, 12) for value in y.ravel()}), expected, atol=1e-11)
        one = layer.forward(np.ones((BLOCK, WIDTH)))
        torch.manual_seed(0)
        its = np.unique(torch.nn.functional.alpha_dropout(torch.ones(1000, dtype=torch.float64), 0.3, True).numpy())
        np.testing.assert_allclose(sorted({round(value, 12) for value in one.ravel()}), its, atol=1e-11)

    @pytest.mark.parametrize("rate", [0.05, 0.3, 0.6])
    def test_it_keeps_mean_and_variance(self, rate: float) -> None:
        layer = make_network([("alpha_dropout", {"rate": rate})], WIDTH).layers[0]
        y = layer.forward(rows(ROWS, WIDTH))
        assert abs(y.mean()) < 0.02
        assert abs(y.var() - 1.0) < 0.03

    def test_outside_training_nothing_is_dropped(self) -> None:
        layer, x = make_network([("alpha_dropout", {"rate": 0.5})], 4).layers[0], rows(3, 4)
        np.testing.assert_array_equal(layer.infer(x), x)


class TestGaussianNoise:
    def test_it_is_normal(self) -> None:
        drawn = normals((1000, 501), (3, 4), np.float64).ravel()
        n = drawn.size
        assert abs(drawn.mean()) < 5 / n**0.5
        assert abs(drawn.var() - 1.0) < 5 * (2 / n) ** 0.5
        assert abs((drawn**3).mean()) < 5 * (15 / n) ** 0.5
        assert abs((drawn**4).mean() - 3.0) < 5 * (96 / n) ** 0.5
        for limit, share in ((1.0, 0.841345), (-2.0, 0.022750), (3.0, 0.998650)):
            assert abs((drawn < limit).mean() - share) < 5 * (share * (1 - share) / n) ** 0.5
        assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 5 / n**0.5
        half = n // 2
        assert abs(np.corrcoef(drawn[:half], drawn[half : 2 * half])[0, 1]) < 5 / half**0.5

    def test_a_step_s_noise_is_its_own_and_comes_again(self) -> None:
        network = make_network([("gaussian_noise", {"std": 0.5}), ("gaussian_noise", {"std": 0.5})], WIDTH)
        x = np.zeros((3, WIDTH))

        def drawn(step: int, layer: int = 0) -> Any:
            network.clock.step = step
            return network.layers[layer].forward(x).copy()

        first = drawn(1)
        assert not np.array_equal(drawn(2), first)
        assert not np.array_equal(drawn(1, layer=1), first)
        np.testing.assert_array_equal(drawn(1), first)
        assert abs(first.std() - 0.5) < 0.05

    def test_outside_training_there_is_none(self) -> None:
        layer, x = make_network([("gaussian_noise", {"std": 2.0})], 4).layers[0], rows(3, 4)
        np.testing.assert_array_equal(layer.infer(x), x)


def test_scale_is_a_factor_for_each_feature() -> None:
    network = make_network([("scale", {"initial": 0.1})], 4)
    network.initialize()
    np.testing.assert_allclose(network.vector.values, np.full(4, 0.1))
    assert [(p.name, p.role) for p in network.vector.parameters] == [("1.scale/scale", "scale")]
    x, dy = rows(5, 4), rows(5, 4, seed=2)
    np.testing.assert_allclose(network.layers[0].forward(x), 0.1 * x)
    np.testing.assert_allclose(network.layers[0].backward(dy), 0.1 * dy)
    np.testing.assert_allclose(network.vector.gradient, (x * dy).sum(axis=0))


FEATURES = (Feature("age", "age"), Feature("town=a", "town"), Feature("town=b", "town"), Feature("pay", "pay"))


class TestSelect:
    def site(self, features: tuple[Feature, ...] | None = FEATURES) -> Site:
        return Site(Plan(BLOCK, dtype=np.float64), "1.select", 4, xavier_normal, features=features)

    @pytest.mark.parametrize(
        ("columns", "places"),
        [
            (["age"], [0]),
            (["pay", "age"], [3, 0]),
            (["town"], [1, 2]),
            (["town=b", 0], [2, 0]),
            ([3, "town"], [3, 1, 2]),
        ],
    )
    def test_by_name_and_number(self, columns: list[Any], places: list[int]) -> None:
        layer, x = layers.build("select", self.site(), columns=columns), rows(5, 4)
        np.testing.assert_array_equal(layer.forward(x), x[:, places])
        assert layer.features == tuple(FEATURES[place] for place in places)
        dy = rows(5, len(places), seed=2)
        expected = np.zeros((5, 4))
        expected[:, places] = dy
        np.testing.assert_array_equal(layer.backward(dy), expected)

    @pytest.mark.parametrize(
        ("columns", "features", "message"),
        [
            (["agee"], FEATURES, "1.select: the input has no column 'agee' (did you mean 'age'?)"),
            ([4], FEATURES, "1.select: there is no column 4; expected 0 to 3"),
            (["age", 0], FEATURES, "1.select: 0 is selected twice; expected each column once"),
            (
                ["age"],
                None,
                "1.select: no column is called 'age', as the layer before it mixes columns; expected numbers",
            ),
        ],
    )
    def test_what_cannot_be(self, columns: list[Any], features: Any, message: str) -> None:
        with pytest.raises(ConfigError) as error:
            layers.build("select", self.site(features), columns=columns)
        assert message in str(error.value)

    def test_all_mistakes_are_told(self) -> None:
        with pytest.raises(ConfigError) as error:
            layers.build("select", self.site(), columns=["x", "y", 9])
        assert len(error.value.problems) == 3

    def test_names_are_known_behind_what_keeps_columns_apart(self) -> None:
        kept = layers.build(
            "concat", self.site(), branches=[{"select": ["pay"]}, [{"gaussian_noise": 0.1}, {"select": ["town"]}]]
        )
        assert [feature.name for feature in kept.features or ()] == ["pay", "town=a", "town=b"]
        mixed = layers.build("concat", self.site(), branches=[{"select": ["pay"]}, {"dense": 1}])
        assert mixed.features is None
