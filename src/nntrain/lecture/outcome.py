"""What a run or a demonstration gave: named figures, and curves of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Outcome:
    """One run with one seed: numbers by name, and courses of numbers (over epochs, layers or steps) by name."""

    figures: Mapping[str, float]
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)


Evidence: TypeAlias = Mapping[str, Sequence[Outcome]]
"""The outcomes of every run, one for each seed, in the order of the seeds."""


@dataclass(frozen=True)
class Shown:
    """What a demonstration shows for one seed: an outcome for each of its runs, and drawings in characters."""

    outcomes: Mapping[str, Outcome]
    drawings: Sequence[str] = ()
