"""What every loss promises; one that is registered joins by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import DTypeLike, NDArray

from nntrain.network import Loss, TargetFacts, Weighted, losses
from nntrain.types import Array
from tests.references.gradients import TOLERANCE, numeric_gradient, relative_error
from tests.references.losses import loss_class
from tests.references.numba import COMPILED, needs_numba
from tests.references.settings import title, variants
from tests.references.strict import strict, watch

Settings = dict[str, Any]

CASES = [
    (component.name, settings, classes, count)
    for component in losses
    for settings in variants(component)
    for classes in (0, 2, 5)
    for count in (1, 3)
    if loss_class(component.name).outputs(classes, count)
    and (count == 1 or loss_class(component.name).task != "classification")
]
"""Every loss in every variant, with every number of classes that it can be used for, 0 being regression, and of targets."""

every_loss = pytest.mark.parametrize(("name", "settings", "classes", "count"), CASES, ids=title)


def make(
    name: str,
    classes: int,
    count: int,
    *,
    dtype: DTypeLike = np.float64,
    settings: Settings | None = None,
    compiled: bool = False,
) -> Loss:
    outputs = loss_class(name).outputs(classes, count)
    facts = TargetFacts(targets=count)
    return losses.build(name, outputs, 64, dtype, compiled, facts, **(settings or {}))


def targets(loss: Loss, classes: int, rows: int, seed: int = 1) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    shape = (rows, loss.facts.targets)
    if classes:
        return rng.integers(0, classes, rows if loss.task == "classification" else shape)
    values = rng.poisson(1.5, size=shape) if loss.of_counts else rng.normal(size=shape)
    return values.astype(loss.gradient.dtype)


def weights(rows: int) -> Array:
    """Of some rows 0."""
    return np.random.default_rng(2).choice([0.0, 0.5, 1.0, 2.5], rows).astype(np.float32)


def logits_like(loss: Loss, rows: int, scale: float = 2.0) -> Array:
    shape = (rows, loss.gradient.shape[1])
    return (scale * np.random.default_rng(0).normal(size=shape)).astype(loss.gradient.dtype)


def test_every_loss_serves_some_task() -> None:
    assert {name for name, *_ in CASES} == set(losses.names)


@every_loss
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_gradient_is_that_of_finite_differences(
    name: str, settings: Settings, classes: int, count: int, rows: int
) -> None:
    loss = make(name, classes, count, settings=settings)
    logits, y = logits_like(loss, rows), targets(loss, classes, rows)
    _, gradient = loss.value_and_gradient(logits, y)
    numeric = numeric_gradient(lambda: loss.value_and_gradient(logits, y)[0], logits)
    _, again = loss.value_and_gradient(logits, y)
    assert relative_error(again, numeric) < TOLERANCE
    assert gradient.shape == logits.shape


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_ways_to_the_value_agree(
    name: str, settings: Settings, classes: int, count: int, dtype: DTypeLike
) -> None:
    loss = make(name, classes, count, dtype=dtype, settings=settings)
    logits, y = logits_like(loss, 33), targets(loss, classes, 33)
    value, _ = loss.value_and_gradient(logits, y)
    assert isinstance(value, float)
    assert value == pytest.approx(loss.value(logits, y), rel=1e-6 if dtype == np.float32 else 1e-13)


@every_loss
def test_logits_and_targets_stay_as_they_were(name: str, settings: Settings, classes: int, count: int) -> None:
    loss = make(name, classes, count, settings=settings)
    logits, y = logits_like(loss, 9), targets(loss, classes, 9)
    loss.value_and_gradient(logits, y)
    loss.value(logits, y)
    loss.predict(logits)
    np.testing.assert_array_equal(logits, logits_like(loss, 9))
    np.testing.assert_array_equal(y, targets(loss, classes, 9))


@every_loss
def test_it_is_a_mean_over_rows(name: str, settings: Settings, classes: int, count: int) -> None:
    loss = make(name, classes, count, settings=settings)
    logits, y = logits_like(loss, 8), targets(loss, classes, 8)
    each = [loss.value(logits[i : i + 1], y[i : i + 1]) for i in range(8)]
    assert loss.value(logits, y) == pytest.approx(np.mean(each), rel=1e-13)


@every_loss
def test_a_smaller_batch_after_a_larger_one(name: str, settings: Settings, classes: int, count: int) -> None:
    used = make(name, classes, count, settings=settings)
    for rows in (64, 2, 7):
        logits, y = logits_like(used, rows), targets(used, classes, rows)
        fresh = make(name, classes, count, settings=settings).value_and_gradient(logits, y)
        value, gradient = used.value_and_gradient(logits, y)
        assert value == fresh[0]
        np.testing.assert_array_equal(gradient, fresh[1])


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [90.0, 1e4])
def test_extreme_logits_stay_finite(
    name: str, settings: Settings, classes: int, count: int, *, dtype: DTypeLike, size: float
) -> None:
    loss = make(name, classes, count, dtype=dtype, settings=settings)
    signs = np.sign(logits_like(loss, 40))
    logits, y = (size * signs).astype(dtype), targets(loss, classes, 40)
    value, gradient = loss.value_and_gradient(logits, y)
    assert np.isfinite(value)
    assert value >= 0.0
    assert np.isfinite(gradient).all()
    assert value == pytest.approx(loss.value(logits, y), rel=1e-6)
    assert np.isfinite(loss.predict(logits)).all()


@every_loss
def test_float32_stays_float32(name: str, settings: Settings, classes: int, count: int) -> None:
    loss = watch(make(name, classes, count, dtype=np.float32, settings=settings))
    logits, y = strict(logits_like(loss, 9)), targets(loss, classes, 9)
    assert loss.value_and_gradient(logits, y)[1].dtype == np.float32


@every_loss
def test_predictions_are_float64_and_probabilities_sum_to_one(
    name: str, settings: Settings, classes: int, count: int
) -> None:
    loss = make(name, classes, count, dtype=np.float32, settings=settings)
    predicted = loss.predict(logits_like(loss, 50, scale=30.0))
    assert predicted.dtype == np.float64
    if loss.task == "classification":
        assert predicted.shape == (50, classes)
        assert predicted.min() >= 0.0
        np.testing.assert_allclose(predicted.sum(axis=1), 1.0, rtol=1e-14)
    elif loss.task == "multilabel":
        assert predicted.shape == (50, count)
        assert 0.0 <= predicted.min() <= predicted.max() <= 1.0
    else:
        assert predicted.shape == ((50,) if count == 1 else (50, count))
        assert all(values.shape == predicted.shape for values in loss.further(logits_like(loss, 50)).values())


@every_loss
def test_shares_of_a_batch_add_up(name: str, settings: Settings, classes: int, count: int) -> None:
    loss = make(name, classes, count, settings=settings)
    logits, y = logits_like(loss, 11), targets(loss, classes, 11)
    whole, gradient = loss.value_and_gradient(logits, y)
    gradient = gradient.copy()
    value = 0.0
    for start, stop in ((0, 4), (4, 11)):
        part, its = loss.value_and_gradient(logits[start:stop], y[start:stop])
        value += part * (stop - start) / 11
        np.testing.assert_allclose(its * (stop - start) / 11, gradient[start:stop], rtol=1e-12)
    assert value == pytest.approx(whole, rel=1e-13)


@every_loss
@pytest.mark.parametrize("compiled", COMPILED)
def test_weights_scale_the_rows(name: str, settings: Settings, classes: int, count: int, compiled: bool) -> None:
    loss = make(name, classes, count, settings=settings, compiled=compiled)
    logits, y, w = logits_like(loss, 40), targets(loss, classes, 40), weights(40)
    each = [loss.value(logits[i : i + 1], y[i : i + 1]) for i in range(40)]
    plain = loss.value_and_gradient(logits, y)[1].copy()
    value, gradient = loss.value_and_gradient(logits, Weighted(y, w))
    assert value == pytest.approx(np.mean(w * each), rel=1e-13)
    np.testing.assert_allclose(gradient, w[:, None] * plain, rtol=1e-14)
    assert not gradient[w == 0.0].any()
    numeric = numeric_gradient(lambda: loss.value(logits, Weighted(y, w)), logits)
    assert relative_error(gradient, numeric) < TOLERANCE


@every_loss
def test_weighted_shares_of_a_batch_add_up(name: str, settings: Settings, classes: int, count: int) -> None:
    loss = make(name, classes, count, settings=settings)
    logits, y = logits_like(loss, 11), Weighted(targets(loss, classes, 11), weights(11))
    whole, gradient = loss.value_and_gradient(logits, y)
    gradient = gradient.copy()
    value = 0.0
    for rows in (slice(0, 4), slice(4, 11)):
        part, its = loss.value_and_gradient(logits[rows], y[rows])
        value += part * len(its) / 11
        np.testing.assert_allclose(its * len(its) / 11, gradient[rows], rtol=1e-12)
    assert value == pytest.approx(whole, rel=1e-13)


@every_loss
def test_several_targets_are_the_mean_of_each_alone(name: str, settings: Settings, classes: int, count: int) -> None:
    loss, alone = make(name, classes, count, settings=settings), make(name, classes, 1, settings=settings)
    logits, y = logits_like(loss, 12), targets(loss, classes, 12)
    if loss.task == "classification":
        return
    width = alone.gradient.shape[1]
    value, gradient = loss.value_and_gradient(logits, y)
    parts = [(slice(t * width, (t + 1) * width), slice(t, t + 1)) for t in range(count)]
    for places, t in parts:
        np.testing.assert_allclose(
            gradient[:, places] * count, alone.value_and_gradient(logits[:, places].copy(), y[:, t])[1], rtol=1e-13
        )
    assert value == pytest.approx(np.mean([alone.value(logits[:, z], y[:, t]) for z, t in parts]), rel=1e-13)


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_keep_the_type(name: str, settings: Settings, classes: int, count: int, dtype: DTypeLike) -> None:
    loss = make(name, classes, count, dtype=dtype, settings=settings)
    _, gradient = loss.value_and_gradient(logits_like(loss, 9), Weighted(targets(loss, classes, 9), weights(9)))
    assert gradient.dtype == dtype


@every_loss
@needs_numba
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_the_compiled_kernel_does_the_same_on_extreme_logits(
    name: str, settings: Settings, classes: int, count: int, size: float
) -> None:
    plain, compiled = (
        make(name, classes, count, dtype=np.float32, settings=settings, compiled=way) for way in (False, True)
    )
    assert compiled.kernel is not plain.kernel
    logits, y = (size * np.sign(logits_like(plain, 40))).astype(np.float32), targets(plain, classes, 40)
    (value, gradient), (its_value, its_gradient) = (loss.value_and_gradient(logits, y) for loss in (plain, compiled))
    assert its_value == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(its_gradient, gradient, rtol=1e-5, atol=1e-7)
