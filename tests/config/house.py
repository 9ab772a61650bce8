"""A small set of components for the tests of the spec language, independent of the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from nntrain.config.check import check
from nntrain.config.document import Document, parse
from nntrain.config.markers import Named, Section, check_settings, section_component
from nntrain.config.overrides import override
from nntrain.config.registry import Choice, Registry
from nntrain.types import Count, Fraction, Positive, Share, Width

optimizers: Registry[Any] = Registry("optimizer")
layers: Registry[Any] = Registry("layer")
activations: Registry[Any] = Registry("activation", parent=layers)
ANY_LAYER = Named(layers, deferred=True)


@optimizers
class Adam:
    """Adaptive moments (Kingma & Ba, 2015). Bias is corrected.

    ``lr``     step size
    ``beta1``  decay of the mean;
               close to 1

    YAML      adam
              adam: {beta1: 0.95}
    """

    def __init__(self, bench: object, *, lr: Positive = 0.001, beta1: Fraction = 0.9, beta2: Fraction = 0.999) -> None:
        self.bench, self.lr, self.beta1, self.beta2 = bench, lr, beta1, beta2


@optimizers
class Momentum:
    """Velocity."""

    def __init__(self, bench: object, *, lr: Positive, mu: Fraction = 0.9) -> None:
        self.bench, self.lr, self.mu = bench, lr, mu


@layers
class Dense:
    """y = x W + b."""

    def __init__(self, site: object, *, units: Width, bias: bool = True) -> None:
        self.site, self.units, self.bias = site, units, bias


@layers
class Dropout:
    """Some units are left out."""

    def __init__(self, site: object, *, rate: Share) -> None:
        self.site, self.rate = site, rate


@layers
class Residual:
    """x + f(x)."""

    def __init__(self, site: object, *, layers: list[Annotated[Any, ANY_LAYER]]) -> None:
        self.site, self.layers = site, layers


@activations
def relu(x: float) -> float:
    """max(0, x)."""
    return max(0.0, x)


@activations
def leaky_relu(x: float, *, slope: Positive = 0.01) -> float:
    """max(x, slope x)."""
    return max(x, slope * x)


@dataclass(frozen=True, kw_only=True)
class ShortForm:
    """Widths of the hidden layers. More follows."""

    hidden: list[Width]
    activation: Annotated[Any, Named(activations)] = "leaky_relu"
    dropout: Share = 0.0


@dataclass(frozen=True)
class Architecture:
    """A mapping is the short form, a list is a list of layers."""

    def forms(self, source: Any) -> tuple[Any, ...]:
        return Annotated[ShortForm, Section()], list[Annotated[Any, ANY_LAYER]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def checked(value: object) -> Any:
            if isinstance(value, list):
                return TypeAdapter(list[Annotated[Any, ANY_LAYER]]).validate_python(value)
            return value if isinstance(value, Choice) else check_settings(section_component(ShortForm), value, ())

        return core_schema.no_info_plain_validator_function(checked)


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """When to stop."""

    patience: Count = 10
    min_delta: Share = 0.0


@dataclass(frozen=True, kw_only=True)
class Training:
    """How the loop runs.

    ``epochs``  passes over the rows
    """

    epochs: Count = 3
    batch_size: Count | Literal["auto"] = "auto"
    early_stopping: Annotated[Stopping | None, Section(switch=True)] = None
    class_weight: Literal["balanced"] | dict[str, Positive] | None = None
    mode: Literal["fast", "exact"] = "fast"


@dataclass(frozen=True, kw_only=True)
class Data:
    """The table."""

    train: str
    ignore: list[str] = field(default_factory=list)
    shares: Annotated[list[Share], "any marker"] = field(default_factory=lambda: [0.5, 0.5])


@dataclass(frozen=True, kw_only=True)
class Root:
    """A training run."""

    data: Annotated[Data, Section()]
    architecture: Annotated[Any, Architecture()] = field(default_factory=lambda: {"hidden": [8], "activation": "relu"})
    optimizer: Annotated[Any, Named(optimizers, deferred=True)] = "adam"
    training: Annotated[Training, Section()] = field(default_factory=Training)


BASE_PATH = Path("/base")


def document(text: str, *assignments: str) -> Document:
    """A document from YAML text, named a.yaml, with ``--set`` assignments over it."""
    return override(parse(text.encode(), "a.yaml", BASE_PATH), assignments, Root)


def checked(text: str, *assignments: str) -> Choice:
    """The choice that YAML text describes."""
    return check(Root, document(text, *assignments))
