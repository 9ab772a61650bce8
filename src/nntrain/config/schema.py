"""The JSON schema (2020-12) of a config, from the signatures of components, for editors to complete and check by."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from nntrain.config.annotations import alternatives, unwrap
from nntrain.config.docstrings import setting_docs, summary
from nntrain.config.markers import Named, Section, section_class, section_component
from nntrain.config.registry import Choice, Component, Registry, plain

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
_BOUNDS = {Gt: ("gt", "exclusiveMinimum"), Ge: ("ge", "minimum"), Lt: ("lt", "exclusiveMaximum"), Le: ("le", "maximum")}


def json_schema(root: Callable[..., Any], registries: Sequence[Registry[Any]] = (), title: str = "") -> Schema:
    """The schema of the section ``root`` and of all that its settings can name; ``registries`` adds to the latter."""
    builder = _Builder()
    for registry in registries:
        builder.registry(registry)
    body = builder.settings(section_component(root))
    return {"$schema": DIALECT, "title": title, **body, "$defs": dict(sorted(builder.definitions.items()))}


class _Builder:
    """Builds schemas, and collects the definitions that they refer to."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def any(self, annotation: Any) -> Schema:
        """The schema of an annotation."""
        base, metadata = unwrap(annotation)
        for marker in metadata:
            if hasattr(marker, "json_schema"):
                return typing.cast("Schema", marker.json_schema(base, self.any))
        if (members := alternatives(annotation)) is not None:
            return _any_of([self.any(member) for member in members])
        for marker in metadata:
            if isinstance(marker, Named):
                return _or_null(base, self.registry(marker.registry))
            if isinstance(marker, Section):
                return self.section(base, marker)
        return self.plain(base, metadata)

    def plain(self, base: Any, metadata: Sequence[Any]) -> Schema:
        """The schema of a type of Python, with its bounds."""
        origin, args = typing.get_origin(base), typing.get_args(base)
        if origin is typing.Literal:
            return {"enum": list(args)}
        if base in _SCALARS:
            return {"type": _SCALARS[base], **_bounds(metadata, "Length")}
        if base in (list, tuple) or origin in (list, tuple, Sequence):
            items = {"items": self.any(args[0])} if args else {}
            return {"type": "array", **items, **_bounds(metadata, "Items")}
        if base is dict or origin in (dict, Mapping):
            values = {"additionalProperties": self.any(args[1])} if args else {}
            return {"type": "object", **values, **_bounds(metadata, "Properties")}
        return {}

    def section(self, base: Any, marker: Section) -> Schema:
        """A mapping with the keys of a section, or what may stand for it."""
        component = section_component(section_class(base))
        forms = [self.settings(component)]
        if component.principal:
            forms.append(self.any(component.annotations[component.principal]))
        if marker.switch:
            forms.append({"type": "boolean"})
        if len(component.defaults) == len(component.parameters) or type(None) in typing.get_args(base):
            forms.append({"type": "null"})
        return _any_of(forms)

    def registry(self, registry: Registry[Any]) -> Schema:
        """A reference to the definition of a named thing: a name, or a name with its settings."""
        key = _slug(registry.kind)
        if key not in self.definitions:
            self.definitions[key] = {}  # a layer may hold layers
            bare = [c.name for c in registry if len(c.defaults) == len(c.parameters)]
            named = {component.name: self.component(component) for component in registry}
            one = {"type": "object", "properties": named, "additionalProperties": False}
            forms = [{"enum": bare}] if bare else []
            self.definitions[key] = _any_of([*forms, one | {"minProperties": 1, "maxProperties": 1}])
        return {"$ref": f"#/$defs/{key}"}

    def component(self, component: Component[Any]) -> Schema:
        """A reference to the settings of a component, or its principal setting."""
        key = f"{_slug(component.kind)}.{component.name}"
        if key not in self.definitions:
            self.definitions[key] = {}
            forms = [self.settings(component)]
            if component.principal:
                forms.append(self.any(component.annotations[component.principal]))
            if len(component.defaults) == len(component.parameters):
                forms.append({"type": "null"})
            self.definitions[key] = _any_of(forms)
        return {"$ref": f"#/$defs/{key}"}

    def settings(self, component: Component[Any]) -> Schema:
        """A mapping with the settings of a component."""
        docs = setting_docs(component.doc)
        properties: dict[str, Schema] = {}
        for name in component.parameters:
            schema = self.any(component.annotations[name])
            default = (
                {"default": plain(component.defaults[name])} if _is_plain(component.defaults.get(name, ...)) else {}
            )
            described = {"description": docs[name].replace("``", "`")} if name in docs else {}
            properties[name] = schema | described | default
        required = [name for name in component.parameters if name not in component.defaults]
        schema = {"type": "object", "description": summary(component.doc).replace("``", "`"), "properties": properties}
        return schema | ({"required": required} if required else {}) | {"additionalProperties": False}


def _or_null(base: Any, schema: Schema) -> Schema:
    return _any_of([schema, {"type": "null"}]) if type(None) in typing.get_args(base) else schema


def _any_of(forms: Sequence[Schema]) -> Schema:
    """One of several forms, each once."""
    unique = [form for index, form in enumerate(forms) if form not in forms[:index]]
    return dict(unique[0]) if len(unique) == 1 else {"anyOf": unique}


def _bounds(metadata: Sequence[Any], measured: str) -> Schema:
    bounds: Schema = {}
    for item in metadata:
        if type(item) in _BOUNDS:
            attribute, keyword = _BOUNDS[type(item)]
            bounds[keyword] = getattr(item, attribute)
        elif isinstance(item, MinLen):
            bounds[f"min{measured}"] = item.min_length
        elif isinstance(item, MaxLen):
            bounds[f"max{measured}"] = item.max_length
        elif isinstance(pattern := getattr(item, "pattern", None), str):
            bounds["pattern"] = pattern
    return bounds


def _is_plain(value: object) -> bool:
    """Whether a default can be shown in JSON."""
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(_is_plain(item) for item in value.values())
    return value is None or isinstance(value, str | int | float | Choice)


def _slug(kind: str) -> str:
    return kind.replace(" ", "_")
