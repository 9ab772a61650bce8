"""Parameters with settings of their own: a factor of the learning rate, other penalties, by layer, kind, role or name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nntrain.config.messages import suggestion
from nntrain.optim.optimizer import Bench, Optimizer
from nntrain.types import NonNegative

ROLES = ("weight", "bias", "scale")


@dataclass(frozen=True, kw_only=True)
class OwnSettings:
    """What some parameters have of their own.

    YAML      parameters: {bias: {lr: 0.1}, scale: {lr: 6}}
              parameters: {output: {l2: 1e-3}, 1.dense: {l1: 1e-4, lr: 0.5}, 1.dense/b: {lr: 2, l2: 0.01}}

    Keys are roles (``weight``, ``bias``, ``scale``), kinds of layers (``dense``), layers (``1.dense``) and single parameters
    (``1.dense/b``), by the names that ``nntrain check`` shows. ``scale`` is the role: γ of batch_norm and trained slopes too.

    ``lr``        a factor of the learning rate, decoupled decay included; that of a role and that of a layer multiply
    ``l1``, ``l2``  instead of those of ``regularization``. A layer's are of its weights: biases and scales stay exempt, where
                  their role or their own name does not say otherwise

    Where several keys fit, the nearer counts: the parameter's name, its layer, the kind of the layer, layers around it, its role.
    """

    lr: NonNegative | None = None
    l1: NonNegative | None = None
    l2: NonNegative | None = None


class Described(Protocol):
    """What is asked of a parameter: ``1.dense/W``, its role, and where it lies in θ."""

    @property
    def name(self) -> str:
        """Layer and name."""

    @property
    def role(self) -> str:
        """``weight``, ``bias`` or ``scale``."""

    @property
    def offset(self) -> int:
        """Where it begins in θ."""

    @property
    def size(self) -> int:
        """The number of scalars."""


@dataclass(frozen=True)
class Stretch:
    """Neighbours in θ with the same settings: factor of the learning rate, λ₁ and λ₂."""

    begin: int
    end: int
    lr: float
    l1: float
    l2: float


Own = Mapping[str, OwnSettings]


def stretches(parameters: Sequence[Described], own: Own, l1: float, l2: float) -> list[Stretch]:
    """θ cut into stretches; ``l1`` and ``l2`` are those of weights without settings of their own."""
    found: list[Stretch] = []
    for parameter in parameters:
        begin, end = parameter.offset, parameter.offset + parameter.size
        settings = (
            rate_factor(parameter, own),
            *(penalty(parameter, own, name, value) for name, value in (("l1", l1), ("l2", l2))),
        )
        if found and (found[-1].lr, found[-1].l1, found[-1].l2) == settings:
            begin = found.pop().begin
        found.append(Stretch(begin, end, *settings))
    return found


def rate_factor(parameter: Described, own: Own) -> float:
    """The factor of the learning rate."""
    single = first_given([parameter.name], own, "lr")
    if single is not None:
        return single
    of_layer, of_role = first_given(layer_keys(parameter), own, "lr"), first_given([parameter.role], own, "lr")
    return (1.0 if of_layer is None else of_layer) * (1.0 if of_role is None else of_role)


def penalty(parameter: Described, own: Own, setting: str, default: float) -> float:
    """λ₁ or λ₂."""
    weight = parameter.role == "weight"
    keys = [parameter.name, *(layer_keys(parameter) if weight else ()), parameter.role]
    given = first_given(keys, own, setting)
    return given if given is not None else default if weight else 0.0


def layer_keys(parameter: Described) -> Iterator[str]:
    """The keys that mean the layer of a parameter, from the nearest to the layers around it: name, then kind."""
    parts = parameter.name.partition("/")[0].split(".")  # 2.residual.1.dense
    for depth in range(len(parts), 0, -1):
        if not parts[depth - 1].isdecimal():
            yield ".".join(parts[:depth])
            if parts[depth - 1] not in ROLES:  # `scale` is a kind of layer too
                yield parts[depth - 1]


def first_given(keys: Iterator[str] | Sequence[str], own: Own, setting: str) -> float | None:
    """The setting under the first key that has it."""
    return next((value for key in keys if (value := getattr(own.get(key), setting, None)) is not None), None)


def unknown_keys(parameters: Sequence[Described], own: Own) -> dict[str, str]:
    """Keys that mean no parameter, each with a sentence about it; roles are known even where no parameter has them."""
    known = dict.fromkeys((*ROLES, *(key for p in parameters for key in (*layer_keys(p), p.name))))
    return {key: f"no parameters of that name here{suggestion(key, known)}" for key in own if key not in known}


class Grouped(Optimizer):
    """An optimizer for each stretch of θ with a factor of its own: PyTorch's parameter groups.

    Each works on views of the same vectors and slots, so that where all factors are 1 no bit differs from one optimizer.
    """

    def __init__(self, build: Callable[[Bench], Optimizer], bench: Bench, groups: Sequence[Stretch]) -> None:
        self.parts = [(build(bench.part(group.begin, group.end)), group.lr) for group in groups]
        self.lr = self.parts[0][0].lr

    def update(self, lr: float, step: int) -> None:
        """One step of each, with its own rate."""
        for optimizer, factor in self.parts:
            optimizer.update(lr * factor, step)


def by_rate(found: Sequence[Stretch]) -> list[Stretch]:
    """The same with neighbours joined that differ in penalties alone."""
    joined: list[Stretch] = []
    for stretch in found:
        begin = joined.pop().begin if joined and joined[-1].lr == stretch.lr else stretch.begin
        joined.append(Stretch(begin, stretch.end, stretch.lr, 0.0, 0.0))
    return joined
