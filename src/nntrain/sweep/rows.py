"""A row of the study: one run of one point of the space, from the moment that it is planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

State: TypeAlias = Literal["waiting", "running", "finished", "failed", "pruned"]
SETTLED: tuple[State, ...] = ("finished", "failed", "pruned")
"""States that are not left any more."""

Coordinates: TypeAlias = dict[str, float | int]
"""Where a point lies: for each dimension that exists at it a number, or the position of the chosen value in its list."""


@dataclass(frozen=True)
class Plan:
    """A run that is to be made.

    ``number``   of its point, from 0; a point's runs differ in ``repeat`` (the seed) and ``fold``
    ``point``    what the point is, as a digest of its resolved config and its data: equal points are never run twice
    ``values``   what the point sets: dotted key → value as in YAML
    ``marks``    what the searcher wants to know again of its own proposal
    """

    number: int
    repeat: int
    fold: int
    point: str
    seed: int
    coordinates: Coordinates
    values: dict[str, Any]
    marks: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    ``value``    the objective, as it is shown (not turned round); None where the run failed
    ``metrics``  figures of the best epoch: ``train_loss``, ``validation_accuracy``…
    ``curve``    the objective after each epoch
    ``epochs``   how many were trained in all; ``best_epoch`` counts from 1
    ``reason``   why it failed, or when it was pruned
    """

    state: State
    value: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    curve: list[float] = field(default_factory=list)
    marks: dict[str, Any] = field(default_factory=dict)
    best_epoch: int = 0
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """A plan with where it stands.

    ``owner``     who runs it: ``host:process:random``; empty where nobody does
    ``attempts``  how often it was begun
    """

    id: int
    plan: Plan
    state: State
    owner: str = ""
    attempts: int = 0
    outcome: Outcome | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in SETTLED

    @property
    def name(self) -> str:
        """``0017-3fa9c1``: its number and its point; ``-r1`` for a further repeat, ``-f2`` for a further fold.

        Its run folder is ``trials/<name>``: where that is found again, it holds this run and no other.
        """
        plan = self.plan
        repeat = f"-r{plan.repeat}" if plan.repeat else ""
        fold = f"-f{plan.fold}" if plan.fold else ""
        return f"{plan.number:04d}-{plan.point[:6]}{repeat}{fold}"
