"""A claim of the lecture as a file: what is claimed, the runs that show it, and what must come out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, cast

from annotated_types import MinLen

from nntrain.config.check import check, problem
from nntrain.config.document import Document, load
from nntrain.config.messages import suggestion
from nntrain.config.registry import Choice
from nntrain.errors import ConfigError, Problem
from nntrain.lecture.demonstration import ANY_DEMONSTRATION
from nntrain.lecture.expectation import Expectation, ExpectationError
from nntrain.lecture.parsing import parse
from nntrain.spec import Spec, spec_from
from nntrain.types import Seed

Words = Annotated[str, MinLen(1)]


@dataclass(frozen=True, kw_only=True)
class ClaimSettings:
    """The keys of a claim's file.

    ``claim``          what the lecture says; ``slide``: where
    ``because``        why the settings are what they are
    ``seeds``          every run is repeated with ``training.seed`` = each of them
    ``base``, ``runs``  a whole config, and for each run what is set over it: dotted keys → values
    ``demonstration``  instead of these two: a function of `nntrain.lecture` with its settings
    ``show``           the figures whose curves are drawn
    ``expect``         comparisons of figures (``run.figure``) that the claim stands for
    ``holds``          false where the claim as stated does not come true; ``seen`` then says in words what does, and
                       ``instead`` in comparisons
    """

    claim: Words
    because: Words
    expect: Annotated[list[Words], MinLen(1)]
    slide: str = ""
    seeds: Annotated[list[Seed], MinLen(1)] = field(default_factory=lambda: [0])
    base: dict[str, Any] | None = None
    runs: dict[str, dict[str, Any]] | None = None
    demonstration: Annotated[Choice | None, ANY_DEMONSTRATION] = None
    show: list[str] = field(default_factory=list)
    holds: bool = True
    seen: str = ""
    instead: list[Words] = field(default_factory=list)


@dataclass(frozen=True)
class Placed:
    """An expectation with the place where it was written."""

    expectation: Expectation
    place: str


@dataclass(frozen=True)
class Claim:
    """A checked file: its settings, the spec of each run, its expectations."""

    path: Path
    document: Document
    settings: ClaimSettings
    specs: dict[str, Spec]
    expected: list[Placed]
    instead: list[Placed]

    @property
    def name(self) -> str:
        """``01_perceptron``."""
        return self.path.stem


def load_claims(paths: Iterable[Path]) -> list[Claim]:
    """Several files, with all that is wrong in any of them."""
    claims: list[Claim] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            claims.append(load_claim(path))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return claims


def load_claim(path: Path) -> Claim:
    """Read and check a file; ConfigError tells of all that is wrong in it."""
    document = load(path)
    settings = cast("ClaimSettings", check(ClaimSettings, document).build())
    problems = list(_contradictions(settings, document))
    if problems:
        raise ConfigError(problems)
    specs: dict[str, Spec] = {}
    for name in settings.runs or {}:
        try:
            specs[name] = _spec_of_run(document, name, path)
        except ConfigError as error:
            problems += error.problems
    lists = []
    for key, texts in (("expect", settings.expect), ("instead", settings.instead)):
        lists.append(list[Placed]())
        for position, text in enumerate(texts):
            try:
                expectation = parse(text)
                _require_runs(expectation, settings)
                lists[-1].append(Placed(expectation, document.place((key, position))))
            except ExpectationError as error:
                problems.append(problem(document, (key, position), str(error)))
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return Claim(path, document, settings, specs, lists[0], lists[1])


def _contradictions(settings: ClaimSettings, document: Document) -> Iterator[Problem]:
    """Keys that do not go together."""
    if settings.demonstration is not None and (settings.base is not None or settings.runs is not None):
        yield problem(document, ("demonstration",), "stands beside base and runs; expected one or the other")
    elif settings.demonstration is None and (settings.base is None or not settings.runs):
        message = "nothing to run; expected base: and runs:, or demonstration:"
        yield Problem(document.place(()), message)
    for name in settings.runs or {}:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            origin = document.key_origin(("runs", name)).text
            yield Problem(origin, f"runs: '{name}' is no name for expectations; expected letters, digits and _")
    if not settings.holds and not settings.seen:
        yield problem(document, ("holds",), "false; expected beside it seen: with words for what does come true")
    if settings.instead and settings.holds:
        yield problem(document, ("instead",), "is for claims that do not hold; expected holds: false beside it")
    if len(set(settings.seeds)) < len(settings.seeds):
        yield problem(document, ("seeds",), "one seed stands there twice; expected different ones")


def _spec_of_run(document: Document, name: str, path: Path) -> Spec:
    """The base with a run's overrides; their paths refer to the folder of the file, as all in it."""
    overrides = cast("dict[str, dict[str, object]]", document.value["runs"])[name]
    origins = {key: document.origin(("runs", name, key)) for key in overrides}
    return spec_from(document.part("base"), f"{path.stem}-{name}", overrides, origins)


def _require_runs(expectation: Expectation, settings: ClaimSettings) -> None:
    if settings.runs is None:
        return
    for run in expectation.runs():
        if run not in settings.runs:
            raise ExpectationError(f"unknown run '{run}'{suggestion(run, settings.runs)}")
