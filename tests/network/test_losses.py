"""Each loss beside an independent one: PyTorch's or scikit-learn's, or its own definition taken back by autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor
from torch.nn import functional

from nntrain.network import TargetFacts, Weighted, losses
from nntrain.network.loss import LossSettingsError, probabilities
from tests.references.losses import CLASSES, COUNTS, ROWS, loss_batch, make_loss

TOLERANCE = 1e-10
TOLERANCE = 1e-10


def weights(classes: int, **named: float) -> Tensor:
    return torch.tensor([named.get(name, 1.0) for name in CLASSES[:classes]], dtype=torch.float64)


def balanced(classes: int) -> Tensor:
    rows = np.repeat(np.arange(classes), COUNTS[:classes])
    return torch.tensor(compute_class_weight("balanced", classes=np.arange(classes), y=rows))


def smoothed(z: Tensor, y: Tensor, w: Tensor, smoothing: float) -> Tensor:
    return (w[y] * functional.cross_entropy(z, y, reduction="none", label_smoothing=smoothing)).mean()


def logistic(z: Tensor, y: Tensor, w: Tensor, smoothing: float) -> Tensor:
    aim = y.double() * (1.0 - smoothing) + smoothing / 2.0
    return functional.binary_cross_entropy_with_logits(z[:, 0], aim, weight=w[y])


def focal(z: Tensor, y: Tensor, w: Tensor, gamma: float) -> Tensor:
    if z.shape[1] == 1:
        p = torch.where(y == 1, torch.sigmoid(z[:, 0]), torch.sigmoid(-z[:, 0]))
    else:
        p = functional.softmax(z, dim=1)[torch.arange(len(y)), y]
    return (-w[y] * (1.0 - p) ** gamma * torch.log(p)).mean()


def margin(z: Tensor, y: Tensor, least: float, power: int) -> Tensor:
    if z.shape[1] == 1:
        above = (2.0 * y.double() - 1.0) * z[:, 0]
    else:
        own = functional.one_hot(y, z.shape[1]).bool()
        above = z[own] - z.masked_fill(own, -torch.inf).max(dim=1).values
    return (functional.relu(least - above) ** power).mean()


def pinball(z: Tensor, y: Tensor, levels: list[float]) -> Tensor:
    tau, error = torch.tensor(levels, dtype=torch.float64), y - z
    return torch.maximum(tau * error, (tau - 1.0) * error).mean()


def poisson(z: Tensor, y: Tensor) -> Tensor:
    return functional.poisson_nll_loss(z, y, log_input=True) + (torch.xlogy(y, y) - y).mean()


Judge = Callable[[Tensor, Tensor], Tensor]
JUDGED: list[tuple[str, int, dict[str, Any], Judge]] = [
    ("cross_entropy", 5, {}, functional.cross_entropy),
    ("cross_entropy", 2, {"label_smoothing": 0.1}, lambda z, y: functional.cross_entropy(z, y, label_smoothing=0.1)),
    ("cross_entropy", 5, {"class_weights": {"ant": 2.0}}, lambda z, y: smoothed(z, y, weights(5, ant=2.0), 0.0)),
    (
        "cross_entropy",
        5,
        {"label_smoothing": 0.2, "class_weights": "balanced"},
        lambda z, y: smoothed(z, y, balanced(5), 0.2),
    ),
    ("binary_cross_entropy", 2, {}, lambda z, y: functional.binary_cross_entropy_with_logits(z[:, 0], y.double())),
    ("binary_cross_entropy", 2, {"label_smoothing": 0.1}, lambda z, y: logistic(z, y, weights(2), 0.1)),
    (
        "binary_cross_entropy",
        2,
        {"class_weights": {"bee": 3.0}, "label_smoothing": 0.3},
        lambda z, y: logistic(z, y, weights(2, bee=3.0), 0.3),
    ),
    ("binary_cross_entropy", 2, {"class_weights": "balanced"}, lambda z, y: logistic(z, y, balanced(2), 0.0)),
    ("focal", 2, {"gamma": 0.0}, lambda z, y: logistic(z, y, weights(2), 0.0)),
    ("focal", 5, {"gamma": 0.0}, functional.cross_entropy),
    ("focal", 2, {}, lambda z, y: focal(z, y, weights(2), 2.0)),
    ("focal", 2, {"alpha": 0.25}, lambda z, y: focal(z, y, weights(2, ant=0.75, bee=0.25), 2.0)),
    ("focal", 5, {"gamma": 0.5}, lambda z, y: focal(z, y, weights(5), 0.5)),
    ("focal", 5, {"class_weights": "balanced"}, lambda z, y: focal(z, y, balanced(5), 2.0)),
    ("hinge", 2, {}, lambda z, y: margin(z, y, 1.0, 1)),
    ("hinge", 2, {"squared": True}, lambda z, y: margin(z, y, 1.0, 2)),
    ("hinge", 5, {}, lambda z, y: margin(z, y, 1.0, 1)),
    ("hinge", 5, {"squared": True}, lambda z, y: margin(z, y, 1.0, 2)),
    ("perceptron", 2, {}, lambda z, y: margin(z, y, 0.0, 1)),
    ("perceptron", 5, {}, lambda z, y: margin(z, y, 0.0, 1)),
    ("mean_squared_error", 0, {}, functional.mse_loss),
    ("mean_absolute_error", 0, {}, functional.l1_loss),
    ("huber", 0, {}, functional.huber_loss),
    ("huber", 0, {"delta": 0.4}, lambda z, y: functional.huber_loss(z, y, delta=0.4)),
    ("quantile", 0, {"levels": 0.9}, lambda z, y: pinball(z, y, [0.9])),
    ("quantile", 0, {"levels": 0.5}, lambda z, y: functional.l1_loss(z, y) / 2.0),
    ("quantile", 0, {"levels": [0.05, 0.5, 0.95]}, lambda z, y: pinball(z, y, [0.05, 0.5, 0.95])),
    ("poisson", 0, {}, poisson),
    (
        "multilabel_cross_entropy",
        2,
        {"targets": 3},
        lambda z, y: functional.binary_cross_entropy_with_logits(z, y.double()),
    ),
    ("mean_squared_error", 0, {"targets": 3}, functional.mse_loss),
    ("mean_absolute_error", 0, {"targets": 3}, functional.l1_loss),
    ("huber", 0, {"targets": 3, "delta": 0.4}, lambda z, y: functional.huber_loss(z, y, delta=0.4)),
    ("poisson", 0, {"targets": 3}, poisson),
    (
        "quantile",
        0,
        {"targets": 2, "levels": [0.1, 0.7]},
        lambda z, y: (pinball(z[:, :2], y[:, :1], [0.1, 0.7]) + pinball(z[:, 2:], y[:, 1:], [0.1, 0.7])) / 2.0,
    ),
]
by_judge = pytest.mark.parametrize(
    ("name", "classes", "settings", "theirs"), JUDGED, ids=[f"{name}-{k}-{settings}" for name, k, settings, _ in JUDGED]
)


def test_every_loss_is_judged() -> None:
    assert {name for name, *_ in JUDGED} == set(losses.names)


@by_judge
def test_value_and_gradient_are_pytorch_s(name: str, classes: int, settings: dict[str, Any], theirs: Judge) -> None:
    loss = make_loss(name, classes, **settings)
    logits, y = loss_batch(loss, classes)
    z = torch.tensor(logits, requires_grad=True)
    expected = theirs(z, torch.tensor(y))
    expected.backward()
    value, gradient = loss.value_and_gradient(logits, y)
    assert abs(value - expected.item()) < TOLERANCE
    assert abs(loss.value(logits, y) - expected.item()) < TOLERANCE
    assert z.grad is not None
    assert np.abs(gradient - z.grad.numpy()).max() < TOLERANCE


@pytest.mark.parametrize(
    ("name", "classes", "settings", "each"),
    [
        ("cross_entropy", 5, {}, lambda z, y: functional.cross_entropy(z, y, reduction="none")),
        (
            "cross_entropy",
            5,
            {"class_weights": {"ant": 2.0}},
            lambda z, y: weights(5, ant=2.0)[y] * functional.cross_entropy(z, y, reduction="none"),
        ),
        (
            "binary_cross_entropy",
            2,
            {},
            lambda z, y: functional.binary_cross_entropy_with_logits(z[:, 0], y.double(), reduction="none"),
        ),
        ("mean_squared_error", 0, {"targets": 2}, lambda z, y: ((z - y) ** 2).mean(dim=1)),
    ],
)
def test_weights_of_rows_are_pytorch_s(name: str, classes: int, settings: dict[str, Any], each: Judge) -> None:
    loss = make_loss(name, classes, **settings)
    logits, y = loss_batch(loss, classes)
    w = np.random.default_rng(3).gamma(1.0, size=ROWS)
    z = torch.tensor(logits, requires_grad=True)
    expected = (torch.tensor(w) * each(z, torch.tensor(y))).mean()
    expected.backward()
    value, gradient = loss.value_and_gradient(logits, Weighted(y, w))
    assert abs(value - expected.item()) < TOLERANCE
    assert z.grad is not None
    assert np.abs(gradient - z.grad.numpy()).max() < TOLERANCE


def test_no_program_knows_a_weighted_kernel() -> None:
    weighted = losses.build("cross_entropy", 3, 8, np.float32, False, TargetFacts(weighted=True))
    assert weighted.kernel_name == "weighted softmax_cross_entropy"


class TestClassWeights:
    def test_balanced_has_mean_one_over_the_training_rows(self) -> None:
        loss: Any = make_loss("cross_entropy", 5, class_weights="balanced")
        rows = np.repeat(np.arange(5), COUNTS)
        assert loss.weights[rows].mean() == pytest.approx(1.0, rel=1e-14)
        shares = [loss.weights[rows][rows == k].sum() for k in range(5)]
        np.testing.assert_allclose(shares, shares[0])

    def test_a_weight_of_two_is_the_row_twice(self) -> None:
        plain, weighted = make_loss("cross_entropy", 5), make_loss("cross_entropy", 5, class_weights={"cat": 2.0})
        logits, y = loss_batch(plain, 5)
        twice = np.concatenate([np.arange(ROWS), np.flatnonzero(y == 2)])
        total = plain.value(logits[twice], y[twice]) * len(twice)
        assert weighted.value(logits, y) * ROWS == pytest.approx(total, rel=1e-13)

    @pytest.mark.parametrize("name", ["cross_entropy", "focal"])
    def test_every_unknown_class_is_named(self, name: str) -> None:
        with pytest.raises(LossSettingsError) as caught:
            make_loss(name, 3, class_weights={"ante": 2.0, "bee": 1.0, "zebra": 3.0})
        assert caught.value.faults == [
            (("class_weights", "ante"), "no class 'ante' (did you mean 'ant'?)"),
            (("class_weights", "zebra"), "no class 'zebra' (known: ant, bee, cat)"),
        ]

    @pytest.mark.parametrize(
        ("classes", "settings", "why"),
        [
            (3, {"alpha": 0.25}, "there are more than two classes"),
            (2, {"alpha": 0.25, "class_weights": "balanced"}, "class_weights says it already"),
        ],
    )
    def test_alpha_is_for_two_classes_and_alone(self, classes: int, settings: dict[str, Any], why: str) -> None:
        with pytest.raises(LossSettingsError, match=f"0.25, but {why}; expected class_weights alone"):
            make_loss("focal", classes, **settings)

    def test_without_settings_the_plain_kernel_runs(self) -> None:
        assert make_loss("cross_entropy", 3).kernel_name == "softmax_cross_entropy"
        assert make_loss("binary_cross_entropy", 2).kernel_name == "logistic_loss"
        assert make_loss("cross_entropy", 3, label_smoothing=0.1).kernel_name == "weighted_cross_entropy"


@pytest.mark.parametrize("gamma", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_focal_of_a_row_that_is_wholly_right_is_flat(dtype: Any, classes: int, gamma: float) -> None:
    loss = make_loss("focal", classes, dtype, gamma=gamma)
    logits, y = np.full((1, loss.gradient.shape[1]), -200.0, dtype), np.zeros(1, int)
    if classes == 5:
        logits[0, 0] = 200.0
    value, gradient = loss.value_and_gradient(logits, y)
    assert value == pytest.approx(0.0, abs=1e-80 if gamma else 1e-30)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-30)


@pytest.mark.parametrize(
    ("name", "widths"),
    [
        ("cross_entropy", {0: 0, 2: 2, 7: 7}),
        ("binary_cross_entropy", {0: 0, 2: 1, 3: 0}),
        ("focal", {0: 0, 2: 1, 3: 3}),
        ("hinge", {0: 0, 2: 1, 3: 3}),
        ("perceptron", {0: 0, 2: 1, 3: 3}),
        ("mean_squared_error", {0: 1, 2: 0, 3: 0}),
        ("quantile", {0: 1, 2: 0, 3: 0}),
    ],
)
def test_outputs_for_a_number_of_classes(name: str, widths: dict[int, int]) -> None:
    factory: Any = losses[name].factory
    assert {classes: factory.outputs(classes) for classes in widths} == widths


def test_probabilities_are_pytorch_s() -> None:
    z = np.random.default_rng(0).normal(size=(30, 4)) * 20.0
    np.testing.assert_allclose(probabilities(z), functional.softmax(torch.tensor(z), dim=1), rtol=1e-13)
    single = probabilities(z[:, :1])
    np.testing.assert_allclose(single[:, 1], torch.sigmoid(torch.tensor(z[:, 0])), rtol=1e-13)
    np.testing.assert_allclose(single[:, 0], torch.sigmoid(torch.tensor(-z[:, 0])), rtol=1e-13)


def test_binary_cross_entropy_is_cross_entropy_with_the_first_logit_at_zero() -> None:
    binary, both = make_loss("binary_cross_entropy", 2), make_loss("cross_entropy", 2)
    logits, y = loss_batch(binary, 2)
    pair = np.concatenate([np.zeros_like(logits), logits], axis=1)
    assert binary.value(logits, y) == pytest.approx(both.value(pair, y), rel=1e-13)
    np.testing.assert_allclose(binary.predict(logits), both.predict(pair), rtol=1e-13)
