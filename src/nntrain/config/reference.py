"""The reference page: every section and component with its docstring and its settings, from the code itself."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen

from nntrain.config.annotations import Keyed, alternatives, containers, unwrap
from nntrain.config.docstrings import blocks, setting_docs
from nntrain.config.markers import Named, Section, section_component
from nntrain.config.registry import Component, Registry, plain
from nntrain.config.scheduled import MayFollow, Scheduled
from nntrain.config.writer import inline

_WORDS = {bool: "true or false", int: "whole number", float: "number", str: "text", type(None): "null"}
_SIGNS = {Gt: (">", "gt"), Ge: ("≥", "ge"), Lt: ("<", "lt"), Le: ("≤", "le"), MinLen: ("at least", "min_length")}
_SIGNS[MaxLen] = ("at most", "max_length")


def reference(root: Callable[..., Any], registries: Sequence[Registry[Any]], title: str = "Reference") -> str:
    """Markdown: the sections of a config from ``root`` down, then each registry's components."""
    parts = [f"# {title}", "Made from the code: do not edit.", "## Sections"]
    parts += _component(section_component(root), "")
    for path, component in _sections(section_component(root), ""):
        parts += [f"### `{path}`", *_component(component, path)]
    if any(registry.kind == "schedule" for registry in registries):
        parts += ["## Scheduled numbers", *_component(section_component(Scheduled), "scheduled")]
    for registry in registries:
        parts.append(f"## {_heading(registry.kind)}")
        own = [component for component in registry if component.kind == registry.kind]
        for component in own:
            parts += [f"### `{component.name}`", *_component(component, "")]
        for kind in dict.fromkeys(component.kind for component in registry if component.kind != registry.kind):
            parts.append(f"All [{_heading(kind).lower()}](#{_slug(kind)}) too.")
    return "\n\n".join(parts) + "\n"


def type_text(annotation: Any, path: str = "") -> str:
    """What may stand there: ``number > 0``, ``list of whole number ≥ 1``, ``[optimizer](#optimizers)``."""
    if any(isinstance(marker, MayFollow) for marker in unwrap(annotation)[1]):
        number, _ = alternatives(annotation) or (float, None)
        return f"{type_text(number, path)}, which may [follow a schedule](#scheduled-numbers)"
    if (members := alternatives(annotation)) is not None:
        return " or ".join(type_text(member, path) for member in members)
    base, metadata = unwrap(annotation)
    for marker in metadata:
        none = " or null" if type(None) in typing.get_args(base) else ""
        if isinstance(marker, Named):
            return f"[{marker.registry.kind}](#{_slug(marker.registry.kind)}){none}"
        if isinstance(marker, Section):
            switch = "true, false or " if marker.switch else ""
            return f"{switch}[settings](#{re.sub(r'[^a-z0-9_-]', '', path.lower())}){'' if switch else none}"
    origin, args = typing.get_origin(base), typing.get_args(base)
    if origin is typing.Literal:
        return " or ".join(f"`{inline(value)}`" for value in args)
    bounds = " and ".join(_bound(item) for item in metadata if type(item) in _SIGNS)
    return f"{_plain_type(base, origin, args, path)} {bounds}".rstrip()


def _plain_type(base: Any, origin: Any, args: tuple[Any, ...], path: str) -> str:
    if base in _WORDS:
        return _WORDS[base]
    if base in (list, tuple) or origin in (list, tuple, Sequence):
        return f"list of {type_text(args[0], path)}" if args else "list"
    if base is dict or origin in (dict, Mapping):
        return f"mapping of names to {type_text(args[1], path)}" if args else "mapping"
    return "any value"


def _bound(item: Any) -> str:
    sign, attribute = _SIGNS[type(item)]
    limit = getattr(item, attribute)
    return f"{sign} {'2⁶³' if limit == 2**63 else limit}"


def _component(component: Component[Any], path: str) -> Iterator[str]:
    """The docstring, then the table of settings."""
    for block in blocks(component.doc):
        yield block.text if block.kind == "prose" else f"```{block.kind.replace('lines', 'text')}\n{block.text}\n```"
    if component.parameters:
        yield "\n".join(_table(component, path))


def _table(component: Component[Any], path: str) -> Iterator[str]:
    docs = setting_docs(component.doc)
    is_root = not (component.name or path)
    columns = ["setting", "type", "default"] + (["meaning"] if docs else [])
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for name in component.parameters:
        below = f"{path}.{name}".lstrip(".")
        shown = f"`{name}`" + (" (may stand bare)" if name == component.principal and not is_root else "")
        cells = [shown, type_text(component.annotations[name], below), _default(component, name)]
        cells += [docs.get(name, "").replace("``", "`")] if docs else []
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(component: Component[Any], name: str) -> str:
    if name not in component.defaults:
        return "required"
    default = plain(component.defaults[name])
    if default is None or isinstance(default, str | int | float | list | dict | tuple):
        return f"`{inline(default)}`"
    return "its defaults"


def _sections(component: Component[Any], path: str) -> Iterator[tuple[str, Component[Any]]]:
    """The sections below a component, each with its path."""
    for name, annotation in component.annotations.items():
        below = f"{path}.{name}".lstrip(".")
        forms = list(containers(annotation))
        forms += [form for keyed in forms if isinstance(keyed, Keyed) for form in containers(keyed.value)]
        for form in forms:
            if isinstance(form, Component) and form.factory is not Scheduled:
                yield below, form
                yield from _sections(form, below)


def _heading(kind: str) -> str:
    plural = kind + "es" if kind.endswith(("s", "ch")) else kind[:-1] + "ies" if kind.endswith("y") else kind + "s"
    return plural.capitalize()


def _slug(kind: str) -> str:
    return _heading(kind).lower().replace(" ", "-")
