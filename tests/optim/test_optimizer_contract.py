"""What every optimizer promises; one that is registered joins by itself."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike
from pydantic import ValidationError

from nntrain.optim import Bench, Optimizer, optimizer, optimizers
from nntrain.optim.adam_kin import Nadam, Radam
from nntrain.optim.optimizer import CACHE_BLOCK
from nntrain.types import Array
from tests.references.settings import cases, title
from tests.references.strict import double_arrays, strict, watch

every_optimizer = pytest.mark.parametrize(("name", "settings"), cases(optimizers), ids=title)


def make_bench(size: int, dtype: DTypeLike = np.float64, weights: int = 0, seed: int = 0) -> Bench:
    theta = np.random.default_rng(seed).normal(size=size).astype(dtype)
    return Bench(theta, np.zeros_like(theta), slice(0, weights))


def walk(optimizer: Optimizer, bench: Bench, steps: range, lr: float = 0.01) -> Array:
    """Some steps along gradients that depend on the step alone."""
    for step in steps:
        bench.gradient[:] = np.random.default_rng(step).normal(size=bench.gradient.size)
        optimizer.update(lr, step)
    return bench.theta


@every_optimizer
def test_it_finds_the_minimum_of_a_quadratic(name: str, settings: dict[str, Any]) -> None:
    """f(θ) = ½ Σ a (θ − θ*)², its curvatures a from ½ to 2; the rate falls to 0 like a parabola, from 0.4 or 4 times its own."""
    rng = np.random.default_rng(0)
    curvature, minimum, bench = rng.uniform(0.5, 2.0, 10), rng.normal(size=10), make_bench(10)
    found, steps = optimizers.build(name, bench, **settings), 1500
    for step in range(1, steps + 1):
        bench.gradient[:] = curvature * (bench.theta - minimum)
        found.update(max(0.4, 4.0 * found.lr) * (1.0 - step / (steps + 1)) ** 2, step)
    np.testing.assert_allclose(bench.theta, minimum, atol=1e-3)


@every_optimizer
def test_the_first_step_goes_downhill(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(50)
    before, made = bench.theta.copy(), optimizers.build(name, bench, **settings)
    bench.gradient[:] = np.random.default_rng(1).normal(size=50)
    made.update(0.01, 1)
    np.testing.assert_array_equal(np.sign(bench.theta - before), -np.sign(bench.gradient))


@every_optimizer
def test_slots_start_at_zero_and_have_the_shape_of_theta(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(50, np.float32)
    made = optimizers.build(name, bench, **settings)
    for slot in bench.slots.values():
        assert slot.shape == bench.theta.shape
        assert slot.dtype == np.float32
        assert not slot.any()
    kept = dict(bench.slots)
    walk(made, bench, range(1, 4))
    assert all(bench.slots[key] is slot for key, slot in kept.items())  # checkpoints hold them


@every_optimizer
def test_slots_and_step_are_all_that_a_resumed_run_needs(name: str, settings: dict[str, Any]) -> None:
    straight, first, second = (make_bench(50, np.float32, weights=30) for _ in range(3))
    walk(optimizers.build(name, straight, **settings), straight, range(1, 8))
    walk(optimizers.build(name, first, **settings), first, range(1, 4))
    resumed = optimizers.build(name, second, **settings)
    second.theta[:] = first.theta
    for key, slot in first.slots.items():
        second.slots[key][:] = slot
    np.testing.assert_array_equal(walk(resumed, second, range(4, 8)), straight.theta)


@every_optimizer
@pytest.mark.parametrize(
    "size", [1, CACHE_BLOCK - 1, CACHE_BLOCK, CACHE_BLOCK + 1, 2 * CACHE_BLOCK, 2 * CACHE_BLOCK + 3]
)
def test_blocks_do_not_show(name: str, settings: dict[str, Any], size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = make_bench(size, np.float32, weights=size // 2)
    whole = copy.deepcopy(blocked)
    walk(optimizers.build(name, blocked, **settings), blocked, range(1, 3))
    monkeypatch.setattr(optimizer, "CACHE_BLOCK", 10 * CACHE_BLOCK)
    walk(optimizers.build(name, whole, **settings), whole, range(1, 3))
    np.testing.assert_array_equal(blocked.theta, whole.theta)
    for key, slot in whole.slots.items():
        np.testing.assert_array_equal(blocked.slots[key], slot)


@every_optimizer
def test_float32_stays_float32(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(50, np.float32, weights=30)
    bench.theta, bench.gradient = strict(bench.theta), strict(bench.gradient)
    made = watch(optimizers.build(name, bench, **settings))
    walk(made, bench, range(1, 4))
    assert double_arrays(bench) == double_arrays(made) == double_arrays(list(bench.slots.values())) == []


@every_optimizer
def test_the_gradient_stays_as_it_was(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(50, weights=30)
    made = optimizers.build(name, bench, **settings)
    bench.gradient[:] = kept = np.random.default_rng(1).normal(size=50)
    made.update(0.01, 1)
    np.testing.assert_array_equal(bench.gradient, kept)


@every_optimizer
def test_without_a_gradient_biases_and_scales_stay(name: str, settings: dict[str, Any]) -> None:
    """Only weights may decay."""
    bench = make_bench(50, weights=30)
    before, made = bench.theta.copy(), optimizers.build(name, bench, **settings)
    for step in range(1, 4):
        made.update(0.01, step)
    np.testing.assert_array_equal(bench.theta[30:], before[30:])
    decayed = np.abs(bench.theta[:30]) < np.abs(before[:30])
    assert decayed.all() == bool(settings.get("weight_decay", name == "adamw"))
    assert decayed.all() or (bench.theta[:30] == before[:30]).all()


@every_optimizer
def test_a_rate_of_zero_moves_nothing(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(50, weights=30)
    before = bench.theta.copy()
    np.testing.assert_array_equal(walk(optimizers.build(name, bench, **settings), bench, range(1, 4), lr=0.0), before)


@every_optimizer
def test_large_and_tiny_gradients_stay_finite(name: str, settings: dict[str, Any]) -> None:
    bench = make_bench(50, np.float32)
    made = optimizers.build(name, bench, **settings)
    for step in range(1, 30):
        bench.gradient[:] = 10.0 ** np.linspace(-40, 15, 50) * (-1.0) ** step
        made.update(1e-3, step)
    assert np.isfinite(bench.theta).all()


@every_optimizer
def test_it_knows_its_base_rate(name: str, settings: dict[str, Any]) -> None:
    made = optimizers.build(name, make_bench(5), **settings)
    assert made.lr == settings.get("lr", optimizers[name].defaults["lr"])


def test_adamw_shrinks_weights_by_rate_times_decay() -> None:
    bench = make_bench(50, weights=30)
    before, made = bench.theta.copy(), optimizers.build("adamw", bench, weight_decay=0.1)
    made.update(0.5, 1)
    np.testing.assert_allclose(bench.theta[:30], before[:30] * (1.0 - 0.5 * 0.1), rtol=1e-15)


def test_adam_without_correction_is_the_lecture_s() -> None:
    """velocity = β velocity + (1 − β) g, accum = ρ accum + (1 − ρ) g², w = w − lr / √accum · velocity."""
    bench = make_bench(50)
    made = optimizers.build("adam", bench, bias_correction=False, beta1=0.9, beta2=0.99, epsilon=1e-300)
    w, velocity, accum = bench.theta.copy(), np.zeros(50), np.zeros(50)
    for step in range(1, 60):
        gradient = np.random.default_rng(step).normal(size=50)
        velocity, accum = 0.9 * velocity + 0.1 * gradient, 0.99 * accum + 0.01 * gradient**2
        w -= 0.01 / np.sqrt(accum) * velocity
    np.testing.assert_allclose(walk(made, bench, range(1, 60)), w, rtol=1e-12, atol=1e-13)


def test_nadam_finds_its_product_of_momenta_from_the_step_alone() -> None:
    made, other = (optimizers.build("nadam", make_bench(1)) for _ in range(2))
    assert isinstance(made, Nadam)
    assert isinstance(other, Nadam)
    straight = [made.shares(step) for step in range(1, 40)]
    assert [other.shares(step) for step in (39, 7, 7, 8, 20)] == [straight[step - 1] for step in (39, 7, 7, 8, 20)]


def test_radam_rectifies_from_the_sixth_step_on() -> None:
    made = optimizers.build("radam", make_bench(1))
    assert isinstance(made, Radam)
    found = [made.rectification(step) for step in range(1, 20_001)]
    assert found[:5] == [None] * 5
    rectified = [value for value in found[5:] if value is not None]
    assert len(rectified) == 19_995
    assert 0.0 < rectified[0] < rectified[100] < rectified[-1] < 1.0
    assert rectified[-1] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("beta2", [0.0, 0.5, 2 / 3])
def test_radam_with_a_short_memory_never_rectifies(beta2: float) -> None:
    made = optimizers.build("radam", make_bench(1), beta2=beta2)
    assert isinstance(made, Radam)
    assert {made.rectification(step) for step in range(1, 200)} == {None}


def test_lion_moves_every_parameter_by_the_rate() -> None:
    bench = make_bench(50)
    before, made = bench.theta.copy(), optimizers.build("lion", bench)
    for step in range(1, 6):
        np.testing.assert_allclose(np.abs(walk(made, bench, range(step, step + 1)) - before), 0.01, rtol=1e-13)
        before = bench.theta.copy()


def test_a_centered_divisor_is_never_the_root_of_a_negative_number() -> None:
    """With a constant gradient rounding decides the sign of its variance."""
    bench = make_bench(1000, np.float32)
    bench.gradient[:] = np.random.default_rng(0).normal(size=1000)
    made = optimizers.build("rmsprop", bench, centered=True, lr=1e-9)
    for step in range(1, 300):
        made.update(1e-9, step)
    assert np.isfinite(bench.theta).all()


BAD = {"lr": 0.0, "epsilon": 0.0, "rho": 1.0, "beta1": 1.0, "beta2": -0.1, "momentum": 1.0, "momentum_decay": -1.0}


@pytest.mark.parametrize(
    ("name", "key"), [(component.name, key) for component in optimizers for key in BAD if key in component.parameters]
)
def test_settings_out_of_range_are_refused(name: str, key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        optimizers.build(name, make_bench(1), **{key: BAD[key]})


def test_a_bench_without_parameters() -> None:
    for component in optimizers:
        optimizers.build(component.name, make_bench(0)).update(0.1, 1)
