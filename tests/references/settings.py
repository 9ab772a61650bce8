"""Settings for any component, from nothing but its signature: how a contract suite meets one it does not know."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from nntrain.config.registry import Component, Registry, SettingsModel

CANDIDATES: tuple[object, ...] = (
    5,
    0.5,
    0.25,
    1.5,
    False,
    True,
    "constant",
    "relu",
    [[0.5]],
    [0],
    ["relu"],
    ["tanh", "identity"],
)
"""One of these fits any setting so far: a count or width, a number, a share, a switch, a name, a matrix, a list of numbers, a list of names."""


def admits(annotation: Any, value: object) -> bool:
    """Whether a setting with this annotation may have this value."""
    try:
        TypeAdapter(annotation, config=SettingsModel.model_config).validate_python(value)
    except ValidationError:
        return False
    return True


def required(component: Component[Any]) -> dict[str, Any]:
    """A value for every setting without a default."""
    return {name: _candidate(component, name) for name in component.parameters if name not in component.defaults}


def variants(component: Component[Any]) -> list[dict[str, Any]]:
    """The required settings alone, then with each optional one changed: a switch turned, a number or a word another one."""
    base = required(component)
    found = [base]
    for name, default in component.defaults.items():
        if isinstance(default, bool):
            found.append({**base, name: not default})
        elif isinstance(default, int | float):
            tried = (default * 0.9, default + 0.5, default + 1)
            fitting = [value for value in tried if value != default and admits(component.annotations[name], value)]
            found.append({**base, name: fitting[0]})
        elif isinstance(default, str):
            words = get_args(component.annotations[name])  # of a Literal
            found += [{**base, name: word} for word in words if isinstance(word, str) and word != default]
    return found


def cases(registry: Registry[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every component of a registry with all its variants: (name, settings)."""
    return [(component.name, settings) for component in registry for settings in variants(component)]


def title(value: object) -> str | None:
    """The id of a parametrised test: names as they are, settings in short."""
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items()) or "defaults"
    return None


def _candidate(component: Component[Any], name: str) -> object:
    for value in CANDIDATES:
        if admits(component.annotations[name], value):
            return value
    raise AssertionError(f"no candidate fits {component.name}.{name}; add one to CANDIDATES")
