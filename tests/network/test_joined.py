"""Runs of layers inferred in compiled calls: after some seconds of work, with the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntrain.network import BLOCK, Network, inference
from nntrain.network.inference import RUN
from nntrain.network.joined import join
from tests.network.test_inference import network, rows
from tests.references.networks import make_network
from tests.references.numba import needs_numba

pytestmark = needs_numba


def made_of(*names: str, outputs: int = 5, inputs: int = 19) -> Network:
    specs = [("dense", {"units": 33}) if name == "dense" else (name, {}) for name in names]
    net = make_network(specs, inputs, outputs, dtype=np.float32)
    net.vector.values += np.random.default_rng(1).normal(size=net.vector.values.size).astype(np.float32)
    net.vector.memory += np.random.default_rng(2).uniform(size=net.vector.memory.size).astype(np.float32)
    return net


NETWORKS = (
    network,
    lambda: made_of("dense", "relu", "dense", "relu", "output"),
    lambda: made_of("dense", "batch_norm", "relu", "dense", "batch_norm", "output"),
    lambda: made_of("batch_norm", "relu", "dense", "relu", "relu", "output"),
    lambda: made_of("dense", "relu", "output", outputs=1),
    lambda: made_of("dense", "batch_norm", "output", inputs=1),
    lambda: made_of("dense", "relu", "layer_norm", "dense", "leaky_relu", "output"),
    lambda: make_network([("output", {"bias": False})], 19, 5, dtype=np.float32),
    lambda: network(np.float64),
)


@pytest.mark.parametrize("make", NETWORKS, ids=range(len(NETWORKS)))
@pytest.mark.parametrize("count", [1, BLOCK, 2 * RUN + 7])
def test_bits_are_the_same(monkeypatch: pytest.MonkeyPatch, make: Any, count: int) -> None:
    net = make()
    x = rows(count, net.inputs)
    x[0, 0], x[-1, 0] = np.nan, np.inf
    x.flags.writeable = False
    with np.errstate(all="ignore"):
        expected = net.infer(x)
        for name in ("WORTH_COMPILING", "WORTH_SHARING", "SMALLEST_BLOCK"):
            monkeypatch.setattr(inference, name, 0)
        for threads in (1, 2):
            monkeypatch.setattr(inference, "usable_cores", lambda count=threads: count)
            np.testing.assert_array_equal(net.infer(x), expected)


def test_what_training_changes_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "WORTH_COMPILING", 0)
    net, x = made_of("dense", "batch_norm", "relu", "output"), rows(9)
    net.infer(x)
    net.vector.values += np.float32(0.1)
    net.vector.memory += np.float32(0.1)
    after = net.infer(x)
    monkeypatch.setattr(inference, "WORTH_COMPILING", 1 << 60)
    fresh = made_of("dense", "batch_norm", "relu", "output")
    fresh.vector.values[:], fresh.vector.memory[:] = net.vector.values, net.vector.memory
    np.testing.assert_array_equal(fresh.infer(x), after)


def test_it_begins_when_there_was_enough_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    net, x = made_of("dense", "relu", "output"), rows(100)
    monkeypatch.setattr(inference, "WORTH_COMPILING", 2 * 100 * net.vector.values.size)
    net.infer(x)
    lane = net.each._lanes[0]
    assert not lane.joined
    net.infer(x)
    assert [type(step).__name__ for step in lane.joined] == ["JoinedLayers"]


def test_rows_may_lie_in_memory_as_they_like() -> None:
    net, x = made_of("dense", "relu", "output"), rows(BLOCK)
    (step,) = join(net.layers, BLOCK)
    expected = step.infer(x).copy()
    for change in (np.asfortranarray, lambda x: np.repeat(x, 2, axis=1)[:, ::2], lambda x: x.astype(np.float64)):
        np.testing.assert_array_equal(step.infer(change(x)), expected)
