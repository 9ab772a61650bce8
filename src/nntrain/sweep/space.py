"""The space of a sweep: its dimensions, which of them exist at a point, and all points of a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nntrain.config.paths import split_path
from nntrain.sweep.dimensions import Choices, Dimension, Interval
from nntrain.sweep.rows import Coordinates


@dataclass(frozen=True)
class Space:
    """Dimensions in an order in which each comes after those that decide whether it exists.

    ``parents``  for a key that lies below another one, such as ``optimizer.adam.lr`` below ``optimizer``: that other key,
                 and the positions among its choices under which the lower key exists
    """

    dimensions: Sequence[Dimension]
    parents: Mapping[str, tuple[str, frozenset[int]]] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> dict[str, Dimension]:
        """The dimensions by their keys."""
        return {dimension.key: dimension for dimension in self.dimensions}

    def exists(self, key: str, coordinates: Coordinates) -> bool:
        """Whether a key exists at a point of which what comes before the key is known."""
        if key not in self.parents:
            return True
        parent, positions = self.parents[key]
        return parent in coordinates and coordinates[parent] in positions

    def walk(self, choose: Callable[[Dimension], float | int]) -> Coordinates:
        """A point: ``choose`` is asked for the coordinate in each dimension that exists."""
        coordinates: Coordinates = {}
        for dimension in self.dimensions:
            if self.exists(dimension.key, coordinates):
                coordinates[dimension.key] = choose(dimension)
        return coordinates

    def values(self, coordinates: Coordinates) -> dict[str, Any]:
        """What a point sets: dotted key → value."""
        return {key: self.by_key[key].value(coordinate) for key, coordinate in coordinates.items()}

    def grid(self) -> Iterator[Coordinates]:
        """All points of dimensions that have levels, the last one changing fastest."""
        yield from self._grid(0, {})

    def _grid(self, position: int, before: Coordinates) -> Iterator[Coordinates]:
        if position == len(self.dimensions):
            yield dict(before)
            return
        dimension = self.dimensions[position]
        if not self.exists(dimension.key, before):
            yield from self._grid(position + 1, before)
            return
        for level in range(len(dimension.levels or ())):
            yield from self._grid(position + 1, {**before, dimension.key: level})

    def corners(self) -> Iterator[Coordinates]:
        """Points that together hold every choice and both ends of every interval, each with the first of all others."""
        for dimension in self.dimensions:
            for end in ends(dimension):
                yield self.corner(dimension.key, end)

    def corner(self, key: str, coordinate: float) -> Coordinates:
        """The point with this coordinate, under choices that let its key exist, and the first of all others."""
        wanted = self.alone(key, coordinate)
        return self.walk(lambda other: wanted.get(other.key, ends(other)[0]))

    def alone(self, key: str, coordinate: float) -> Coordinates:
        """A coordinate with nothing but the choices that let its key exist."""
        wanted: Coordinates = {key: coordinate}
        while key in self.parents:
            key, positions = self.parents[key]
            wanted = {key: min(positions), **wanted}
        return wanted


def ends(dimension: Dimension) -> list[float | int]:
    """The coordinates of every level, or of both ends of an interval that has none."""
    if isinstance(dimension, Interval) and dimension.levels is None:
        return [dimension.value(dimension.low), dimension.value(dimension.high)]
    return list(range(len(dimension.levels or ())))


def parent_of(key: str, dimensions: Sequence[Dimension]) -> Choices | None:
    """The nearest list of choices that a key lies below."""
    path = split_path(key) or []
    above = [
        other for other in dimensions if isinstance(other, Choices) and _is_below(path, split_path(other.key) or [])
    ]
    return above[-1] if above else None


def _is_below(path: list[str], other: list[str]) -> bool:
    return len(other) < len(path) and path[: len(other)] == other
