"""Points and curves as Optuna sees them: a study in memory, made anew for every question.

A sampler or pruner of Optuna then depends on nothing but what it is shown, so that a sweep that was stopped goes on as if it
had not been. What they keep with a trial (the rungs that it reached, the state of an evolution strategy) are its marks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from nntrain.sweep.dimensions import Dimension, Interval
from nntrain.sweep.rows import Coordinates
from nntrain.sweep.space import Space

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    from nntrain.sweep.search import Past

optuna.logging.set_verbosity(optuna.logging.ERROR)

NAME = "sweep"
"""Of every study: Optuna's Hyperband chooses a trial's bracket by the study's name and the trial's number."""


def suggest(sampler: BaseSampler, space: Space, past: Sequence[Past]) -> tuple[Coordinates, dict[str, Any]]:
    """The next point after those of the past, and the marks of its trial."""
    study = optuna.create_study(study_name=NAME, sampler=sampler, direction="minimize")
    study.add_trials(_frozen(space, past))
    trial = study.ask()
    coordinates = space.walk(lambda dimension: _suggested(trial, dimension))
    return coordinates, _marks(study)


class Judge:
    """Says after each epoch of a run whether it is to be ended; ``past`` are the points that it may be compared with."""

    def __init__(self, pruner: BasePruner, past: Sequence[Past], number: int) -> None:
        self.study = optuna.create_study(study_name=NAME, pruner=pruner, direction="minimize")
        by_number = {point.number: point for point in past if point.curve and point.state in ("finished", "pruned")}
        for position in range(number):  # what it may not know of holds its number, no more
            self.study.add_trial(_curve(by_number[position]) if position in by_number else _EMPTY)
        self.trial = self.study.ask()
        self.best = math.inf

    def __call__(self, epoch: int, value: float) -> bool:
        """Take note of the objective (lower is better) after an epoch, counted from 1; the best so far is what counts."""
        self.best = min(self.best, value)
        self.trial.report(self.best, epoch)
        return self.trial.should_prune()

    @property
    def marks(self) -> dict[str, Any]:
        """What the pruner keeps of this run."""
        return _marks(self.study)


def distribution(dimension: Dimension) -> BaseDistribution:
    """How coordinates of a dimension are drawn; levels in order are whole numbers, other choices categories."""
    levels = dimension.levels
    if isinstance(dimension, Interval) and levels is None:
        if dimension.whole:
            return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
        return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    count = len(levels or ())
    if isinstance(dimension, Interval) or dimension.ordered:
        return IntDistribution(0, count - 1)
    return CategoricalDistribution(range(count))


def _suggested(trial: optuna.Trial, dimension: Dimension) -> float | int:
    drawn = distribution(dimension)
    if isinstance(drawn, FloatDistribution):
        return trial.suggest_float(dimension.key, drawn.low, drawn.high, log=drawn.log)
    if isinstance(drawn, IntDistribution):
        return trial.suggest_int(dimension.key, drawn.low, drawn.high, log=drawn.log)
    return int(trial.suggest_categorical(dimension.key, range(len(dimension.levels or ()))))


def _frozen(space: Space, past: Sequence[Past]) -> list[FrozenTrial]:
    """Trials of earlier points. A failed one counts as worse than all: to leave it out would invite more of it."""
    known = [point.value for point in past if point.value is not None and point.state == "finished"]
    spread = max(known, default=0.0) - min(known, default=0.0)
    bad = max(known) + (spread or 1.0) if known else None
    trials = []
    for point in past:
        value = bad if point.state == "failed" else point.value
        state = {"pruned": TrialState.PRUNED, "waiting": TrialState.RUNNING, "running": TrialState.RUNNING}.get(
            point.state, TrialState.FAIL if value is None else TrialState.COMPLETE
        )
        trials.append(
            optuna.trial.create_trial(
                state=state,
                value=value if state == TrialState.COMPLETE else None,
                params=dict(point.coordinates),
                distributions={key: distribution(space.by_key[key]) for key in point.coordinates},
                intermediate_values=dict(enumerate(_best_so_far(point.curve), start=1)),
                system_attrs=dict(point.marks),
            )
        )
    return trials


def _curve(point: Past) -> FrozenTrial:
    state = TrialState.COMPLETE if point.state == "finished" else TrialState.PRUNED
    curve = _best_so_far(point.curve)
    return optuna.trial.create_trial(
        state=state,
        value=curve[-1],
        intermediate_values=dict(enumerate(curve, start=1)),
        system_attrs=dict(point.marks),
    )


def _best_so_far(curve: Sequence[float]) -> list[float]:
    best, found = math.inf, []
    for value in curve:
        best = min(best, value)
        found.append(best)
    return found


def _marks(study: optuna.Study) -> dict[str, Any]:
    return dict(study.get_trials(deepcopy=False)[-1].system_attrs)


_EMPTY = optuna.trial.create_trial(state=TrialState.FAIL)
