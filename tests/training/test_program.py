"""Compiled programs train as `TrainStep` over separate layers does, with any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nntrain.network import Loss, Network, losses, lowering
from nntrain.network.lowering import lower, lowerable
from nntrain.optim import Bench, Optimizer, Regularization, optimizers
from nntrain.optim.rule import NOTHING
from nntrain.training.program import Differentiation, Machine, WholeSteps
from nntrain.training.rows import Rows
from nntrain.training.step import TrainStep, backpropagate
from nntrain.training.steps import OneByOne, Outcome, Stretch
from tests.references.networks import make_network
from tests.references.numba import needs_numba

pytestmark = needs_numba

Specs = list[tuple[str, dict[str, Any]]]

INPUTS, CAPACITY, ROWS = 7, 101, 300
NETWORKS: dict[str, Specs] = {
    "linear": [("output", {})],
    "dense": [("dense", {"units": 33}), ("relu", {}), ("dense", {"units": 5}), ("identity", {}), ("output", {})],
    "leaky": [("dense", {"units": 17, "bias": False}), ("leaky_relu", {}), ("dropout", {"rate": 0.3}), ("output", {})],
    "dropout": [
        ("dense", {"units": 9}),
        ("dropout", {"rate": 0.5}),
        ("dense", {"units": 40}),
        ("relu", {}),
        ("output", {}),
    ],
    "norm": [
        ("dense", {"units": 12, "bias": False}),
        ("batch_norm", {}),
        ("relu", {}),
        ("dropout", {"rate": 0.2}),
        ("dense", {"units": 8}),
        ("batch_norm", {"momentum": 0.3}),
        ("leaky_relu", {"negative_slope": 0.2}),
        ("output", {}),
    ],
    "wide": [  # wider than a batch has rows: products by columns
        ("dense", {"units": 130}),
        ("relu", {}),
        ("dense", {"units": 111, "bias": False}),
        ("leaky_relu", {}),
        ("dropout", {"rate": 0.4}),
        ("dense", {"units": 140}),
        ("batch_norm", {}),
        ("output", {}),
    ],
    "curves": [
        ("dense", {"units": 21}),
        ("tanh", {}),
        ("dense", {"units": 17}),
        ("sigmoid", {}),
        ("dropout", {"rate": 0.3}),
        ("dense", {"units": 120}),
        ("gelu", {}),
        ("dense", {"units": 9, "bias": False}),
        ("batch_norm", {}),
        ("elu", {"alpha": 0.7}),
        ("dropout", {"rate": 0.2}),
        ("dense", {"units": 19}),
        ("gelu", {"approximate": "tanh"}),
        ("output", {}),
    ],
    "more curves": [
        ("dense", {"units": 21}),
        ("selu", {}),
        ("dense", {"units": 17, "bias": False}),
        ("silu", {}),
        ("dense", {"units": 20}),
        ("batch_norm", {}),
        ("mish", {}),
        ("dense", {"units": 18}),
        ("softplus", {}),
        ("dropout", {"rate": 0.1}),
        ("dense", {"units": 15}),
        ("hard_tanh", {}),
        ("output", {}),
    ],
    "norm first": [("batch_norm", {}), ("dense", {"units": 20}), ("relu", {}), ("output", {"bias": False})],
}
SHARES = [1, 2, 3]


@pytest.fixture
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches go through in pieces of so many rows of each thread, where nothing couples their rows."""
    monkeypatch.setattr(lowering, "LEAST", request.param)
    monkeypatch.setattr(lowering, "WIDTHS", 0)


in_pieces = pytest.mark.parametrize("pieces", [16, 1_000], indirect=True, ids=["pieces", "whole"])


def build(name: str, loss_name: str = "cross_entropy", outputs: int = 3) -> tuple[Network, Loss]:
    network = make_network(NETWORKS[name], INPUTS, outputs, dtype=np.float32, capacity=CAPACITY)
    return network, losses.build(loss_name, outputs, CAPACITY, np.float32)


def table(outputs: int = 3, *, targets: bool = False) -> Rows:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(ROWS, INPUTS)).astype(np.float32)
    return Rows(x, rng.normal(size=(ROWS, 1)).astype(np.float32) if targets else rng.integers(0, max(outputs, 2), ROWS))


def machine(network: Network, loss: Loss, shares: int, rule: Any = NOTHING, **penalties: Any) -> Machine:
    network.fuse(compiled=True)
    assert lowerable(network.stages, loss)
    code = lower(network.stages, loss, network.inputs, CAPACITY, shares)
    return Machine(code, network, rule, Regularization(**penalties))


@in_pieces
@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("loss_name", ["cross_entropy", "binary_cross_entropy", "mean_squared_error"])
def test_loss_gradient_and_memory_are_those_of_the_layers(name: str, loss_name: str, shares: int) -> None:
    outputs = 3 if loss_name == "cross_entropy" else 1
    rows = table(outputs, targets=loss_name == "mean_squared_error")
    (plain, loss), (lowered, other_loss) = (build(name, loss_name, outputs) for _ in range(2))
    differentiate = Differentiation(machine(lowered, other_loss, shares))
    for number, size in enumerate((CAPACITY, 9, 2, 64), start=1):
        x, y = rows.x[:size], rows.y[:size]
        plain.clock.step = lowered.clock.step = number
        assert differentiate(x, y) == pytest.approx(backpropagate(plain, loss, x, y), rel=2e-5)
        scale = np.abs(plain.vector.gradient).max()
        np.testing.assert_allclose(lowered.vector.gradient, plain.vector.gradient, rtol=1e-3, atol=2e-5 * scale)
        np.testing.assert_allclose(lowered.vector.memory, plain.vector.memory, rtol=1e-5, atol=1e-6)
    differentiate.close()


def with_rule() -> list[str]:
    bench = Bench(np.zeros(3), np.zeros(3), slice(0, 2))
    return [name for name in optimizers.names if optimizers.build(name, bench).rule() is not None]


def trainers(
    name: str, optimizer: str, shares: int, settings: dict[str, Any], penalties: dict[str, Any]
) -> tuple[tuple[Network, OneByOne], tuple[Network, WholeSteps]]:
    """The definition and the program, on networks alike."""
    (network, loss, bench, built), (other, other_loss, _, its) = (parts(name, optimizer, settings) for _ in range(2))
    step = TrainStep(network, loss, bench, built, Regularization(**penalties))
    whole = WholeSteps(machine(other, other_loss, shares, its.rule(), **penalties), table())
    return (network, OneByOne(step, table(), CAPACITY)), (other, whole)


def parts(name: str, optimizer: str, settings: dict[str, Any]) -> tuple[Network, Loss, Bench, Optimizer]:
    network, loss = build(name)
    vector = network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights)
    return network, loss, bench, optimizers.build(optimizer, bench, **settings)


def stretch(first: int = 0, last: int = 9, lr: float = 0.01) -> Stretch:
    order = np.concatenate([np.random.default_rng(seed).permutation(ROWS) for seed in range(3)])
    bounds = np.array([0, 100, 200, 300, 364, 464, 565, 600, 700, 702])[first : last + 1]
    return Stretch(order, bounds, [lr / (1 + number) for number in range(first, last)], first + 1)


@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("optimizer", with_rule())
def test_steps_are_those_of_every_optimizer(optimizer: str, shares: int) -> None:
    (plain, one_by_one), (lowered, whole) = trainers("dense", optimizer, shares, {}, {})
    expected, found = one_by_one.run(stretch()), whole.run(stretch())
    np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-3)
    np.testing.assert_allclose(lowered.vector.values, plain.vector.values, rtol=2e-2, atol=3e-3)
    np.testing.assert_allclose(lowered.vector.memory, plain.vector.memory, rtol=1e-2, atol=1e-3)
    whole.close()


@in_pieces
@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize(
    "penalties", [{"l1": 0.1}, {"l2": 0.3}, {"l1": 0.01, "l2": 0.1, "clip_norm": 0.5}, {"clip_norm": 9e9}]
)
@pytest.mark.parametrize("shares", [1, 2])
def test_penalties_and_clipping_are_those_of_the_definition(penalties: dict[str, float], shares: int) -> None:
    (plain, one_by_one), (lowered, whole) = trainers("dense", "momentum", shares, {}, penalties)
    expected, found = one_by_one.run(stretch(lr=0.1)), whole.run(stretch(lr=0.1))
    np.testing.assert_allclose(found.losses, expected.losses, rtol=1e-4)
    np.testing.assert_allclose(lowered.vector.values, plain.vector.values, rtol=1e-3, atol=1e-5)
    whole.close()


@pytest.mark.parametrize("settings", [{"bias_correction": False}, {"beta1": 0.0}])
def test_settings_of_an_optimizer_reach_the_program(settings: dict[str, Any]) -> None:
    (plain, one_by_one), (lowered, whole) = trainers("linear", "adam", 1, settings, {})
    one_by_one.run(stretch())
    whole.run(stretch())
    np.testing.assert_allclose(lowered.vector.values, plain.vector.values, rtol=1e-3, atol=1e-5)


@in_pieces
@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("name", ["norm", "dropout"])
def test_how_a_stretch_is_cut_changes_no_bit(name: str, shares: int) -> None:
    (_, _), (one, whole) = trainers(name, "adam", shares, {}, {})
    (_, _), (other, several) = trainers(name, "adam", shares, {}, {})
    losses_of_whole = whole.run(stretch()).losses
    losses_of_several = [loss for a, b in ((0, 1), (1, 4), (4, 9)) for loss in several.run(stretch(a, b)).losses]
    assert losses_of_whole == losses_of_several
    assert one.vector.values.tobytes() == other.vector.values.tobytes()
    assert one.vector.memory.tobytes() == other.vector.memory.tobytes()
    whole.close()
    several.close()


@pytest.mark.parametrize("shares", [1, 2])
@pytest.mark.parametrize("poison", [np.nan, np.inf, 3e38])
def test_a_step_that_is_not_finite_changes_no_parameter(poison: float, shares: int) -> None:
    once = Stretch(np.arange(ROWS), np.arange(0, ROWS + 1, 50), [0.1] * 6, 1)
    (_, _), (network, whole) = trainers("dense", "sgd", shares, {}, {})
    (_, _), (healthy, shorter) = trainers("dense", "sgd", shares, {}, {})
    whole.train.x[220] = poison  # in the fifth batch
    assert whole.run(once) == Outcome(
        shorter.run(Stretch(once.order, once.bounds[:5], once.rates[:4], 1)).losses, "loss"
    )
    assert (network.vector.values == healthy.vector.values).all()
    whole.close()
    shorter.close()


def test_an_infinite_gradient_of_a_finite_loss_is_told_apart() -> None:
    (_, _), (network, whole) = trainers("linear", "sgd", 1, {}, {"l2": 10.0})
    whole.train.x[:] = 0.0
    network.vector.values[network.vector.weights] = 3e38
    before = network.vector.values.copy()
    assert whole.run(stretch(0, 1)) == Outcome([], "gradient")
    assert (network.vector.values == before).all()


def test_layers_without_an_instruction_are_not_lowerable() -> None:
    network = make_network([("dense", {"units": 3}), ("layer_norm", {}), ("output", {})], 4, 3, dtype=np.float32)
    network.fuse(compiled=True)
    assert not lowerable(network.stages, losses.build("cross_entropy", 3, 8, np.float32))


@pytest.mark.parametrize("failing", [0, 1])
def test_a_thread_that_fails_lets_the_others_go(failing: int) -> None:
    (_, _), (_, whole) = trainers("dense", "sgd", 2, {}, {})
    compiled = whole.machine.function

    def function(*arguments: Any) -> int:
        if arguments[-1][1] == failing:  # the thread's number
            raise MemoryError("no room")
        return int(compiled(*arguments))

    whole.run(stretch())  # compiled
    whole.machine.function = function
    with pytest.raises(MemoryError, match="no room"):
        whole.run(stretch())
    whole.close()
