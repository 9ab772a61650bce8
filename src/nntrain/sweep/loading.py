"""A sweep's file → a checked sweep, or every mistake with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from nntrain.config.check import check, problem, with_places
from nntrain.config.document import Document, load
from nntrain.config.overrides import override
from nntrain.errors import ConfigError, Problem
from nntrain.spec import Config, Spec, spec_from
from nntrain.sweep.checks import (
    check_number,
    check_values,
    impossible_folds,
    of_right_kind,
    own_keys,
    with_parents,
)
from nntrain.sweep.definition import Sweep
from nntrain.sweep.parsing import parse_space
from nntrain.sweep.settings import SweepSettings
from nntrain.sweep.space import Space

BASE = "base."


def load_sweep(path: Path, assignments: Sequence[str] = ()) -> Sweep:
    """Read and check a sweep's file, its base, and the values of its space one by one; ConfigError tells of all mistakes.

    ``assignments`` are ``key=value`` over the file, and over its base where the key begins with ``base.``.
    """
    of_base = [given.removeprefix(BASE) for given in assignments if given.startswith(BASE)]
    document = override(load(path), [given for given in assignments if not given.startswith(BASE)], SweepSettings)
    try:
        choice = check(SweepSettings, document)
        settings = cast("SweepSettings", choice.build())
        settings.search.require()
    except ConfigError as error:
        raise with_places(error, document) from None
    base = override(_base(settings, document, path), of_base, Config)
    problems: list[Problem] = []
    try:
        spec = spec_from(base, path.stem)
    except ConfigError as error:
        problems += error.problems
    try:
        dimensions = parse_space(document, complete=settings.search.complete)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    problems = list(own_keys(document)) + list(impossible_folds(settings, spec, document))
    if problems:
        raise ConfigError(problems)
    sweep = Sweep(path, document, choice, settings, base, Space(dimensions), _fixed(settings, spec))
    sweep = replace(sweep, space=with_parents(sweep))
    sweep = replace(sweep, space=Space([of_right_kind(d, sweep) for d in dimensions], sweep.space.parents))
    check_number(sweep)
    check_values(sweep)
    return sweep


def _base(settings: SweepSettings, document: Document, path: Path) -> Document:
    """The config that is varied."""
    if isinstance(settings.base, dict):
        return document.part("base")
    origin = document.origin(("base",))
    file = origin.base / settings.base
    if not file.is_file():
        raise ConfigError(problem(document, ("base",), f"no such file: {settings.base}"))
    return load(Path(path.parent, settings.base))


def _fixed(settings: SweepSettings, spec: Spec) -> dict[str, object]:
    """What all runs have: one thread each, unless the base says otherwise, so that the number of workers changes no bit."""
    training = spec.config.training
    fixed: dict[str, object] = {}
    if training.monitor is None:
        name = settings.objective
        fixed["training.monitor"] = name if name.startswith(("validation_", "train_")) else f"validation_{name}"
    if training.threads is None and training.shares is None:
        fixed |= {"training.threads": 1, "training.shares": 1}
    if settings.folds > 1:
        fixed |= {"data.split.folds": settings.folds, "data.split.fold": 0}
    return fixed
