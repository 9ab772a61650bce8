"""Whole networks beside PyTorch's: the same start, fifty steps, the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nntrain.network import BLOCK, Network, losses
from nntrain.network.parameters import Memory, Parameter
from nntrain.optim import Regularization, optimizers
from nntrain.training.step import TrainStep
from nntrain.types import Array
from tests.references.lion import Lion
from tests.references.networks import Specs, make_bench, make_network

pytestmark = pytest.mark.usefixtures("double_precision")

STEPS, ROWS, INPUTS = 50, 96, 6
TOLERANCE = 1e-9

torch.set_num_threads(1)  # threads cost more than such small products

Made = Callable[[list[Tensor], list[Tensor]], torch.optim.Optimizer]


@dataclass(frozen=True)
class Twin:
    """An optimizer of ours with settings, and PyTorch's for (weights, other parameters)."""

    name: str
    settings: dict[str, Any]
    made: Made


def plain(kind: Any, lr: float, **settings: Any) -> Made:
    return lambda weights, others: kind([*weights, *others], lr=lr, **settings)


def decayed(weights: list[Tensor], others: list[Tensor]) -> torch.optim.Optimizer:
    """Decay of the weights alone is a matter of parameter groups in PyTorch."""
    groups = [{"params": weights, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=0.003)


Torch = torch.optim
TWINS = [
    Twin("sgd", {"lr": 0.05}, plain(Torch.SGD, 0.05)),
    Twin("momentum", {"lr": 0.02, "momentum": 0.8}, plain(Torch.SGD, 0.02, momentum=0.8)),
    Twin("momentum", {"lr": 0.02, "nesterov": True}, plain(Torch.SGD, 0.02, momentum=0.9, nesterov=True)),
    Twin("adagrad", {"lr": 0.05}, plain(Torch.Adagrad, 0.05)),
    Twin("rmsprop", {"lr": 0.003}, plain(Torch.RMSprop, 0.003, alpha=0.9)),
    Twin("adam", {"lr": 0.003}, plain(Torch.Adam, 0.003)),
    Twin("adam", {"lr": 0.01, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3}, plain(Torch.Adam, 0.01, betas=(0.5, 0.9), eps=1e-3)),
    Twin("adamw", {"lr": 0.003, "weight_decay": 0.05}, decayed),
    Twin("nesterov", {"lr": 0.02}, plain(Torch.SGD, 0.02, momentum=0.9, nesterov=True)),
    Twin("rmsprop", {"lr": 0.001, "momentum": 0.8}, plain(Torch.RMSprop, 0.001, alpha=0.9, momentum=0.8)),
    Twin("rmsprop", {"lr": 0.001, "centered": True}, plain(Torch.RMSprop, 0.001, alpha=0.9, centered=True)),
    Twin("adadelta", {"lr": 1.0}, plain(Torch.Adadelta, 1.0)),
    Twin("amsgrad", {"lr": 0.003}, plain(Torch.Adam, 0.003, amsgrad=True)),
    Twin("nadam", {"lr": 0.003}, plain(Torch.NAdam, 0.003)),
    Twin("radam", {"lr": 0.003}, plain(Torch.RAdam, 0.003)),
    Twin("lion", {"lr": 0.001}, plain(Lion, 0.001)),
]  # fmt: skip


NO_PENALTIES = Regularization()
PENALTIES = [
    Regularization(l1=0.01),
    Regularization(l2=0.1),
    Regularization(clip_norm=0.05),
    Regularization(l1=0.01, l2=0.1, clip_norm=0.05),
    Regularization(clip_value=0.01),
    Regularization(l2=0.1, clip_value=0.02, clip_norm=0.05),
    Regularization(l2=0.01, max_norm=0.9, weight_decay=0.2),
]

TASKS: list[tuple[str, int, Any]] = [
    ("cross_entropy", 4, nn.functional.cross_entropy),
    ("binary_cross_entropy", 1, lambda z, y: nn.functional.binary_cross_entropy_with_logits(z[:, 0], y.double())),
    ("mean_squared_error", 1, nn.functional.mse_loss),
]

SPECS: Specs = [
    ("dense", {"units": 9, "bias": False}),
    ("batch_norm", {}),
    ("relu", {}),
    ("dropout", {"rate": 0.0}),
    ("dense", {"units": 8}),
    ("elu", {"alpha": 0.7}),
    ("dense", {"units": 7}),
    ("tanh", {}),
    ("batch_norm", {"momentum": 0.3, "epsilon": 1e-3}),
    ("leaky_relu", {"negative_slope": 0.2}),
    ("dense", {"units": 5}),
    ("sigmoid", {}),
    ("identity", {}),
    ("output", {}),
]

MODULES: dict[str, Callable[[int, int, dict[str, Any]], nn.Module]] = {
    "dense": lambda n, m, s: nn.Linear(n, m, bias=s.get("bias", True)),
    "output": lambda n, m, s: nn.Linear(n, m),
    "batch_norm": lambda n, m, s: nn.BatchNorm1d(n, momentum=s.get("momentum", 0.1), eps=s.get("epsilon", 1e-5)),
    "dropout": lambda n, m, s: nn.Dropout(s["rate"]),
    "relu": lambda n, m, s: nn.ReLU(),
    "leaky_relu": lambda n, m, s: nn.LeakyReLU(s.get("negative_slope", 0.01)),
    "elu": lambda n, m, s: nn.ELU(s.get("alpha", 1.0)),
    "tanh": lambda n, m, s: nn.Tanh(),
    "sigmoid": lambda n, m, s: nn.Sigmoid(),
    "identity": lambda n, m, s: nn.Identity(),
}


def twin_network(network: Network, specs: Specs) -> nn.Sequential:
    """The same layers with the same parameters, in PyTorch."""
    width, modules = network.inputs, []
    for (name, settings), layer in zip(specs, network.layers, strict=True):
        modules.append(MODULES[name](width, layer.width, settings))
        width = layer.width
    twin = nn.Sequential(*modules).double()
    with torch.no_grad():
        for ours, theirs in pairs(network, twin):
            theirs.copy_(torch.tensor(ours))
    return twin


def pairs(network: Network, twin: nn.Sequential) -> list[tuple[Array, Tensor]]:
    """Every vector of ours beside theirs; a weight (n, m) of ours is (m, n) there."""
    modules = dict(zip(network.names, twin, strict=True))
    names = {"b": "bias", "scale": "weight", "running_variance": "running_var"}
    found = []
    views: list[Parameter | Memory] = [*network.vector.parameters, *network.vector.memories]
    for view in views:
        layer, _, name = view.name.partition("/")
        theirs = modules[layer].weight.T if name == "W" else getattr(modules[layer], names.get(name, name))
        found.append((view.value, theirs))
    return found


def difference(network: Network, twin: nn.Sequential) -> float:
    """The largest difference of any parameter or running statistic."""
    return max(float(np.abs(ours - theirs.detach().numpy()).max()) for ours, theirs in pairs(network, twin))


def penalised(loss: Tensor, weights: list[Tensor], penalties: Regularization) -> Tensor:
    """The loss with its penalties: here autograd finds their gradient."""
    for weight in weights:
        loss = loss + penalties.l1 * weight.abs().sum() + penalties.l2 / 2 * weight.square().sum()
    return loss


def clipped(parameters: list[Tensor], limit: float) -> None:
    """As clip_grad_norm_, without the 1e-6 that it adds to the norm."""
    norm = torch.linalg.vector_norm(torch.cat([p.grad.ravel() for p in parameters if p.grad is not None]))
    for p in parameters:
        assert p.grad is not None
        p.grad *= min(limit / float(norm), 1.0)


@torch.no_grad()
def shrunk(weights: list[Tensor], share: float) -> None:
    """Decoupled weight decay."""
    for weight in weights:
        weight.mul_(1.0 - share)


@torch.no_grad()
def bounded(weights: list[Tensor], limit: float | None) -> None:
    """The weights into a unit are a row there."""
    if limit is not None:
        for weight in weights:
            norms = weight.norm(dim=1, keepdim=True)  # renorm would add 1e-7 to them
            weight.mul_((limit / norms).clamp(max=1.0))


def data(outputs: int, loss_name: str) -> tuple[Array, NDArray[Any]]:
    rng = np.random.default_rng(11)
    x = rng.normal(size=(ROWS, INPUTS))
    if loss_name == "mean_squared_error":
        return x, rng.normal(size=(ROWS, 1))
    return x, rng.integers(0, max(outputs, 2), ROWS)


def train_both(
    specs: Specs, twin_of: Twin, task: tuple[str, int, Any], penalties: Regularization = NO_PENALTIES
) -> tuple[Network, nn.Sequential]:
    """Fifty steps of each on the same batches of 3 to 20 rows, their losses compared on the way."""
    loss_name, outputs, judge = task
    network = make_network(specs, INPUTS, outputs)
    twin = twin_network(network, specs)
    weights = [module.weight for module in twin if isinstance(module, nn.Linear)]
    others = [p for p in twin.parameters() if not any(p is weight for weight in weights)]
    theirs, bench = twin_of.made(weights, others), make_bench(network)
    matrices = [p.value for p in network.vector.parameters if p.role == "weight"]
    ours = penalties.around(optimizers.build(twin_of.name, bench, **twin_of.settings), bench, matrices)
    step = TrainStep(network, losses.build(loss_name, outputs, BLOCK, np.float64), bench, ours, penalties)
    x, y = data(outputs, loss_name)
    rng = np.random.default_rng(12)
    for count in range(1, STEPS + 1):
        rows = rng.choice(ROWS, size=rng.integers(3, 21), replace=False)
        theirs.zero_grad()
        loss = judge(twin(torch.tensor(x[rows])), torch.tensor(y[rows]))
        penalised(loss, weights, penalties).backward()
        if penalties.clip_value is not None:
            nn.utils.clip_grad_value_([*weights, *others], penalties.clip_value)
        if penalties.clip_norm is not None:
            clipped([*weights, *others], penalties.clip_norm)
        assert isinstance(penalties.weight_decay, float)
        shrunk(weights, ours.lr * penalties.weight_decay)
        theirs.step()
        bounded(weights, penalties.max_norm)
        assert step(x[rows], y[rows], ours.lr, count) == pytest.approx(loss.item(), abs=TOLERANCE)
    return network, twin


def judge_by(network: Network, twin: nn.Sequential) -> None:
    assert difference(network, twin) < TOLERANCE
    x = np.random.default_rng(13).normal(size=(ROWS, INPUTS))
    with torch.no_grad():
        evaluated = twin.eval()(torch.tensor(x)).numpy()
    assert np.abs(network.infer(x) - evaluated).max() < TOLERANCE


def name_of(twin: Twin) -> str:
    return "-".join([twin.name, *twin.settings])


by_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task[0])


def test_every_component_has_a_twin() -> None:
    """Whoever adds an optimizer says here what PyTorch calls it. (Losses have their own judges, in `test_losses`.)"""
    assert {twin.name for twin in TWINS} == set(optimizers.names)
    assert {name for name, _ in SPECS} == set(MODULES)


@pytest.mark.parametrize(
    ("twin_of", "task"),
    [(twin, task) for twin in TWINS for task in (TASKS if twin in TWINS[:8] else TASKS[:1])],
    ids=lambda value: value[0] if isinstance(value, tuple) else name_of(value),
)
def test_fifty_steps(twin_of: Twin, task: tuple[str, int, Any]) -> None:
    judge_by(*train_both(SPECS, twin_of, task))


@pytest.mark.parametrize("penalties", PENALTIES, ids=repr)
@pytest.mark.parametrize("twin_of", [TWINS[0], TWINS[2], TWINS[7]], ids=lambda twin: twin.name)
def test_fifty_steps_with_penalties(twin_of: Twin, penalties: Regularization) -> None:
    judge_by(*train_both(SPECS, twin_of, TASKS[0], penalties))


@by_task
def test_a_linear_model(task: tuple[str, int, Any]) -> None:
    judge_by(*train_both([("output", {})], TWINS[0], task))


def test_the_comparison_can_fail() -> None:
    """Another ε is a difference of far more than the tolerance."""
    altered = Twin("adam", {"lr": 0.003, "epsilon": 1e-7}, plain(Torch.Adam, 0.003))
    network = make_network(SPECS, INPUTS, 4)
    twin = twin_network(network, SPECS)
    assert difference(network, twin) == 0.0
    with pytest.raises(AssertionError):
        judge_by(*train_both(SPECS, altered, TASKS[0]))
