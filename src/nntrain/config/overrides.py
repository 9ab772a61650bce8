"""``--set optimizer.adam.lr=0.1``: values put over those of a config file.

A path is followed through the component model, so that what stands in short form is written out first: below a name
(``optimizer: adam``), below a bare principal setting (``dropout: 0.2``), and beside another choice of the same thing,
which it replaces.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.config.annotations import Container, Keyed, Listing, containers
from nntrain.config.document import Document, Origin
from nntrain.config.markers import Named, section_component
from nntrain.config.messages import shorten
from nntrain.config.nodes import Spot, read
from nntrain.config.paths import Loc, dotted, split_assignment, split_path
from nntrain.config.registry import Component
from nntrain.errors import ConfigError, Problem


def override(document: Document, assignments: Iterable[str], root: Callable[..., Any]) -> Document:
    """The document with each ``path=value`` put over it, the later over the earlier; values are YAML."""
    editor = _Editor(document, section_component(root))
    for number, assignment in enumerate(assignments):
        origin = Origin("set", f"--set {shorten(assignment, 200)}", Path.cwd(), number)
        parsed = split_assignment(assignment)
        if parsed is None:
            editor.fault(origin, "expected KEY=VALUE, such as optimizer.adam.lr=0.01")
            continue
        nodes = read(parsed[1])
        for spot, message in nodes.faults:
            editor.fault(origin, f"{dotted(tuple(parsed[0]))}: {message} ({spot.line}:{spot.column} in the value)")
        if not nodes.faults:
            editor.put(parsed[0], nodes.value, nodes.spots, nodes.key_spots, origin)
    return editor.finish()


def override_values(
    document: Document,
    values: Mapping[str, object],
    root: Callable[..., Any],
    origins: Mapping[str, Origin] | None = None,
) -> Document:
    """The same with values of Python: ``{"optimizer.adam.lr": 0.1}``; ``origins`` says where keys were written, if in a file."""
    editor = _Editor(document, section_component(root))
    for number, (key, value) in enumerate(values.items()):
        origin = (origins or {}).get(key) or Origin("set", f"overrides[{shorten(key)!r}]", Path.cwd(), number)
        path = split_path(key)
        if path is None:
            editor.fault(origin, "expected a path such as optimizer.adam.lr")
        else:
            editor.put(path, _as_yaml(value), {}, {}, origin)
    return editor.finish()


def _as_yaml(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _as_yaml(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_yaml(item) for item in value]
    if hasattr(value, "tolist"):  # a number or an array of NumPy, which this room does not know
        return _as_yaml(value.tolist())
    return os.fspath(value) if isinstance(value, os.PathLike) else value


@dataclass
class _Refused(Exception):
    """This path cannot be followed."""

    loc: Loc
    message: str


class _Editor:
    """A copy of a document that is being changed."""

    def __init__(self, document: Document, root: Component[Any]) -> None:
        self.value: dict[str, object] = copy.deepcopy(document.value)
        self.origins, self.key_origins = dict(document.origins), dict(document.key_origins)
        self.root = root
        self.problems: list[Problem] = []

    def fault(self, origin: Origin, message: str) -> None:
        """Note a mistake in an assignment."""
        self.problems.append(Problem(origin.text, message))

    def finish(self) -> Document:
        """The changed document."""
        if self.problems:
            raise ConfigError(self.problems)
        return Document(self.value, self.origins, self.key_origins)

    def put(
        self, path: list[str], value: object, spots: Mapping[Loc, Spot], key_spots: Mapping[Loc, Spot], origin: Origin
    ) -> None:
        """Put ``value`` at ``path``."""
        try:
            holder, loc = self._reach(path, origin)
        except _Refused as refusal:
            self.fault(origin, f"{dotted(refusal.loc)}: {refusal.message}")
            return
        self._forget(loc)
        holder[loc[-1]] = value
        self.origins.update({loc: origin} | {loc + below: origin for below in spots})
        self.key_origins.update({loc + below: origin for below in key_spots})

    def _reach(self, path: list[str], origin: Origin) -> tuple[Any, Loc]:
        """The list or mapping that holds the end of ``path``, made on the way if need be; and the place."""
        options: list[Container] = [self.root]
        holder: Any = {"": self.value}
        at: int | str = ""
        loc: Loc = ()
        for key in path:
            option = _choose(options, holder[at], key, loc)
            if (
                isinstance(holder[at], list)
                and not _is_position(key)
                and any(isinstance(form, Listing) for form in options)
            ):
                holder[at] = None  # another form replaces the list
            holder[at] = self._opened(option, holder[at], key, loc, origin)
            holder = holder[at]
            at = int(key) if isinstance(holder, list) else key
            loc = (*loc, at)
            if isinstance(holder, dict) and key not in holder:
                self.key_origins[loc] = origin
                holder[key] = None
            options = list(_below(option, key))
        return holder, loc

    def _opened(self, option: Container | None, current: object, key: str, loc: Loc, origin: Origin) -> object:
        """``current`` as a list or mapping in which ``key`` can be set."""
        if isinstance(current, list) and _is_position(key):
            return current
        if isinstance(option, Named):
            if current == key:
                self.key_origins[(*loc, key)] = self.origins.get(loc, origin)
                return {key: None}
            if isinstance(current, dict) and list(current) == [key]:
                return current
        elif isinstance(current, dict):
            return current
        elif isinstance(option, Component) and option.principal and not (current is None or isinstance(current, bool)):
            bare = (*loc, option.principal)
            self.origins[bare] = self.key_origins[bare] = self.origins.get(loc, origin)
            return {option.principal: current}
        self._forget(loc)
        self.origins[loc] = origin
        return {}

    def _forget(self, loc: Loc) -> None:
        """Drop the origins of what is replaced."""
        for origins in (self.origins, self.key_origins):
            for below in [other for other in origins if len(other) > len(loc) and other[: len(loc)] == loc]:
                del origins[below]


def _choose(options: list[Container], current: object, key: str, loc: Loc) -> Container | None:
    """The reading of ``current`` under which ``key`` makes sense."""
    if isinstance(current, list) and _is_position(key):
        if int(key[:9]) >= len(current):
            has = f"has positions 0 to {len(current) - 1}" if current else "is empty"
            raise _Refused((*loc, key), f"no such item; the list {has}")
        return _listing(options)
    options = [option for option in options if not isinstance(option, Listing)]
    if isinstance(current, list) and not options:
        raise _Refused((*loc, key), f"the value here is a list; expected a position from 0 to {len(current) - 1}")
    for option in options:
        if isinstance(option, Component) and key in option.parameters:
            return option
        if isinstance(option, Named) and key in option.registry:
            return option
    chosen = next(iter(options), None)
    if isinstance(chosen, Named) and isinstance(current, str | dict):
        name = current if isinstance(current, str) else next(iter(current), "")
        if name in chosen.registry and key in chosen.registry[name].parameters:
            meant = dotted((*loc, name, key))
            raise _Refused((*loc, key), f"'{key}' is a setting of {name} (did you mean '{meant}'?)")
    return chosen


def _is_position(key: str) -> bool:
    return key.isdecimal() and key.isascii()


def _listing(options: list[Container]) -> Listing | None:
    """The list among the options, which may be the bare principal setting of one of them."""
    for option in options:
        if isinstance(option, Listing):
            return option
    for option in options:
        if isinstance(option, Component) and option.principal:
            inner = list(containers(option.annotations[option.principal]))
            return next((item for item in inner if isinstance(item, Listing)), None)
    return None


def _below(option: Container | None, key: str) -> Iterable[Container]:
    """How a path can lead on below ``key``."""
    if isinstance(option, Component):
        return containers(option.annotations.get(key, Any))
    if isinstance(option, Named):
        return [option.registry[key]] if key in option.registry else []
    if isinstance(option, Listing | Keyed):
        return containers(option.item if isinstance(option, Listing) else option.value)
    return []
