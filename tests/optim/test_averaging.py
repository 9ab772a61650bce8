"""The average of the parameters: its closed form, PyTorch's AveragedModel, and what stands in θ while it is validated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

from nntrain.optim import Bench, optimizers
from nntrain.optim.averaging import AVERAGE, AVERAGE_OF_MEMORY, Averaged
from nntrain.types import Array
from tests.references.numba import needs_numba
from tests.references.strict import double_arrays, strict, watch

SIZE, WEIGHTS, STEPS = 12, 8, 30


def make(decay: float, dtype: type = np.float64, compiled: bool = False) -> tuple[Averaged, Bench, Array]:
    theta: Array = np.random.default_rng(0).normal(size=SIZE).astype(dtype)
    memory: Array = np.zeros(3, dtype)
    bench = Bench(theta, np.zeros_like(theta), slice(0, WEIGHTS), compiled)
    return Averaged(optimizers.build("adam", bench, lr=0.05), bench, decay, memory), bench, memory


def walk(averaged: Averaged, bench: Bench, memory: Array, first: int = 1, last: int = STEPS) -> list[Array]:
    """Steps, and θ after each."""
    path = []
    for step in range(first, last + 1):
        bench.gradient[:] = np.random.default_rng(step).normal(size=SIZE)
        memory[:] = np.random.default_rng(-step % 1000).normal(size=3)
        averaged.update(0.05, step)
        path.append(bench.theta.copy())
    return path


@given(st.floats(0.0, 0.9999), st.integers(1, 12))
def test_it_is_the_weighted_mean_of_all_steps(decay: float, steps: int) -> None:
    averaged, bench, memory = make(decay)
    path = walk(averaged, bench, memory, last=steps)
    shares = decay ** np.arange(steps - 1, -1, -1.0)
    np.testing.assert_allclose(bench.slots[AVERAGE], np.average(path, axis=0, weights=shares), rtol=1e-10, atol=1e-12)


def test_the_first_step_is_the_first_average_to_the_bit() -> None:
    averaged, bench, memory = make(0.999, np.float32)
    walk(averaged, bench, memory, last=1)
    np.testing.assert_array_equal(bench.slots[AVERAGE], bench.theta)
    np.testing.assert_array_equal(bench.slots[AVERAGE_OF_MEMORY], memory)


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
def test_pytorch_s_average_differs_by_the_weight_of_its_first_step_alone(decay: float) -> None:
    """AveragedModel: e = βᵗ⁻¹ θ_1 + (1 − β) Σ_{i ≥ 2} βᵗ⁻ⁱ θ_i, so ours is (e − βᵗ θ_1)/(1 − βᵗ)."""
    averaged, bench, memory = make(decay)
    path = walk(averaged, bench, memory)
    module = torch.nn.Linear(SIZE, 1, bias=False, dtype=torch.float64)
    judge = AveragedModel(module, avg_fn=get_ema_avg_fn(decay))
    with torch.no_grad():
        for theta in path:
            module.weight[:] = torch.tensor(theta)
            judge.update_parameters(module)
    theirs = judge.module.weight.detach().numpy()[0]
    ours = (theirs - decay**STEPS * path[0]) / (1.0 - decay**STEPS)
    np.testing.assert_allclose(bench.slots[AVERAGE], ours, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("decay", [0.5, 0.999])
def test_it_is_pytorch_s_with_the_share_corrected(decay: float) -> None:
    averaged, bench, memory = make(decay)
    path = walk(averaged, bench, memory)
    module = torch.nn.Linear(SIZE, 1, bias=False, dtype=torch.float64)

    def corrected(average: Any, theta: Any, number: Any) -> Any:
        return average + (theta - average) * (1.0 - decay) / (1.0 - decay ** (float(number) + 1.0))

    judge = AveragedModel(module, avg_fn=corrected)
    with torch.no_grad():
        for theta in path:
            module.weight[:] = torch.tensor(theta)
            judge.update_parameters(module)
    np.testing.assert_allclose(bench.slots[AVERAGE], judge.module.weight.detach().numpy()[0], rtol=1e-13, atol=1e-14)


def test_training_goes_on_as_without() -> None:
    averaged, bench, memory = make(0.9)
    plain_bench = Bench(make(0.9)[1].theta, np.zeros(SIZE), slice(0, WEIGHTS))
    plain = optimizers.build("adam", plain_bench, lr=0.05)
    walk(averaged, bench, memory)
    for step in range(1, STEPS + 1):
        plain_bench.gradient[:] = np.random.default_rng(step).normal(size=SIZE)
        plain.update(0.05, step)
    np.testing.assert_array_equal(bench.theta, plain_bench.theta)
    assert averaged.rule() is None


def test_averages_stand_in_for_theta_and_memory_and_go_again() -> None:
    averaged, bench, memory = make(0.9, np.float32)
    walk(averaged, bench, memory)
    before = bench.theta.copy(), memory.copy()
    with averaged.kept():
        np.testing.assert_array_equal(bench.theta, bench.slots[AVERAGE])
        np.testing.assert_array_equal(memory, bench.slots[AVERAGE_OF_MEMORY])
        assert not np.array_equal(bench.theta, before[0])
    np.testing.assert_array_equal(bench.theta, before[0])
    np.testing.assert_array_equal(memory, before[1])


def test_any_other_optimizer_keeps_theta_as_it_is() -> None:
    _, bench, _ = make(0.9)
    before = bench.theta.copy()
    with optimizers.build("sgd", bench).kept():
        np.testing.assert_array_equal(bench.theta, before)


def test_slots_and_step_are_all_that_a_resumed_run_needs() -> None:
    straight, one, memory = make(0.99, np.float32)
    walk(straight, one, memory)
    first, half, half_memory = make(0.99, np.float32)
    walk(first, half, half_memory, last=11)
    second, other, other_memory = make(0.99, np.float32)
    other.theta[:], other_memory[:] = half.theta, half_memory
    for name, slot in half.slots.items():
        other.slots[name][:] = slot
    walk(second, other, other_memory, first=12)
    for name, slot in one.slots.items():
        np.testing.assert_array_equal(other.slots[name], slot)


@needs_numba
def test_compiled_it_is_the_same() -> None:
    plain, compiled = make(0.9, np.float32), make(0.9, np.float32, compiled=True)
    for averaged, bench, memory in (plain, compiled):
        walk(averaged, bench, memory)
    for name, slot in plain[1].slots.items():
        np.testing.assert_allclose(compiled[1].slots[name], slot, rtol=1e-4, atol=1e-6)


def test_float32_stays_float32() -> None:
    averaged, bench, memory = make(0.9, np.float32)
    bench.theta, bench.gradient = strict(bench.theta), strict(bench.gradient)
    walk(watch(averaged), bench, memory, last=3)
    assert double_arrays(bench) == double_arrays(averaged) == []
