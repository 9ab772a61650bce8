"""What every initializer promises, and the moments of each by its formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from nntrain.network import initializers
from nntrain.network.initializer import fans
from nntrain.network.parameters import Draw
from nntrain.streams import stream
from tests.references.settings import cases, title

DRAWN = [(name, settings) for name, settings in cases(initializers) if name not in ("values", "file")]
"""All but those that are given numbers of one shape (tests/network/test_given.py)."""
every_initializer = pytest.mark.parametrize(("name", "settings"), DRAWN, ids=title)


def draw(name: str, settings: dict[str, Any], shape: tuple[int, ...], position: int = 0) -> np.ndarray:
    function: Draw = initializers.build(name, **settings)
    return function(stream(0, "test", position), shape)


@every_initializer
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (1, 7), (7, 1), (4,)])
def test_shape_and_finiteness(name: str, settings: dict[str, Any], shape: tuple[int, ...]) -> None:
    values = draw(name, settings, shape)
    assert values.shape == shape
    assert np.isfinite(values).all()


@every_initializer
def test_the_same_stream_gives_the_same_values(name: str, settings: dict[str, Any]) -> None:
    np.testing.assert_array_equal(draw(name, settings, (30, 20)), draw(name, settings, (30, 20)))


@every_initializer
def test_the_spread_is_the_same_in_every_part(name: str, settings: dict[str, Any]) -> None:
    values = draw(name, settings, (400, 300))
    whole = values.std()
    for part in (values[:200], values[200:], values[:, :150], values[:, 150:]):
        assert part.std() == pytest.approx(whole, rel=0.03)


VARIANCE: dict[str, Callable[[int, int, float], float]] = {
    "he_normal": lambda n, m, a: 2 / ((1 + a * a) * n),
    "he_uniform": lambda n, m, a: 2 / ((1 + a * a) * n),
    "xavier_normal": lambda n, m, a: 2 / (n + m),
    "xavier_uniform": lambda n, m, a: 2 / (n + m),
    "lecun_normal": lambda n, m, a: 1 / n,
    "lecun_uniform": lambda n, m, a: 1 / n,
    "normal": lambda n, m, a: 0.3**2,
    "uniform": lambda n, m, a: 0.3**2 / 3,
}
GIVEN = {"normal": {"std": 0.3}, "uniform": {"limit": 0.3}}


@pytest.mark.parametrize("name", VARIANCE)
@pytest.mark.parametrize(("n", "m"), [(800, 300), (300, 800)])
@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_mean_and_variance(name: str, n: int, m: int, slope: float) -> None:
    settings = {"negative_slope": slope} if name.startswith("he_") else GIVEN.get(name, {})
    values = draw(name, settings, (n, m))
    variance = VARIANCE[name](n, m, slope)
    assert abs(values.mean()) < 4 * math.sqrt(variance / values.size)
    assert values.var() == pytest.approx(variance, rel=0.02)  # 4 deviations of 240,000 normal draws: 0.0115
    if name.endswith("uniform"):
        limit = math.sqrt(3 * variance)
        assert 0.999 * limit < np.abs(values).max() <= limit
        assert np.mean(np.abs(values) < limit / 2) == pytest.approx(0.5, abs=0.01)
    else:
        inside = np.mean(np.abs(values) < math.sqrt(variance))
        assert inside == pytest.approx(0.6827, abs=0.01)
        assert np.abs(values).max() > 3.5 * math.sqrt(variance)  # not truncated


@pytest.mark.parametrize("name", [*VARIANCE, "orthogonal"])
def test_another_stream_gives_other_values(name: str) -> None:
    settings = GIVEN.get(name, {})
    assert np.all(draw(name, settings, (5, 5)) != draw(name, settings, (5, 5), position=1))


@pytest.mark.parametrize("nonlinearity", ["linear", "relu", "leaky_relu"])
def test_the_spread_is_pytorch_s_gain_over_the_root_of_fan_in(nonlinearity: Any) -> None:
    slope = {"relu": 0.0, "leaky_relu": 0.3}.get(nonlinearity)
    gain = torch.nn.init.calculate_gain(nonlinearity, slope)
    for kind in ("normal", "uniform"):
        name, settings = (f"lecun_{kind}", {}) if slope is None else (f"he_{kind}", {"negative_slope": slope})
        assert draw(name, settings, (800, 300)).std() == pytest.approx(gain / math.sqrt(800), rel=0.01)


@pytest.mark.parametrize("name", ["xavier_normal", "xavier_uniform", "he_normal", "he_uniform"])
def test_the_spread_is_that_of_pytorch_s_initializer(name: str) -> None:
    scheme, kind = name.split("_")
    initialize = getattr(torch.nn.init, f"{ {'xavier': 'xavier', 'he': 'kaiming'}[scheme] }_{kind}_")
    settings = {"nonlinearity": "relu"} if scheme == "he" else {}
    torch.manual_seed(0)
    reference = initialize(torch.empty(300, 800), **settings)  # PyTorch's weights are (fan_out, fan_in)
    assert draw(name, {}, (800, 300)).std() == pytest.approx(float(reference.std()), rel=0.01)


class TestOrthogonal:
    @pytest.mark.parametrize("shape", [(1, 1), (40, 40), (60, 25), (25, 60), (1, 9), (9, 1)])
    @pytest.mark.parametrize("gain", [1.0, 1.5])
    def test_the_shorter_side_is_orthonormal(self, shape: tuple[int, int], gain: float) -> None:
        W = draw("orthogonal", {"gain": gain}, shape) / gain
        product = W.T @ W if shape[0] >= shape[1] else W @ W.T
        np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-6)

    def test_a_vector_has_the_length_of_the_gain(self) -> None:
        assert np.linalg.norm(draw("orthogonal", {"gain": 2.0}, (7,))) == pytest.approx(2.0)

    def test_it_is_pytorch_s_for_the_same_normal_draws(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for shape in ((6, 4), (4, 6), (5, 5)):
            tall = (max(shape), min(shape))
            normal = stream(0, "test", 0).normal(size=tall)
            reference = torch.empty(shape, dtype=torch.float64)
            draws = torch.tensor(normal if shape == tall else normal.T.copy())
            monkeypatch.setattr(torch.Tensor, "normal_", lambda self, *_, draws=draws, **__: self.copy_(draws))
            torch.nn.init.orthogonal_(reference, gain=1.2)
            np.testing.assert_allclose(draw("orthogonal", {"gain": 1.2}, shape), reference.numpy(), atol=1e-12)

    def test_all_rotations_are_as_likely(self) -> None:
        signs = [np.sign(np.linalg.det(draw("orthogonal", {}, (3, 3), position))) for position in range(400)]
        assert abs(np.mean(signs)) < 4 / math.sqrt(400)


def test_constants() -> None:
    np.testing.assert_array_equal(draw("zeros", {}, (3, 2)), np.zeros((3, 2)))
    np.testing.assert_array_equal(draw("constant", {"value": -0.5}, (3, 2)), np.full((3, 2), -0.5))


def test_fans_are_inputs_then_outputs() -> None:
    assert fans((3, 5)) == (3, 5)
    assert fans((4,)) == (1, 4)
