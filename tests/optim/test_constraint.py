"""What is done to weights around an update: decoupled decay, and the bound on the weights into a unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import DTypeLike

from nntrain.optim import Bench, Optimizer, Regularization, optimizers
from nntrain.optim.constraint import bound_columns
from nntrain.types import Array
from tests.references.numba import needs_numba
from tests.references.settings import cases, title
from tests.references.strict import double_arrays, strict, watch

SHAPES = [(6, 4), (4, 1), (1, 5)]
WEIGHTS = sum(n * m for n, m in SHAPES)


def make_bench(dtype: DTypeLike = np.float64, compiled: bool = False, scale: float = 1.0) -> Bench:
    rng = np.random.default_rng(0)
    theta = (scale * rng.normal(size=WEIGHTS + 10)).astype(dtype)
    return Bench(theta, rng.normal(size=theta.size).astype(dtype), slice(0, WEIGHTS), compiled)


def matrices(bench: Bench) -> list[Array]:
    found, start = [], 0
    for n, m in SHAPES:
        found.append(bench.theta[start : start + n * m].reshape(n, m))
        start += n * m
    return found


def norms(bench: Bench) -> Array:
    return np.concatenate([np.linalg.norm(W, axis=0) for W in matrices(bench)])


def make(bench: Bench, name: str = "sgd", **penalties: Any) -> Optimizer:
    return Regularization(**penalties).around(optimizers.build(name, bench), bench, matrices(bench))


def test_nothing_to_do_is_the_optimizer_itself() -> None:
    bench = make_bench()
    bare = optimizers.build("adam", bench)
    assert Regularization(l2=0.1, clip_norm=1.0, clip_value=1.0).around(bare, bench, matrices(bench)) is bare


def test_decay_shrinks_weights_alone_by_rate_times_decay_before_the_step() -> None:
    bench = make_bench()
    before, g = bench.theta.copy(), bench.gradient
    make(bench, weight_decay=0.2).update(0.5, 1)
    np.testing.assert_allclose(bench.theta[:WEIGHTS], before[:WEIGHTS] * 0.9 - 0.5 * g[:WEIGHTS], rtol=1e-13)
    np.testing.assert_allclose(bench.theta[WEIGHTS:], before[WEIGHTS:] - 0.5 * g[WEIGHTS:], rtol=1e-13)


def test_decay_around_adam_is_adamw() -> None:
    one, other = make_bench(), make_bench()
    ours, adamw = make(one, "adam", weight_decay=0.1), optimizers.build("adamw", other, weight_decay=0.1)
    for step in range(1, 20):
        ours.update(0.01, step)
        adamw.update(0.01, step)
    np.testing.assert_array_equal(one.theta, other.theta)


def test_the_rule_of_decay_around_adam_is_adamw_s() -> None:
    ours, adamw = (
        make(make_bench(), "adam", weight_decay=0.1),
        optimizers.build("adamw", make_bench(), weight_decay=0.1),
    )
    mine, its = ours.rule(), adamw.rule()
    assert mine is not None
    assert its is not None
    np.testing.assert_array_equal(mine.numbers(9), its.numbers(9))


@pytest.mark.parametrize(
    ("name", "penalties"),
    [("adam", {"max_norm": 1.0}), ("adamw", {"weight_decay": 0.1}), ("lion", {"weight_decay": 0.1})],
)
def test_what_has_no_rule(name: str, penalties: dict[str, float]) -> None:
    assert make(make_bench(), name, **penalties).rule() is None


@pytest.mark.parametrize(("name", "settings"), cases(optimizers), ids=title)
def test_after_each_step_no_unit_has_longer_weights(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(scale=3.0)
    made = Regularization(max_norm=1.5).around(optimizers.build(name, bench, **settings), bench, matrices(bench))
    for step in range(1, 4):
        made.update(0.3, step)
        assert norms(bench).max() <= 1.5 * (1 + 1e-14)


def test_longer_ones_keep_their_direction_shorter_ones_stay_and_so_do_biases() -> None:
    bench = make_bench()
    bench.gradient[:] = 0.0
    before = bench.theta.copy()
    long_before, limit = norms(bench), float(np.median(norms(bench)))
    make(bench, max_norm=limit).update(0.1, 1)
    expected = before.copy()
    start = at = 0
    for n, m in SHAPES:
        W = expected[start : start + n * m].reshape(n, m)
        W *= np.minimum(1.0, limit / long_before[at : at + m])
        start, at = start + n * m, at + m
    np.testing.assert_allclose(bench.theta, expected, rtol=1e-14)
    np.testing.assert_array_equal(bench.theta[WEIGHTS:], before[WEIGHTS:])


def test_a_wide_bound_leaves_every_bit() -> None:
    bench, bare = make_bench(np.float32), make_bench(np.float32)
    make(bench, max_norm=1e6).update(0.1, 1)
    optimizers.build("sgd", bare).update(0.1, 1)
    np.testing.assert_array_equal(bench.theta, bare.theta)


def test_weights_of_zero_stay() -> None:
    W = np.zeros((3, 2), np.float32)
    bound_columns(W, np.empty(2, np.float32), 1.0)
    assert not W.any()


@given(st.integers(0, 6), st.integers(0, 6), st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_any_shape(n: int, m: int, limit: float, seed: int) -> None:
    W = np.random.default_rng(seed).normal(size=(n, m))
    before = W.copy()
    bound_columns(W, np.empty(m), limit)
    assert (np.linalg.norm(W, axis=0) <= limit * (1 + 1e-12)).all()
    np.testing.assert_allclose(W, before * np.minimum(1, limit / np.maximum(np.linalg.norm(before, axis=0), 1e-300)))


@needs_numba
def test_compiled_it_is_the_same() -> None:
    plain, compiled = make_bench(np.float32), make_bench(np.float32, compiled=True)
    for bench in (plain, compiled):
        made = make(bench, "adam", weight_decay=0.1, max_norm=0.7)
        for step in range(1, 5):
            made.update(0.1, step)
    np.testing.assert_allclose(compiled.theta, plain.theta, rtol=1e-5)


def test_float32_stays_float32() -> None:
    bench = make_bench(np.float32)
    bench.theta, bench.gradient = strict(bench.theta), strict(bench.gradient)
    made = watch(make(bench, "momentum", weight_decay=0.1, max_norm=0.5))
    made.update(0.1, 1)
    assert double_arrays(bench) == double_arrays(made) == []
