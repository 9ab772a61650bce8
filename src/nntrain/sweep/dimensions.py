"""The dimensions of a space: a key with the values that are tried for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Interval:
    """All numbers between two, both included; with ``steps`` so many of them, evenly spread.

    ``log``    evenly in the logarithm
    ``whole``  whole numbers only
    """

    key: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    steps: int | None = None

    @property
    def levels(self) -> list[float | int] | None:
        """The numbers that are tried, where there are so many; None where all are."""
        if self.steps is None:
            return None
        last = self.steps - 1
        return list(dict.fromkeys(self.at(position / last) for position in range(self.steps)))

    def at(self, share: float) -> float | int:
        """The number at a share of the way, from 0 to 1."""
        way = self.low * ((self.high / self.low) ** share - 1.0) if self.log else (self.high - self.low) * share
        number = self.low + way
        number = min(max(float(f"{number:.12g}"), self.low), self.high)  # 0.001, not 0.0010000000000000002
        return round(number) if self.whole else number

    def draw(self, share: float) -> float | int:
        """The coordinate at a share of the unit interval, 1 excluded: each whole number or level as likely as any other."""
        if (levels := self.levels) is not None:
            return int(share * len(levels))
        if not self.whole:
            return self.at(share)
        if self.log:
            low, high = math.log(self.low - 0.5), math.log(self.high + 0.5)
            return min(max(round(math.exp(low + (high - low) * share)), int(self.low)), int(self.high))
        return int(self.low) + int(share * (int(self.high) - int(self.low) + 1))

    def value(self, coordinate: float) -> Any:
        """What a coordinate stands for."""
        return coordinate if self.levels is None else self.levels[int(coordinate)]


@dataclass(frozen=True)
class Choices:
    """A list of values; ``ordered`` where they are numbers that rise."""

    key: str
    values: tuple[Any, ...]
    ordered: bool

    @property
    def levels(self) -> list[Any]:
        """The values."""
        return list(self.values)

    def draw(self, share: float) -> int:
        """The coordinate at a share of the unit interval, 1 excluded."""
        return int(share * len(self.values))

    def value(self, coordinate: float) -> Any:
        """What a coordinate stands for."""
        return self.values[int(coordinate)]


Dimension: TypeAlias = Interval | Choices
