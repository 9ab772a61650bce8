"""What every loss promises; one that is registered joins by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import DTypeLike, NDArray
from torch.nn import functional

from nntrain.network import Loss, losses
from nntrain.types import Array
from tests.references.gradients import TOLERANCE, numeric_gradient, relative_error
from tests.references.settings import required
from tests.references.strict import strict, watch

CASES = [
    (component.name, classes)
    for component in losses
    for classes in (0, 2, 5)
    if component.factory.outputs(classes)  # type: ignore[attr-defined]  # a class of losses
]
"""Every loss with every number of classes that it can be used for; 0 is regression."""

every_loss = pytest.mark.parametrize(("name", "classes"), CASES)


def make(name: str, classes: int, dtype: DTypeLike = np.float64, capacity: int = 64) -> Loss:
    component = losses[name]
    outputs = component.factory.outputs(classes)  # type: ignore[attr-defined]  # a class of losses
    return losses.build(name, outputs, capacity, dtype, **required(component))


def targets(loss: Loss, classes: int, rows: int, seed: int = 1) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    if loss.task == "classification":
        return rng.integers(0, classes, rows)
    return rng.normal(size=(rows, loss.gradient.shape[1])).astype(loss.gradient.dtype)


def logits_like(loss: Loss, rows: int, scale: float = 2.0) -> Array:
    shape = (rows, loss.gradient.shape[1])
    return (scale * np.random.default_rng(0).normal(size=shape)).astype(loss.gradient.dtype)


def test_every_loss_serves_some_task() -> None:
    assert {name for name, _ in CASES} == set(losses.names)


@every_loss
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_gradient_is_that_of_finite_differences(name: str, classes: int, rows: int) -> None:
    loss = make(name, classes)
    logits, y = logits_like(loss, rows), targets(loss, classes, rows)
    _, gradient = loss.value_and_gradient(logits, y)
    numeric = numeric_gradient(lambda: loss.value_and_gradient(logits, y)[0], logits)
    _, again = loss.value_and_gradient(logits, y)
    assert relative_error(again, numeric) < TOLERANCE
    assert gradient.shape == logits.shape


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_ways_to_the_value_agree(name: str, classes: int, dtype: DTypeLike) -> None:
    loss = make(name, classes, dtype)
    logits, y = logits_like(loss, 33), targets(loss, classes, 33)
    value, _ = loss.value_and_gradient(logits, y)
    assert isinstance(value, float)
    assert value == pytest.approx(loss.value(logits, y), rel=1e-6 if dtype == np.float32 else 1e-13)


@every_loss
def test_logits_and_targets_stay_as_they_were(name: str, classes: int) -> None:
    loss = make(name, classes)
    logits, y = logits_like(loss, 9), targets(loss, classes, 9)
    loss.value_and_gradient(logits, y)
    loss.value(logits, y)
    loss.predict(logits)
    np.testing.assert_array_equal(logits, logits_like(loss, 9))
    np.testing.assert_array_equal(y, targets(loss, classes, 9))


@every_loss
def test_it_is_a_mean_over_rows(name: str, classes: int) -> None:
    loss = make(name, classes)
    logits, y = logits_like(loss, 8), targets(loss, classes, 8)
    each = [loss.value(logits[i : i + 1], y[i : i + 1]) for i in range(8)]
    assert loss.value(logits, y) == pytest.approx(np.mean(each), rel=1e-13)


@every_loss
def test_a_smaller_batch_after_a_larger_one(name: str, classes: int) -> None:
    used = make(name, classes)
    for rows in (64, 2, 7):
        logits, y = logits_like(used, rows), targets(used, classes, rows)
        fresh = make(name, classes).value_and_gradient(logits, y)
        value, gradient = used.value_and_gradient(logits, y)
        assert value == fresh[0]
        np.testing.assert_array_equal(gradient, fresh[1])


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [90.0, 1e4])
def test_extreme_logits_stay_finite(name: str, classes: int, dtype: DTypeLike, size: float) -> None:
    loss = make(name, classes, dtype)
    signs = np.sign(logits_like(loss, 40))
    logits, y = (size * signs).astype(dtype), targets(loss, classes, 40)
    value, gradient = loss.value_and_gradient(logits, y)
    assert np.isfinite(value)
    assert value >= 0.0
    assert np.isfinite(gradient).all()
    assert value == pytest.approx(loss.value(logits, y), rel=1e-6)
    assert np.isfinite(loss.predict(logits)).all()


@every_loss
def test_float32_stays_float32(name: str, classes: int) -> None:
    loss = watch(make(name, classes, np.float32))
    logits, y = strict(logits_like(loss, 9)), targets(loss, classes, 9)
    assert loss.value_and_gradient(logits, y)[1].dtype == np.float32


@every_loss
def test_predictions_are_float64_and_probabilities_sum_to_one(name: str, classes: int) -> None:
    loss = make(name, classes, np.float32)
    predicted = loss.predict(logits_like(loss, 50, scale=30.0))
    assert predicted.dtype == np.float64
    if loss.task == "classification":
        assert predicted.shape == (50, classes)
        assert predicted.min() >= 0.0
        np.testing.assert_allclose(predicted.sum(axis=1), 1.0, rtol=1e-14)
    else:
        assert predicted.shape == (50,)


def test_cross_entropy_is_pytorch_s() -> None:
    loss = make("cross_entropy", 5)
    logits, y = logits_like(loss, 30), targets(loss, 5, 30)
    z = torch.tensor(logits, requires_grad=True)
    expected = functional.cross_entropy(z, torch.tensor(y))
    expected.backward()
    value, gradient = loss.value_and_gradient(logits, y)
    assert value == pytest.approx(float(expected.detach()), rel=1e-14)
    np.testing.assert_allclose(gradient, z.grad, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(loss.predict(logits), functional.softmax(z.detach(), dim=1), rtol=1e-13)


def test_binary_cross_entropy_is_pytorch_s() -> None:
    loss = make("binary_cross_entropy", 2)
    logits, y = logits_like(loss, 30), targets(loss, 2, 30)
    z = torch.tensor(logits[:, 0], requires_grad=True)
    expected = functional.binary_cross_entropy_with_logits(z, torch.tensor(y, dtype=torch.float64))
    expected.backward()
    value, gradient = loss.value_and_gradient(logits, y)
    assert value == pytest.approx(float(expected.detach()), rel=1e-14)
    np.testing.assert_allclose(gradient[:, 0], z.grad, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(loss.predict(logits)[:, 1], torch.sigmoid(z.detach()), rtol=1e-13)
    np.testing.assert_allclose(loss.predict(logits)[:, 0], torch.sigmoid(-z.detach()), rtol=1e-13)


def test_mean_squared_error_is_pytorch_s() -> None:
    loss = make("mean_squared_error", 0)
    logits, y = logits_like(loss, 30), targets(loss, 0, 30)
    z = torch.tensor(logits, requires_grad=True)
    expected = functional.mse_loss(z, torch.tensor(y))
    expected.backward()
    value, gradient = loss.value_and_gradient(logits, y)
    assert value == pytest.approx(float(expected.detach()), rel=1e-14)
    np.testing.assert_allclose(gradient, z.grad, rtol=1e-13)
    np.testing.assert_array_equal(loss.predict(logits), logits[:, 0])


def test_binary_cross_entropy_is_cross_entropy_with_the_first_logit_at_zero() -> None:
    binary, both = make("binary_cross_entropy", 2), make("cross_entropy", 2)
    logits, y = logits_like(binary, 30), targets(binary, 2, 30)
    pair = np.concatenate([np.zeros_like(logits), logits], axis=1)
    assert binary.value(logits, y) == pytest.approx(both.value(pair, y), rel=1e-13)
    np.testing.assert_allclose(binary.predict(logits), both.predict(pair), rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "widths"),
    [
        ("cross_entropy", {0: 0, 2: 2, 7: 7}),
        ("binary_cross_entropy", {0: 0, 2: 1, 3: 0}),
        ("mean_squared_error", {0: 1, 2: 0, 3: 0}),
    ],
)
def test_outputs_for_a_number_of_classes(name: str, widths: dict[int, int]) -> None:
    factory: Any = losses[name].factory
    assert {classes: factory.outputs(classes) for classes in widths} == widths
