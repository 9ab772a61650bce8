"""Running a claim: every run with every seed, quietly, in a folder that is gone afterwards."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nntrain.api import fit
from nntrain.config.check import problem
from nntrain.config.messages import suggestion
from nntrain.config.writer import dump_yaml
from nntrain.errors import CheckpointError, ConfigError, DivergedError, Problem
from nntrain.lecture.claim import Claim, Placed
from nntrain.lecture.demonstration import Scene
from nntrain.lecture.expectation import ExpectationError
from nntrain.lecture.figures import diverged, outcome_of
from nntrain.lecture.outcome import Evidence, Outcome, Shown
from nntrain.spec import Spec
from nntrain.training.run_folder import read_history


@dataclass(frozen=True)
class Expected:
    """An expectation, whether it came true, and the numbers that were seen."""

    text: str
    place: str
    holds: bool
    seen: str


@dataclass(frozen=True)
class Result:
    """A claim with what came of its expectations; of those of ``instead`` where it does not hold."""

    claim: Claim
    evidence: Evidence
    drawings: Sequence[str]
    expected: list[Expected]
    instead: list[Expected]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether the claim came true as it is stated."""
        return all(expected.holds for expected in self.expected)

    @property
    def as_expected(self) -> bool:
        """Whether all is as the file says."""
        return not list(self.problems())

    def problems(self) -> Iterator[Problem]:
        """Where it is not."""
        must_hold = self.claim.settings.holds
        if self.holds and not must_hold:
            yield Problem(self.claim.document.place(("holds",)), "holds: false, but every expectation came true")
        for expected in [*(self.expected if must_hold else ()), *self.instead]:
            if not expected.holds:
                yield Problem(expected.place, f"expected {expected.text}; seen {expected.seen}")


def try_claim(claim: Claim) -> Result:
    """Run what the claim's file describes, and compare. A figure that no run has is a mistake in the file."""
    began = time.perf_counter()
    evidence, drawings = _demonstrate(claim) if claim.settings.demonstration is not None else (_train_all(claim), ())
    problems: list[Problem] = []
    looked: list[list[Expected]] = []
    for group in (claim.expected, claim.instead):
        looked.append([])
        for placed in group:
            try:
                looked[-1].append(_look(placed, evidence))
            except ExpectationError as error:
                problems.append(Problem(placed.place, f"{placed.expectation.text}: {error}"))
    curves = {name for outcomes in evidence.values() for outcome in outcomes for name in outcome.curves}
    for position, figure in enumerate(claim.settings.show):
        if figure not in curves:
            message = f"no run has a curve '{figure}'{suggestion(figure, sorted(curves))}"
            problems.append(problem(claim.document, ("show", position), message))
    if problems:
        raise ConfigError(problems)
    return Result(claim, evidence, drawings, looked[0], looked[1], time.perf_counter() - began)


def _demonstrate(claim: Claim) -> tuple[Evidence, Sequence[str]]:
    """A demonstration once for each seed; drawings are those of the first."""
    choice = claim.settings.demonstration
    assert choice is not None
    shown: list[Shown] = [choice.build(Scene(seed, claim.path.parent)) for seed in claim.settings.seeds]
    return {name: [one.outcomes[name] for one in shown] for name in shown[0].outcomes}, shown[0].drawings


def _train_all(claim: Claim) -> Evidence:
    return {name: [_train(spec, seed) for seed in claim.settings.seeds] for name, spec in claim.specs.items()}


def _train(spec: Spec, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="nntrain-lecture-") as folder:
        config, out = Path(folder, f"{spec.name}.yaml"), Path(folder, "run")
        config.write_text(dump_yaml(spec.plain()), encoding="utf-8")
        try:
            return outcome_of(fit(config, {"training.seed": seed}, out=out))
        except DivergedError:
            try:
                return diverged(read_history(out))
            except CheckpointError:
                return diverged([])


def _look(placed: Placed, evidence: Evidence) -> Expected:
    seen = placed.expectation.look(evidence)
    return Expected(placed.expectation.text, placed.place, seen.holds, seen.text)
