"""Numbers of a config that may follow a schedule over the run: a plain number, or a value and the schedule of its factor.

A component notes whom to tell (`follow`); who runs the steps tells all of them before each one. As a schedule is a pure
function of progress, nothing of this belongs into a checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Protocol, cast

from pydantic import GetCoreSchemaHandler, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from nntrain.config.markers import Named, Section, check_settings, fault, placed, relocated, section_component
from nntrain.config.registry import Choice, Registry
from nntrain.types import Fraction, NonNegative


@dataclass(slots=True)
class Progress:
    """How far a run is: ``epoch`` of ``epochs``, in fractions; a step halfway through the first is at 0.5.

    ``step`` is the share of an epoch that one step takes.
    """

    epoch: float
    epochs: float
    step: float = 0.0


class Schedule(Protocol):
    """Progress → a factor of a number, from 0 to 1."""

    def __call__(self, progress: Progress, /) -> float:
        """The factor at a moment."""


schedules: Registry[Any] = Registry("schedule")


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A number that changes over the run: ``value`` times the factor that a schedule gives at each step.

    YAML      regularization: {weight_decay: {value: 0.02, schedule: flat_cosine}}
              architecture: [dense: 64, relu, dropout: {rate: {value: 0.15, schedule: {flat_cosine: 0.5}}}]
              loss: {cross_entropy: {label_smoothing: {value: 0.1, schedule: cosine}}}

    ``value``     what the factor is of: the greatest value
    ``schedule``  any but ``plateau``, which waits for results
    """

    value: NonNegative
    schedule: Annotated[Choice, Named(schedules, deferred=True)]

    @cached_property
    def factor(self) -> Schedule:
        """The schedule, built."""
        return cast("Schedule", self.schedule.build())

    def at(self, progress: Progress) -> float:
        """The number at a moment of the run."""
        return self.value * float(self.factor(progress))


@dataclass(frozen=True)
class MayFollow:
    """The value is a number within the bounds of ``number``, or a mapping with such a value and its schedule."""

    number: Any

    def forms(self, _source: Any, /) -> tuple[Any, ...]:
        """The annotations that a value may take."""
        return self.number, Annotated[Scheduled, Section()]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        component = section_component(Scheduled)

        def check(value: object, number: ValidatorFunctionWrapHandler) -> object:
            if isinstance(value, Scheduled):
                value = {key: getattr(value, key) for key in component.parameters}
            if not isinstance(value, dict | Choice):
                return number(value)
            choice = value if isinstance(value, Choice) else check_settings(component, value, ())
            try:
                number(choice.settings["value"])
            except ValidationError as error:
                raise relocated(error, component.model, ("value",), bare=False) from None
            named = cast("Choice", choice.settings["schedule"])
            if getattr(named.build(), "watches", False):
                waits = fault("plateau waits for results; expected a schedule that follows from progress alone")
                raise placed(waits, ("schedule",), named)
            return choice

        return core_schema.no_info_wrap_validator_function(check, handler.generate_schema(self.number))


ScheduledShare = Annotated[float | Scheduled, MayFollow(Fraction)]
"""A share below 1 that may follow a schedule."""
ScheduledAmount = Annotated[float | Scheduled, MayFollow(NonNegative)]
"""A number of at least 0 that may follow a schedule."""


@dataclass(frozen=True)
class Follower:
    """A scheduled number of a component, and how to set it there; ``name`` is for people."""

    name: str
    number: Scheduled
    set: Callable[[float], None]


def follow(followers: list[Follower], name: str, number: float | Scheduled, set_: Callable[[float], None]) -> float:
    """The number as it begins; where it is scheduled, whom to tell of its value is added to ``followers``."""
    if not isinstance(number, Scheduled):
        return number
    followers.append(Follower(name, number, set_))
    return number.value


def move_all(followers: Sequence[Follower], progress: Progress) -> None:
    """Set all scheduled numbers to what they are at a moment."""
    for follower in followers:
        follower.set(follower.number.at(progress))
