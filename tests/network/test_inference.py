"""Inference over threads: the same bits for any number of them, and nobody in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from nntrain.kernels.threads import blas_threads
from nntrain.network import BLOCK, Network, inference, layers
from nntrain.network.inference import RUN, Lane, with_own_buffers
from nntrain.types import Array, Feature
from tests.references.networks import make_network
from tests.references.settings import cases, title

SPECS: list[tuple[str, dict[str, Any]]] = [
    ("dense", {"units": 33}),
    ("batch_norm", {}),
    ("relu", {}),
    ("dropout", {"rate": 0.2}),
    ("dense", {"units": 9}),
    ("tanh", {}),
    ("output", {}),
]
CASES = cases(layers)
CODES = [Feature(f"x{j}", f"x{j}", "number" if j % 2 else "code", 0 if j % 2 else 3) for j in range(4)]
"""What an embedding lives on."""


def network(dtype: Any = np.float32) -> Network:
    return make_network(SPECS, 19, 5, dtype=dtype)


def with_layer(name: str, settings: dict[str, Any]) -> Network:
    """A network of one layer and an output layer."""
    specs = [(name, settings)] if name == "output" else [(name, settings), ("output", {})]
    return make_network(specs, 4, 3, dtype=np.float32, features=CODES if name == "embedding" else None)


def rows(count: int, columns: int = 19) -> Array:
    return np.random.default_rng(0).normal(size=(count, columns)).astype(np.float32)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the number of threads, whatever the work."""
    monkeypatch.setattr(inference, "WORTH_SHARING", 0)
    monkeypatch.setattr(inference, "SMALLEST_BLOCK", 0)
    return lambda count: monkeypatch.setattr(inference, "usable_cores", lambda: count)


def arrays(part: Any, seen: set[int]) -> Iterator[Array]:
    """All arrays that an object holds."""
    if id(part) in seen or isinstance(part, type):
        return
    seen.add(id(part))
    if isinstance(part, np.ndarray):
        yield part
    inside = part if isinstance(part, list | tuple) else part.values() if isinstance(part, dict) else ()
    for value in (*inside, *getattr(part, "__dict__", {}).values()):
        yield from arrays(value, seen)


class TestThreads:
    @pytest.mark.parametrize("count", [1, RUN, RUN + 1, 5 * RUN + 77])
    def test_bits_do_not_depend_on_their_number(self, threads: Any, count: int) -> None:
        net, x = network(), rows(count)
        threads(1)
        expected = net.infer(x).tobytes()
        for number in (2, 3, 7):
            threads(number)
            assert net.infer(x).tobytes() == expected

    @pytest.mark.parametrize(("name", "settings"), CASES, ids=title)
    def test_lanes_share_no_buffer(self, threads: Any, name: str, settings: dict[str, Any]) -> None:
        net = with_layer(name, settings)
        net.forward(rows(9, 4))  # what it leaves in the layers must not matter
        threads(2)
        net.infer(rows(3 * RUN, 4))
        one, other = net.each._lanes
        shared = (net.vector.values, net.vector.memory, net.vector.gradient)
        buffers = [array for array in arrays(one.layers, set()) if len(array) == net.capacity]
        assert buffers or name in ("identity", "select")
        for array in arrays(other.layers, set()):
            if not any(np.shares_memory(array, known) for known in shared):
                assert not any(np.shares_memory(array, buffer) for buffer in buffers)

    def test_few_rows_start_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(thread: threading.Thread) -> None:
            raise AssertionError("a thread was started")

        monkeypatch.setattr(inference, "usable_cores", lambda: 4)
        monkeypatch.setattr(threading.Thread, "start", refuse)
        wide = make_network([("dense", {"units": 512}), ("relu", {}), ("output", {})], 54, 7, dtype=np.float32)
        wide.infer(rows(100, 54))
        network().infer(rows(RUN))
        assert wide.each.threads(1_000_000) == 4
        assert network().each.threads(100) == 1

    def test_an_error_in_one_is_raised_and_ends_all(self, threads: Any) -> None:
        threads(3)
        net, begun = network(), []

        def finish(at: slice, logits: Array) -> None:
            begun.append(at)
            if at.start == 2 * RUN:
                raise ValueError("boom")

        with pytest.raises(ValueError, match="boom"):
            net.each(rows(50 * RUN), finish)
        assert all(not thread.name.startswith("ThreadPool") for thread in threading.enumerate())
        assert len(begun) < 50
        np.testing.assert_array_equal(net.infer(rows(5)), network().infer(rows(5)))

    def test_the_caller_s_error_state_holds_in_all(self, threads: Any) -> None:
        threads(2)
        net, x = network(), rows(4 * RUN)
        x[-1] = x[0] = np.float32(3e38)
        with np.errstate(all="raise"), pytest.raises(FloatingPointError):
            net.infer(x)
        with np.errstate(all="ignore"):
            assert not np.isfinite(net.infer(x)).all()

    def test_every_row_comes_once(self, threads: Any) -> None:
        threads(3)
        count = 7 * RUN + 5
        seen = np.zeros(count, np.int64)

        def finish(at: slice, logits: Array) -> None:
            seen[at] += 1
            assert logits.shape == (at.stop - at.start, 5)

        network().each(rows(count), finish)
        assert np.all(seen == 1)

    def test_two_callers_at_once(self, threads: Any) -> None:
        threads(2)
        net, x = network(), rows(3 * RUN)
        expected = net.infer(x).tobytes()
        found: list[bytes] = []
        callers = [threading.Thread(target=lambda: found.append(net.infer(x).tobytes())) for _ in range(4)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert found == [expected] * 4


class TestThreadsOfBlas:
    """They are a setting of the whole process: one while inferring, then what they were."""

    @staticmethod
    def number() -> int:
        return max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")

    @pytest.mark.parametrize("before", [1, 2, 3])
    def test_they_come_back(self, threads: Any, before: int) -> None:
        threads(2)
        inside: list[int] = []
        with blas_threads(before):
            network().each(rows(3 * RUN), lambda at, logits: inside.append(self.number()))
            assert self.number() == before
        assert set(inside) == {1}

    def test_also_after_an_error(self) -> None:
        def fail() -> None:
            raise ZeroDivisionError

        with blas_threads(2), pytest.raises(ZeroDivisionError):
            network().each(rows(3), lambda at, logits: fail())
        with blas_threads(2):
            assert self.number() == 2


class TestRows:
    @pytest.mark.parametrize(
        "change",
        [
            lambda x: x.astype(np.float64),
            np.asfortranarray,
            lambda x: np.repeat(x, 2, axis=0)[::2],
            lambda x: np.concatenate([np.zeros(1, np.float32), x.ravel()])[1:].reshape(x.shape),
        ],
        ids=["float64", "fortran", "every second", "not on a cache line"],
    )
    def test_how_they_lie_in_memory_does_not_matter(self, change: Any) -> None:
        net, x = network(), rows(2 * BLOCK + 9)
        assert net.infer(change(x)).tobytes() == net.infer(x).tobytes()

    @pytest.mark.parametrize("shift", [1, 5, BLOCK - 1, BLOCK, RUN, RUN + 3])
    def test_nor_where_they_stand(self, shift: int) -> None:
        """At the same place of another block to the last bit; BLAS without AVX-512 sums some rows of a block in another order."""
        alone: list[tuple[str, dict[str, Any]]] = [("output", {})]
        for specs in (SPECS, alone):
            net = make_network(specs, 19, 1, dtype=np.float32)
            x = rows(2 * RUN + 40)
            tolerance = 0.0 if shift % BLOCK == 0 else 1e-5
            np.testing.assert_allclose(net.infer(x[shift:]), net.infer(x)[shift:], rtol=tolerance, atol=tolerance)

    def test_the_given_rows_are_not_written_to(self) -> None:
        for name, settings in CASES:
            x = rows(BLOCK, 4)
            with_layer(name, settings).infer(x)
            np.testing.assert_array_equal(x, rows(BLOCK, 4))


def test_training_does_not_notice() -> None:
    net, x = network(np.float64), rows(40).astype(np.float64)
    net.forward(x)
    net.backward(np.ones((40, 5)))
    expected = net.vector.gradient.copy()
    memory = net.vector.memory.copy()
    net.forward(x)
    net.vector.memory[:] = memory
    net.infer(rows(500))
    net.backward(np.ones((40, 5)))
    np.testing.assert_array_equal(net.vector.gradient, expected)
    np.testing.assert_array_equal(net.vector.memory, memory)


def test_what_training_changes_is_seen() -> None:
    net = network()
    before = net.infer(rows(5))
    net.vector.values += 0.1
    net.vector.memory += 0.1
    after = net.infer(rows(5))
    assert not np.any(before == after)
    fresh = network()
    fresh.vector.values[:], fresh.vector.memory[:] = net.vector.values, net.vector.memory
    np.testing.assert_array_equal(fresh.infer(rows(5)), after)


class TestOwnBuffers:
    def test_they_are_found_wherever_they_are_held(self) -> None:
        buffer, new, constant = np.zeros((4, 6)), np.ones((4, 6)), np.arange(3)
        inner = SimpleNamespace(buffer=buffer, constant=constant)
        outer = SimpleNamespace(
            half=buffer[:2, 3:], inside=[("name", inner)], by_name={"it": inner}, twice=(buffer, buffer)
        )
        inner.back = outer
        twin = with_own_buffers(outer, {id(buffer): new})
        assert twin.twice[0] is twin.twice[1] is new
        assert np.shares_memory(twin.half, new)
        assert (twin.half.shape, twin.half.strides) == (outer.half.shape, outer.half.strides)
        twin.half[:] = 5.0
        assert np.all(new[:2, 3:] == 5.0)
        assert np.all(new[2:] == 1.0)
        assert twin.inside[0][1] is twin.by_name["it"]
        assert twin.by_name["it"].buffer is new
        assert twin.by_name["it"].constant is constant
        assert outer.twice[0] is buffer

    def test_what_holds_none_is_shared(self) -> None:
        part = SimpleNamespace(constant=np.arange(3), inside=[1, 2])
        assert with_own_buffers(part, {}) is part

    def test_parameters_are_shared(self) -> None:
        net = network()
        lane = Lane(net.layers, (19, 5), [], net.vector.values)
        assert lane.layers[0] is net.layers[0]
