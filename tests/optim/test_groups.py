"""Settings of some parameters: which key counts, and PyTorch's parameter groups as the judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from nntrain.optim import Bench, Optimizer, Regularization, optimizers
from nntrain.optim.groups import Grouped, OwnSettings, Stretch, by_rate, penalty, rate_factor, stretches, unknown_keys
from nntrain.types import Array
from tests.references.lion import Lion
from tests.references.settings import cases, title

STEPS = 30


@dataclass
class Piece:
    """A parameter as far as groups care."""

    name: str
    role: str
    offset: int
    size: int


def pieces(*described: tuple[str, str, int]) -> list[Piece]:
    made, start = [], 0
    for name, role, size in described:
        made.append(Piece(name, role, start, size))
        start += size
    return made


NETWORK = pieces(
    ("1.dense/W", "weight", 20),
    ("3.residual.1.dense/W", "weight", 12),
    ("4.output/W", "weight", 9),
    ("1.dense/b", "bias", 4),
    ("3.residual.1.dense/b", "bias", 3),
    ("4.output/b", "bias", 3),
    ("2.scale/scale", "scale", 4),
)
BY_NAME = {piece.name: piece for piece in NETWORK}
SIZE, WEIGHTS = 55, 41


def own(**settings: Mapping[str, float]) -> dict[str, OwnSettings]:
    return {key: OwnSettings(**values) for key, values in settings.items()}


@pytest.mark.parametrize(
    ("settings", "name", "factor"),
    [
        ({}, "1.dense/W", 1.0),
        ({"bias": {"lr": 0.1}}, "1.dense/b", 0.1),
        ({"bias": {"lr": 0.1}}, "1.dense/W", 1.0),
        ({"bias": {"lr": 0.1}, "1.dense": {"lr": 0.5}}, "1.dense/b", 0.05),  # role and layer multiply
        ({"bias": {"lr": 0.1}, "1.dense": {"lr": 0.5}, "1.dense/b": {"lr": 3.0}}, "1.dense/b", 3.0),
        ({"dense": {"lr": 2.0}, "1.dense": {"lr": 0.5}}, "1.dense/W", 0.5),
        ({"dense": {"lr": 2.0}, "1.dense": {"lr": 0.5}}, "3.residual.1.dense/W", 2.0),
        ({"residual": {"lr": 7.0}}, "3.residual.1.dense/W", 7.0),
        ({"residual": {"lr": 7.0}, "dense": {"lr": 2.0}}, "3.residual.1.dense/W", 2.0),
        ({"3.residual": {"lr": 7.0}, "residual": {"lr": 6.0}}, "3.residual.1.dense/b", 7.0),
        ({"3.residual.1.dense": {"lr": 5.0}, "dense": {"lr": 2.0}}, "3.residual.1.dense/W", 5.0),
        ({"1.dense": {"lr": 0.5}}, "3.residual.1.dense/W", 1.0),
        ({"1.dense": {"l2": 0.5}}, "1.dense/W", 1.0),
        ({"scale": {"lr": 6.0}}, "2.scale/scale", 6.0),
    ],
)
def test_the_factor_of_the_rate(settings: dict[str, dict[str, float]], name: str, factor: float) -> None:
    assert rate_factor(BY_NAME[name], own(**settings)) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("settings", "name", "expected"),
    [
        ({}, "1.dense/W", 0.3),
        ({}, "1.dense/b", 0.0),
        ({"1.dense": {"l2": 0.0}}, "1.dense/W", 0.0),
        ({"1.dense": {"l2": 0.9}}, "1.dense/b", 0.0),  # biases stay exempt
        ({"bias": {"l2": 0.9}}, "1.dense/b", 0.9),
        ({"1.dense/b": {"l2": 0.7}, "bias": {"l2": 0.9}}, "1.dense/b", 0.7),
        ({"weight": {"l2": 0.9}, "output": {"l2": 0.8}}, "4.output/W", 0.8),
        ({"weight": {"l2": 0.9}, "output": {"l2": 0.8}}, "1.dense/W", 0.9),
        ({"scale": {"l2": 0.2}}, "2.scale/scale", 0.2),
        ({"1.dense": {"lr": 0.5, "l1": 0.1}}, "1.dense/W", 0.3),
    ],
)
def test_the_penalty(settings: dict[str, dict[str, float]], name: str, expected: float) -> None:
    assert penalty(BY_NAME[name], own(**settings), "l2", 0.3) == expected


def test_neighbours_alike_are_one_stretch() -> None:
    assert stretches(NETWORK, {}, 0.1, 0.2) == [
        Stretch(0, WEIGHTS, 1.0, 0.1, 0.2),
        Stretch(WEIGHTS, SIZE, 1.0, 0.0, 0.0),
    ]
    found = stretches(NETWORK, own(bias={"lr": 0.1}, output={"l1": 5.0}), 0.0, 0.0)
    assert [(s.begin, s.end, s.lr, s.l1) for s in found] == [
        (0, 32, 1.0, 0.0),
        (32, 41, 1.0, 5.0),
        (41, 51, 0.1, 0.0),
        (51, 55, 1.0, 0.0),
    ]
    assert [(s.begin, s.end, s.lr) for s in by_rate(found)] == [(0, 41, 1.0), (41, 51, 0.1), (51, 55, 1.0)]


def test_a_key_that_means_nothing_is_told_of_with_the_nearest() -> None:
    given = own(bias={}, biases={}, **{"2.dense": {}, "3.residual.1.dense/W": {}, "residual": {}})
    assert unknown_keys(NETWORK, given) == {
        "biases": "no parameters of that name here (did you mean 'bias'?)",
        "2.dense": "no parameters of that name here (did you mean '1.dense'?)",
    }


def start(dtype: type = np.float64) -> Bench:
    theta: Array = np.random.default_rng(0).normal(size=SIZE).astype(dtype)
    return Bench(theta, np.zeros_like(theta), slice(0, WEIGHTS))


def slope(theta: Any, step: int) -> Any:
    """A gradient that depends on θ and the step."""
    noise = np.random.default_rng(step).normal(size=SIZE)
    if isinstance(theta, torch.Tensor):
        return theta - 3.0 * torch.sin(theta) + torch.tensor(noise)
    return theta - 3.0 * np.sin(theta) + noise


def walk(optimizer: Optimizer, bench: Bench, penalties: Regularization | None = None, last: int = STEPS) -> Array:
    for step in range(1, last + 1):
        bench.gradient[:] = slope(bench.theta, step)
        (penalties or Regularization()).apply(bench)
        optimizer.update(optimizer.lr, step)
    return bench.theta


OWN = own(
    bias={"lr": 0.1, "l2": 0.05},
    scale={"lr": 6.0},
    output={"l2": 0.4, "lr": 0.5},
    **{"1.dense": {"l1": 0.02, "l2": 0.0}, "3.residual": {"lr": 0.0}},
)
TORCH = {
    "sgd": lambda groups: torch.optim.SGD(groups, lr=0.01),
    "momentum": lambda groups: torch.optim.SGD(groups, lr=0.01, momentum=0.9),
    "adagrad": lambda groups: torch.optim.Adagrad(groups, lr=0.01),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups, lr=0.001, alpha=0.9),
    "adam": lambda groups: torch.optim.Adam(groups, lr=0.001),
    "adadelta": lambda groups: torch.optim.Adadelta(groups, lr=1.0),
    "nadam": lambda groups: torch.optim.NAdam(groups, lr=0.002),
    "radam": lambda groups: torch.optim.RAdam(groups, lr=0.001),
    "lion": lambda groups: Lion(groups, lr=0.0001),
}


@pytest.mark.parametrize("name", TORCH)
def test_rates_and_penalties_are_those_of_pytorch_s_parameter_groups(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Factors and L2 go into the groups; L1, which PyTorch lacks, into the gradient by its formula."""
    bench, l1, l2 = start(), 0.003, 0.1
    found = stretches(NETWORK, OWN, l1, l2)
    grouped = Grouped(lambda part: optimizers.build(name, part), bench, by_rate(found))
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps its product of momenta in it
    theirs = [torch.tensor(bench.theta[piece.offset : piece.offset + piece.size]) for piece in NETWORK]
    groups = [
        {"params": [theta], "lr": grouped.lr * rate_factor(piece, OWN), "weight_decay": 0.0}
        for piece, theta in zip(NETWORK, theirs, strict=True)
    ]
    judge = TORCH[name](groups)
    largest = 0.0
    for step in range(1, STEPS + 1):
        bench.gradient[:] = slope(bench.theta, step)
        Regularization(l1=l1, l2=l2, own=found).apply(bench)
        grouped.update(grouped.lr, step)
        whole = slope(torch.cat(theirs), step)
        for piece, theta in zip(NETWORK, theirs, strict=True):
            its_l1, its_l2 = penalty(piece, OWN, "l1", l1), penalty(piece, OWN, "l2", l2)
            gradient = whole[piece.offset : piece.offset + piece.size]
            theta.grad = gradient + its_l2 * theta + its_l1 * torch.sign(theta)
        judge.step()
        largest = max(largest, float(np.abs(bench.theta - torch.cat(theirs).numpy()).max()))
    torch.set_default_dtype(default)
    assert largest < 1e-13


def test_l2_of_a_group_is_pytorch_s_weight_decay() -> None:
    bench = start()
    found = stretches(NETWORK, OWN, 0.0, 0.1)
    found = [Stretch(s.begin, s.end, s.lr, 0.0, s.l2) for s in found]
    theirs = [torch.tensor(bench.theta[s.begin : s.end]) for s in found]
    judge = torch.optim.Adam(
        [{"params": [t], "lr": 0.001 * s.lr, "weight_decay": s.l2} for t, s in zip(theirs, found, strict=True)]
    )
    grouped = Grouped(lambda part: optimizers.build("adam", part), bench, by_rate(found))
    for step in range(1, STEPS + 1):
        bench.gradient[:] = slope(bench.theta, step)
        Regularization(own=found).apply(bench)
        grouped.update(grouped.lr, step)
        whole = slope(torch.cat(theirs), step)
        for theta, s in zip(theirs, found, strict=True):
            theta.grad = whole[s.begin : s.end]
        judge.step()
    assert np.abs(bench.theta - torch.cat(theirs).numpy()).max() < 1e-13


def test_decay_follows_the_group_s_rate_as_in_pytorch() -> None:
    bench, found = start(), stretches(NETWORK, OWN, 0.0, 0.0)
    decay = Regularization(weight_decay=0.3)
    grouped = Grouped(lambda part: decay.around(optimizers.build("adam", part), part), bench, by_rate(found))
    cuts = [(p.offset, p.offset + p.size, rate_factor(p, OWN), 0.3 * (p.role == "weight")) for p in NETWORK]
    theirs = [torch.tensor(bench.theta[begin:end]) for begin, end, _, _ in cuts]
    judge = torch.optim.AdamW(
        [{"params": [t], "lr": 0.001 * f, "weight_decay": d} for t, (_, _, f, d) in zip(theirs, cuts, strict=True)]
    )
    for step in range(1, STEPS + 1):
        bench.gradient[:] = slope(bench.theta, step)
        grouped.update(grouped.lr, step)
        whole = slope(torch.cat(theirs), step)
        for theta, (begin, end, _, _) in zip(theirs, cuts, strict=True):
            theta.grad = whole[begin:end]
        judge.step()
    assert np.abs(bench.theta - torch.cat(theirs).numpy()).max() < 1e-13


@pytest.mark.parametrize(("name", "settings"), cases(optimizers), ids=title)
def test_factors_of_one_leave_every_bit_and_slot(name: str, settings: dict[str, Any]) -> None:
    whole, cut = start(np.float32), start(np.float32)
    groups = [Stretch(begin, end, 1.0, 0.0, 0.0) for begin, end in ((0, 7), (7, 30), (30, 45), (45, SIZE))]
    walk(optimizers.build(name, whole, **settings), whole, last=6)
    walk(Grouped(lambda part: optimizers.build(name, part, **settings), cut, groups), cut, last=6)
    np.testing.assert_array_equal(cut.theta, whole.theta)
    assert set(cut.slots) == set(whole.slots)
    for key, slot in whole.slots.items():
        np.testing.assert_array_equal(cut.slots[key], slot)


def test_penalties_in_stretches_like_those_of_all_leave_every_bit() -> None:
    plain, cut = start(np.float32), start(np.float32)
    for bench in (plain, cut):
        bench.gradient[:] = slope(bench.theta, 1)
    Regularization(l1=0.1, l2=0.2).apply(plain)
    Regularization(l1=0.1, l2=0.2, own=[Stretch(0, 9, 1, 0.1, 0.2), Stretch(9, WEIGHTS, 1, 0.1, 0.2)]).apply(cut)
    np.testing.assert_array_equal(cut.gradient, plain.gradient)


def test_the_penalty_in_numbers_is_the_integral_of_its_gradient() -> None:
    bench = start()
    reg = Regularization(l1=0.003, l2=0.1, own=stretches(NETWORK, OWN, 0.003, 0.1))
    bench.gradient[:] = 0.0
    reg.apply(bench)
    gradient = bench.gradient.copy()
    for place in (0, 5, 25, 35, 43, 52):
        before = bench.theta[place]
        bench.theta[place] = before + 1e-6
        above = reg.penalty(bench)
        bench.theta[place] = before - 1e-6
        below = reg.penalty(bench)
        bench.theta[place] = before
        assert gradient[place] == pytest.approx((above - below) / 2e-6, abs=1e-8)
