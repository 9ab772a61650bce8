"""Arrays on cache lines: those that training goes over at every step."""

from __future__ import annotations

import numpy as np
import pytest

from nntrain.kernels.memory import LINE, aligned_zeros
from nntrain.optim import Bench
from tests.references.networks import make_network


@pytest.mark.parametrize("size", [1, 15, 16, 17, 1_000, 1 << 20])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_they_begin_on_a_line(size: int, dtype: type) -> None:
    made = [aligned_zeros(size, dtype) for _ in range(5)]
    for array in made:
        assert array.ctypes.data % LINE == 0
        assert array.shape == (size,)
        assert array.dtype == np.dtype(dtype)
        assert not array.any()
        array[:] = 1.0
    assert all(np.all(array == 1.0) for array in made)


def test_parameters_gradient_and_slots_do() -> None:
    network = make_network([("dense", {"units": 33}), ("output", {})], 19, 5, dtype=np.float32)
    vector = network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights)
    for array in (vector.values, vector.gradient, bench.slot("velocity"), bench.slot("like W", like=np.ones((3, 7)))):
        assert array.ctypes.data % LINE == 0
    assert bench.slot("like W").shape == (3, 7)
    assert bench.slot("velocity") is bench.slot("velocity")
