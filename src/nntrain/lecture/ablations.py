"""A recipe against its ablations: each with the same search on the validation rows, on several tables."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from annotated_types import MinLen

from nntrain.api import Run, fit
from nntrain.config.document import plain_document
from nntrain.config.messages import suggestion
from nntrain.config.writer import dump_yaml
from nntrain.errors import ConfigError, DivergedError
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.spec import Spec, spec_from

Search = Annotated[list[dict[str, Any]], MinLen(1)]
"""What is tried: dotted keys → values, each over the variant's own."""


@demonstrations
def ablations(
    scene: Scene,
    *,
    base: dict[str, Any],
    tables: Annotated[dict[str, dict[str, Any]], MinLen(1)],
    variants: Annotated[dict[str, dict[str, Any]], MinLen(1)],
    search: Search,
    searches: dict[str, Search] | None = None,
) -> Shown:
    """Every variant (dotted keys → values over ``base``) on every table (its ``data`` section), after a search.

    ``search`` is what is tried for each; ``searches`` names variants that try something else. What counts is the try with
    the lowest validation loss; only its test rows are looked at. Figures of a variant: ``TABLE``, the share of the test
    error that is left of that of answering the same to every row (logarithmic loss, or squared error), and ``left``, the
    geometric mean over the tables, in which halving an error counts the same on an easy table as on a hard one;
    ``TABLE_try``, which try was the best, from 1. Where all tries diverge, all is left that there was: 1.
    """
    own = searches or {}
    if unknown := [name for name in own if name not in variants]:
        raise ConfigError(
            f"demonstration.ablations.searches: unknown variant '{unknown[0]}'{suggestion(unknown[0], variants)}"
        )
    specs = {
        (name, table): [
            spec_from(
                plain_document({**base, "data": data}, f"{name} on {table}", scene.folder),
                name,
                {**changes, **tried, "training.seed": scene.seed},
            )
            for tried in own.get(name, search)
        ]
        for name, changes in variants.items()
        for table, data in tables.items()
    }
    outcomes = {}
    for name in variants:
        figures: dict[str, float] = {}
        for table in tables:
            figures[table], figures[f"{table}_try"] = _best(specs[name, table])
        left = math.exp(sum(math.log(figures[table]) for table in tables) / len(tables))
        outcomes[name] = Outcome({"left": left, **figures})
    return Shown(outcomes)


def _best(specs: Sequence[Spec]) -> tuple[float, float]:
    """The error left by the try with the lowest validation loss, and its number."""
    tries = [_try(spec) for spec in specs]
    lowest = min(range(len(tries)), key=lambda number: tries[number][0])
    return tries[lowest][1], lowest + 1.0


def _try(spec: Spec) -> tuple[float, float]:
    """The validation loss of a run, and the error left on its test rows."""
    with tempfile.TemporaryDirectory(prefix="nntrain-lecture-") as folder:
        config = Path(folder, "ablation.yaml")
        config.write_text(dump_yaml(spec.plain()), encoding="utf-8")
        try:
            run = fit(config, out=Path(folder, "run"))
        except DivergedError:
            return math.inf, 1.0
    return run.metrics["validation"]["loss"], error_left(run)


def error_left(run: Run) -> float:
    """The error on the test rows as a share of that of the best answer that needs no inputs."""
    reached: Mapping[str, float] = run.metrics["test"]
    constant: Mapping[str, float] = run.summary["baseline"]["test"]
    if "log_loss" in reached:
        return reached["log_loss"] / constant["log_loss"]
    return (reached["rmse"] / constant["rmse"]) ** 2
