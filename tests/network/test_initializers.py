"""What every initializer promises, and the moments of each by its formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.network import initializers
from nntrain.network.initializer import fans
from nntrain.network.parameters import Draw
from nntrain.streams import stream
from tests.references.settings import cases, title

every_initializer = pytest.mark.parametrize(("name", "settings"), cases(initializers), ids=title)


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
}


@pytest.mark.parametrize("name", VARIANCE)
@pytest.mark.parametrize(("n", "m"), [(800, 300), (300, 800)])
@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_mean_and_variance(name: str, n: int, m: int, slope: float) -> None:
    settings = {"negative_slope": slope} if name.startswith("he_") else {}
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


@pytest.mark.parametrize("name", VARIANCE)
def test_another_stream_gives_other_values(name: str) -> None:
    assert np.all(draw(name, {}, (5, 5)) != draw(name, {}, (5, 5), position=1))


def test_constants() -> None:
    np.testing.assert_array_equal(draw("zeros", {}, (3, 2)), np.zeros((3, 2)))
    np.testing.assert_array_equal(draw("constant", {"value": -0.5}, (3, 2)), np.full((3, 2), -0.5))


def test_fans_are_inputs_then_outputs() -> None:
    assert fans((3, 5)) == (3, 5)
    assert fans((4,)) == (1, 4)
