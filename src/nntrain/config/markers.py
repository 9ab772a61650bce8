"""Annotations that let a parameter hold another component: by name, or as a section of its own.

initializer: Annotated[Initializer, Named(initializers)]                # initializer: he_normal
split: Annotated[Split, Section()]                                      # split: {validation: 0.2}
early_stopping: Annotated[EarlyStopping | None, Section(switch=True)]   # true, false or its settings
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from nntrain.config.messages import describe, shorten, suggestion
from nntrain.config.paths import Loc
from nntrain.config.registry import Choice, Component, Registry, SettingsModel

FAULT = "nntrain"
"""The pydantic error type of every message that is ours and complete."""
KEY_FAULT = "nntrain_key"
"""The same, where the mistake is the last key of the path rather than its value."""


@dataclass(frozen=True)
class Named:
    """The value names a component of ``registry``: ``relu``, ``adam: {lr: 0.01}`` or ``dropout: 0.2``.

    A deferred choice is left for its owner to build, who has the context that it needs.
    """

    registry: Registry[Any]
    deferred: bool = False

    def check(self, value: object) -> Choice:
        """Turn a YAML value into a checked choice."""
        if isinstance(value, Choice):
            return value
        name: object = value
        settings: object = {}
        prefix: Loc = ()
        if isinstance(value, dict) and len(value) == 1:
            name, settings = next(iter(value.items()))
            prefix = (typing.cast("str", name),)
        elif not isinstance(value, str):
            kind = self.registry.kind
            raise fault(f"{describe(value)}; expected the name of one {kind}, or one name with its settings")
        if name not in self.registry:
            hint = suggestion(str(name), self.registry.names)
            unknown = fault(
                f"unknown {self.registry.kind} '{shorten(str(name))}'{hint}", KEY_FAULT if prefix else FAULT
            )
            raise placed(unknown, prefix, value)
        return check_settings(self.registry[str(name)], {} if settings is None else settings, prefix, self.deferred)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return nullable_if(source, core_schema.no_info_plain_validator_function(self.check))


@dataclass(frozen=True)
class Section:
    """The value is a mapping whose keys are the parameters of the annotated class.

    With ``switch``, ``true`` means all its defaults and ``false`` or ``null`` means none of it.
    """

    switch: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        cls = section_class(source)
        component = section_component(cls)

        def check(value: object) -> Choice | None:
            if isinstance(value, Choice):
                return value
            if self.switch and value is False:
                return None
            if inspect.isclass(cls) and isinstance(value, cls):  # a default written as Training()
                value = {key: getattr(value, key) for key in component.parameters}
            elif value is None or (self.switch and value is True):
                value = {}
            return check_settings(component, value, ())

        return nullable_if(source, core_schema.no_info_plain_validator_function(check))


@cache
def section_component(factory: Callable[..., Any]) -> Component[Any]:
    """The nameless component of a section: a class whose keyword parameters are the keys."""
    return Component("", factory, "section")


def section_class(source: Any) -> Callable[..., Any]:
    """The class in an annotation ``Cls`` or ``Cls | None``."""
    classes = [arg for arg in typing.get_args(source) if arg is not type(None)]
    return typing.cast("Callable[..., Any]", classes[0] if classes else source)


def nullable_if(source: Any, schema: CoreSchema) -> CoreSchema:
    """The schema, admitting null where the annotated type admits None."""
    return core_schema.nullable_schema(schema) if type(None) in typing.get_args(source) else schema


def check_settings(component: Component[Any], value: object, prefix: Loc, deferred: bool = False) -> Choice:
    """Check ``value``, a mapping or the bare principal setting, against the component's model."""
    bare = not isinstance(value, dict)
    if bare and component.principal is None:
        keys = ", ".join(component.parameters)
        expected = f"a mapping with keys among {keys}" if keys else "no settings: write just its name"
        raise placed(fault(f"{describe(value)}; expected {expected}"), prefix, value)
    settings = {component.principal: value} if bare else value
    try:
        checked = component.model.model_validate(settings)
    except ValidationError as error:
        raise relocated(error, component.model, prefix, bare=bare) from None
    return Choice(component, {key: getattr(checked, key) for key in component.parameters}, deferred)


def relocated(error: ValidationError, model: type[SettingsModel], prefix: Loc, *, bare: bool) -> ValidationError:
    """The same errors seen from one level up, unknown and missing keys with a hint."""
    details: list[InitErrorDetails] = []
    for item in error.errors(include_url=False):
        loc, cause = item["loc"], item["type"]
        detail = InitErrorDetails(type=cause, loc=prefix + (loc[1:] if bare else loc), input=item["input"])
        if cause == "extra_forbidden":
            detail["type"] = fault(f"unknown key{suggestion(str(loc[-1]), list(model.model_fields))}", KEY_FAULT)
        elif cause in (FAULT, KEY_FAULT):
            detail["type"] = fault(item["msg"], cause)
        elif "ctx" in item:
            detail["ctx"] = item["ctx"]
        details.append(detail)
    return ValidationError.from_exception_data(error.title, details)


def fault(message: str, kind: str = FAULT) -> PydanticCustomError:
    """An error whose text is already complete."""
    return PydanticCustomError(kind, "{text}", {"text": message})


def placed(error: PydanticCustomError, prefix: Loc, value: object) -> ValidationError:
    """One error at ``prefix`` below the value that is being checked."""
    return ValidationError.from_exception_data(FAULT, [InitErrorDetails(type=error, loc=prefix, input=value)])
