"""Components: one class or function whose keyword parameters are its YAML keys.

A registry maps names to components of one kind (layers, optimizers, ...). From the signature of a component
it derives the pydantic model that checks its settings; schema, reference page and contract tests follow from
the same place, so that nothing is listed twice.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, create_model

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class SettingsModel(BaseModel):
    """Strict at every depth: no unknown key, no conversion between types, no NaN."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, validate_default=True)


class Component(Generic[T]):
    """A class or function with its settings: the keyword-only parameters of its signature.

    Positional parameters are its *context*: what `assemble` gives it (a layer its site, an optimizer its bench).
    A function with context is built into a partial application, to be called with that context later.
    """

    def __init__(self, name: str, factory: Callable[..., T], kind: str) -> None:
        self.name, self.factory, self.kind = name, factory, kind

    @cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The settings, in the order of the signature."""
        parameters = inspect.signature(self.factory).parameters.values()
        return {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY}

    @cached_property
    def principal(self) -> str | None:
        """The setting that may stand bare (``dense: 256``): the only required one, or the only one."""
        required = [p.name for p in self.parameters.values() if p.default is p.empty]
        candidates = required or list(self.parameters)
        return candidates[0] if len(candidates) == 1 else None

    @cached_property
    def annotations(self) -> dict[str, Any]:
        """The annotations of the settings; those of the context are never looked at."""
        annotated: Any = self.factory.__init__ if inspect.isclass(self.factory) else self.factory
        hints = getattr(annotated, "__annotations__", {})
        settings = types.SimpleNamespace(__annotations__={key: hints[key] for key in self.parameters})
        return typing.get_type_hints(settings, globalns=getattr(annotated, "__globals__", {}), include_extras=True)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The defaults of the settings that have one."""
        defaults = {p.name: p.default for p in self.parameters.values() if p.default is not p.empty}
        if dataclasses.is_dataclass(self.factory):
            for field in dataclasses.fields(self.factory):
                if field.name in defaults and field.default_factory is not dataclasses.MISSING:
                    defaults[field.name] = field.default_factory()
        return defaults

    @cached_property
    def model(self) -> type[SettingsModel]:
        """The pydantic model of the settings."""
        fields: dict[str, Any] = {
            name: (self.annotations[name], self.defaults.get(name, ...)) for name in self.parameters
        }
        return create_model(self.name or "settings", __base__=SettingsModel, **fields)

    @property
    def doc(self) -> str:
        """The component's docstring, dedented; that which Python makes for a dataclass is none."""
        doc = inspect.getdoc(self.factory) or ""
        made = dataclasses.is_dataclass(self.factory) and doc.startswith(f"{self.factory.__name__}(")
        return "" if made else doc

    def build(self, *context: object, **settings: object) -> T:
        """Make the object; nested choices among the settings are built first."""
        built = {key: realize(value) for key, value in settings.items()}
        if inspect.isclass(self.factory) or context:
            return self.factory(*context, **built)
        return cast(T, partial(self.factory, **built))


@dataclass(frozen=True)
class Choice:
    """A component that a config names, with its checked settings; `build` makes the object."""

    component: Component[Any]
    settings: Mapping[str, object]
    deferred: bool = False

    @property
    def name(self) -> str:
        """The name in the registry; empty for a section, which has none."""
        return self.component.name

    def build(self, *context: object) -> Any:
        """Make the object."""
        return self.component.build(*context, **self.settings)

    def plain(self) -> object:
        """As it would be written in YAML, with every default filled in."""
        settings = {key: plain(value) for key, value in self.settings.items()}
        if not self.name:
            return settings
        return {self.name: settings} if settings else self.name


def realize(value: object) -> object:
    """Build the choices inside a checked value, but for the deferred ones, which their owner builds."""
    if isinstance(value, Choice):
        return value if value.deferred else value.build()
    if isinstance(value, list):
        return [realize(item) for item in value]
    if isinstance(value, dict):
        return {key: realize(item) for key, item in value.items()}
    return value


def plain(value: object) -> object:
    """A checked value as it would be written in YAML."""
    if isinstance(value, Choice):
        return value.plain()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


class Registry(Generic[T]):
    """All components of one kind by name. ``@optimizers`` above a class adds it under its snake-case name."""

    def __init__(self, kind: str, parent: Registry[Any] | None = None) -> None:
        self.kind = kind
        self.parent = parent
        self._components: dict[str, Component[T]] = {}

    def __call__(self, factory: F) -> F:
        """Register a component under its own name; used as a decorator."""
        self._add(Component(snake_case(factory.__name__), factory, self.kind))
        return factory

    def _add(self, component: Component[Any]) -> None:
        if component.name in self._components:
            raise ValueError(f"two {self.kind}s named {component.name!r}")
        self._components[component.name] = component
        if self.parent is not None:
            self.parent._add(component)

    def __getitem__(self, name: str) -> Component[T]:
        return self._components[name]

    def __contains__(self, name: object) -> bool:
        return name in self._components

    def __iter__(self) -> Iterator[Component[T]]:
        return iter(self._components.values())

    @property
    def names(self) -> list[str]:
        """The names, in the order of registration."""
        return list(self._components)

    def build(self, name: str, *context: object, **settings: object) -> T:
        """Check settings as if they came from a config, and make the object."""
        component = self._components[name]
        checked = component.model(**settings)
        return component.build(*context, **{key: getattr(checked, key) for key in component.parameters})


def snake_case(name: str) -> str:
    """``BatchNorm`` → ``batch_norm``, ``PReLU`` → ``prelu``, ``step_`` → ``step``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name)
    return words.strip("_").lower()
