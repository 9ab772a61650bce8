"""Every optimizer beside PyTorch's on one vector: 300 steps on a function that is not convex, compared at each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from nntrain.optim import Bench, Regularization, optimizers
from tests.references.lion import Lion

pytestmark = pytest.mark.usefixtures("double_precision")

STEPS, SIZE, WEIGHTS = 300, 60, 40
TOLERANCE = 1e-13

torch.set_num_threads(1)  # threads cost more than such small vectors

Judge = Callable[[Tensor], torch.optim.Optimizer]
Torch = torch.optim


def by(kind: Any, **settings: Any) -> Judge:
    return lambda theta: kind([theta], **settings)


UPDATES: list[tuple[str, dict[str, Any], Judge]] = [
    ("sgd", {"lr": 0.01}, by(Torch.SGD, lr=0.01)),
    ("momentum", {"lr": 0.003}, by(Torch.SGD, lr=0.003, momentum=0.9)),
    ("nesterov", {"lr": 0.003}, by(Torch.SGD, lr=0.003, momentum=0.9, nesterov=True)),
    ("nesterov", {"lr": 0.01, "momentum": 0.5}, by(Torch.SGD, lr=0.01, momentum=0.5, nesterov=True)),
    ("adagrad", {"lr": 0.1}, by(Torch.Adagrad, lr=0.1)),
    ("adadelta", {}, by(Torch.Adadelta)),
    ("adadelta", {"lr": 0.5, "rho": 0.95, "epsilon": 1e-4}, by(Torch.Adadelta, lr=0.5, rho=0.95, eps=1e-4)),
    ("rmsprop", {"lr": 0.01}, by(Torch.RMSprop, lr=0.01, alpha=0.9)),
    ("rmsprop", {"lr": 0.001, "momentum": 0.9}, by(Torch.RMSprop, lr=0.001, alpha=0.9, momentum=0.9)),
    ("rmsprop", {"lr": 0.002, "centered": True}, by(Torch.RMSprop, lr=0.002, alpha=0.9, centered=True)),
    (
        "rmsprop",
        {"lr": 0.001, "rho": 0.99, "centered": True, "momentum": 0.5},
        by(Torch.RMSprop, lr=0.001, alpha=0.99, centered=True, momentum=0.5),
    ),
    ("adam", {"lr": 0.01}, by(Torch.Adam, lr=0.01)),
    ("amsgrad", {"lr": 0.01}, by(Torch.Adam, lr=0.01, amsgrad=True)),
    ("amsgrad", {"lr": 0.02, "beta2": 0.9}, by(Torch.Adam, lr=0.02, betas=(0.9, 0.9), amsgrad=True)),
    ("adamw", {"lr": 0.01, "weight_decay": 0.0}, by(Torch.AdamW, lr=0.01, weight_decay=0.0)),
    ("nadam", {"lr": 0.01}, by(Torch.NAdam, lr=0.01)),
    ("nadam", {"lr": 0.01, "momentum_decay": 0.1}, by(Torch.NAdam, lr=0.01, momentum_decay=0.1)),
    ("radam", {"lr": 0.01}, by(Torch.RAdam, lr=0.01)),
    ("radam", {"lr": 0.01, "beta2": 0.9, "epsilon": 1e-3}, by(Torch.RAdam, lr=0.01, betas=(0.9, 0.9), eps=1e-3)),
    ("radam", {"lr": 0.003, "beta2": 0.5}, by(Torch.RAdam, lr=0.003, betas=(0.9, 0.5))),
    ("lion", {"lr": 0.01}, by(Lion, lr=0.01)),
    ("lion", {"lr": 0.003, "beta1": 0.5, "beta2": 0.8}, by(Lion, lr=0.003, betas=(0.5, 0.8))),
]


def gradient_of(theta: Any, noise: Any) -> Any:
    """Of Σ ½ a θ² + 3 cos θ, its curvatures a from 0.1 to 10, with noise; θ may be ours or PyTorch's."""
    backend = torch if isinstance(theta, Tensor) else np
    curvature = backend.linspace(0.1, 10.0, SIZE, dtype=theta.dtype)
    return curvature * theta - 3.0 * backend.sin(theta) + noise


def start() -> Bench:
    theta = np.random.default_rng(0).normal(size=SIZE)
    return Bench(theta, np.zeros(SIZE), slice(0, WEIGHTS))


def largest_difference(
    name: str, settings: dict[str, Any], judge: Judge, penalties: Regularization | None = None
) -> float:
    """Over all steps."""
    bench = start()
    theirs = torch.tensor(bench.theta)
    made, made_by_torch = optimizers.build(name, bench, **settings), judge(theirs)
    if penalties is not None:
        made = penalties.around(made, bench)
    largest = 0.0
    for step in range(1, STEPS + 1):
        noise = np.random.default_rng(step).normal(size=SIZE)
        bench.gradient[:] = gradient_of(bench.theta, noise)
        theirs.grad = gradient_of(theirs, torch.tensor(noise))
        made.update(made.lr, step)
        made_by_torch.step()
        largest = max(largest, float(np.abs(bench.theta - theirs.numpy()).max()))
    return largest


by_update = pytest.mark.parametrize(("name", "settings", "judge"), UPDATES)


def test_every_optimizer_is_compared() -> None:
    assert {name for name, _, _ in UPDATES} == set(optimizers.names)


@by_update
def test_three_hundred_steps(name: str, settings: dict[str, Any], judge: Judge) -> None:
    assert largest_difference(name, settings, judge) < TOLERANCE


def groups(kind: Any, **settings: Any) -> Judge:
    """Decay of the first parameters alone is a matter of groups in PyTorch, and of views here."""

    def made(theta: Tensor) -> torch.optim.Optimizer:
        weights, others = theta[:WEIGHTS], theta[WEIGHTS:]
        judge = kind(
            [{"params": [weights], "weight_decay": 0.3}, {"params": [others], "weight_decay": 0.0}], **settings
        )
        step = judge.step

        def with_gradients() -> None:
            assert theta.grad is not None
            weights.grad, others.grad = theta.grad[:WEIGHTS], theta.grad[WEIGHTS:]
            step()

        judge.step = with_gradients
        return judge

    return made


@pytest.mark.parametrize(
    ("name", "settings", "judge"),
    [
        ("adam", {"lr": 0.01}, groups(Torch.AdamW, lr=0.01)),
        ("nadam", {"lr": 0.01}, groups(Torch.NAdam, lr=0.01, decoupled_weight_decay=True)),
        ("radam", {"lr": 0.01}, groups(Torch.RAdam, lr=0.01, decoupled_weight_decay=True)),
        ("amsgrad", {"lr": 0.01}, groups(Torch.AdamW, lr=0.01, amsgrad=True)),
        ("lion", {"lr": 0.01}, groups(Lion, lr=0.01)),
        ("sgd", {"lr": 0.01}, groups(Torch.SGD, lr=0.01)),  # without velocity decay and L2 are the same
    ],
)
def test_decoupled_weight_decay_of_any_optimizer(name: str, settings: dict[str, Any], judge: Judge) -> None:
    assert largest_difference(name, settings, judge, Regularization(weight_decay=0.3)) < TOLERANCE


def test_the_comparison_can_fail() -> None:
    assert largest_difference("nadam", {"lr": 0.01}, by(Torch.Adam, lr=0.01)) > 1e-3
    assert (
        largest_difference("adam", {"lr": 0.01}, groups(Torch.AdamW, lr=0.01), Regularization(weight_decay=0.31)) > 1e-4
    )
