"""What an annotation lets stand in a config, for everything that is derived from signatures.

A marker of one's own (beside `Named` and `Section`) that accepts several spellings says so with a method
``forms(source) -> tuple[annotation, ...]``: the annotations that a value may take. It may have
``json_schema(source, build) -> dict`` instead, where ``build(annotation)`` makes the schema of a part.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from annotated_types import GroupedMetadata

from nntrain.config.markers import Named, Section, section_class, section_component
from nntrain.config.registry import Component


@runtime_checkable
class HasForms(Protocol):
    """A marker whose value may take several forms."""

    def forms(self, source: Any, /) -> tuple[Any, ...]:
        """The annotations that a value may take."""


@dataclass(frozen=True)
class Listing:
    """A list whose items follow an annotation."""

    item: Any


@dataclass(frozen=True)
class Keyed:
    """A mapping with free keys whose values follow an annotation."""

    value: Any


Container: TypeAlias = Component[Any] | Named | Listing | Keyed
"""What a path can lead through: settings, a named thing, a list, a mapping with free keys."""


def unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """The type and the flattened metadata of ``Annotated[type, ...]``; no metadata for a bare type."""
    if typing.get_origin(annotation) is not typing.Annotated:
        return annotation, []
    base, *metadata = typing.get_args(annotation)
    return base, list(_flat(metadata))


def alternatives(annotation: Any) -> list[Any] | None:
    """The members of a union or the forms of a marker; None for anything else."""
    base, metadata = unwrap(annotation)
    for marker in metadata:
        if isinstance(marker, HasForms):
            return list(marker.forms(base))
        if isinstance(marker, Named | Section):
            return None
    if typing.get_origin(base) in (typing.Union, types.UnionType):
        return [rewrap(member, metadata) for member in typing.get_args(base)]
    return None


def rewrap(base: Any, metadata: Sequence[Any]) -> Any:
    """``base`` with ``metadata``, which stands on a whole union, but not on its None."""
    return base if base is type(None) or not metadata else typing.Annotated[(base, *metadata)]


def containers(annotation: Any) -> Iterator[Container]:
    """The ways in which a path can lead on through a value of this annotation."""
    if isinstance(annotation, Component):
        yield annotation
        return
    if (members := alternatives(annotation)) is not None:
        for member in members:
            yield from containers(member)
        return
    base, metadata = unwrap(annotation)
    for marker in metadata:
        if isinstance(marker, Named):
            yield marker
            return
        if isinstance(marker, Section):
            yield section_component(section_class(base))
            return
    origin, args = typing.get_origin(base), typing.get_args(base)
    if origin in (list, tuple, Sequence):
        yield Listing(args[0] if args else Any)
    elif origin in (dict, Mapping):
        yield Keyed(args[1] if args else Any)


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for item in metadata:
        if isinstance(item, GroupedMetadata):
            yield from _flat(item)
        elif isinstance(inner := getattr(item, "metadata", None), list):  # pydantic's Field(gt=0)
            yield from _flat(inner)
        else:
            yield item
