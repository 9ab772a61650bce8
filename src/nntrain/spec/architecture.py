"""The architecture of a network: the short form (hidden widths and what stands between them), or a list of layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from nntrain.config.markers import Named, Section, check_settings, section_component
from nntrain.config.registry import Choice
from nntrain.config.scheduled import ScheduledShare
from nntrain.errors import ConfigError
from nntrain.network import activations, layers
from nntrain.types import Width

ANY_LAYER = Named(layers, deferred=True)


@dataclass(frozen=True, kw_only=True)
class MultilayerPerceptron:
    """Hidden layers of the given widths, each dense → batch_norm → activation → dropout, then the output layer.

    YAML      architecture: {hidden: [128, 64], activation: relu, batch_norm: true, dropout: 0.1}
              architecture: {hidden: []}        # linear, logistic or softmax regression
              architecture: [{dense: 128}, relu, {dropout: 0.2}, {dense: 64}, tanh]        # the list form

    With ``batch_norm`` the dense layers have no bias: the shift β does its work.
    """

    hidden: list[Width]
    activation: Annotated[Any, Named(activations, deferred=True)] = "relu"
    batch_norm: bool = False
    dropout: ScheduledShare = 0.0

    def __post_init__(self) -> None:
        idle = [name for name in ("batch_norm", "dropout") if getattr(self, name)]
        if idle and not self.hidden:
            raise ConfigError(f"architecture.{idle[0]}: stands behind hidden layers, and hidden is empty")

    def layers(self) -> Iterator[Choice]:
        """The short form written out."""
        for units in self.hidden:
            yield ANY_LAYER.check({"dense": {"units": units, "bias": not self.batch_norm}})
            if self.batch_norm:
                yield ANY_LAYER.check("batch_norm")
            yield self.activation
            if self.dropout:
                yield ANY_LAYER.check({"dropout": self.dropout})


DEFAULT = {"hidden": [256, 256], "activation": "relu", "batch_norm": True, "dropout": 0.1}
"""What a config without `architecture:`, or with null there, gets."""


@dataclass(frozen=True)
class Architecture:
    """The marker of the architecture key: a mapping is the short form, a list is a list of layers."""

    def forms(self, _source: Any, /) -> tuple[Any, ...]:
        """The annotations that a value may take."""
        return Annotated[MultilayerPerceptron, Section()], list[Annotated[Any, ANY_LAYER]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(check)


@lru_cache(maxsize=1)
def _list_of_layers() -> TypeAdapter[list[Choice]]:
    return TypeAdapter(list[Annotated[Any, ANY_LAYER]])


def check(value: object) -> Choice | list[Choice]:
    """Turn the value of `architecture:` into checked choices."""
    if isinstance(value, list):
        return _list_of_layers().validate_python(value)
    if isinstance(value, Choice):
        return value
    return check_settings(section_component(MultilayerPerceptron), DEFAULT if value is None else value, ())
