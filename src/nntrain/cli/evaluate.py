"""`nntrain eval`: how good a model is, on a split of its own data or on a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nntrain.cli.options import Checkpoint, Json

if TYPE_CHECKING:
    from nntrain.api.model import Model
    from nntrain.data.dataset import SplitName


def evaluate(
    checkpoint: Checkpoint,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A table with the target column, instead of the run's own data.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="SPLIT", help="train, validation or test; by default the last of them that the run has."),
    ] = None,
    json: Json = False,
) -> None:
    """Evaluate a checkpoint or run folder (its best epoch)."""
    import sys

    from nntrain.api.model import load
    from nntrain.cli.output import print_json
    from nntrain.errors import ConfigError
    from nntrain.report.console import console_on, note, progress_console
    from nntrain.report.evaluation import evaluate as evaluated
    from nntrain.report.evaluation_tables import print_evaluation

    if data is not None and split is not None:
        raise ConfigError(f"--split {split} is for the run's own data; leave it or --data away")
    model = load(checkpoint)
    console = progress_console()
    name = None if data is not None else _chosen(model, split)
    if name is not None and split is None and name != "test":
        note(console, "note", f"this run has no test split: these are its {name} rows, which training has used")
    examples = model.examples(data, name or "test")
    for message in examples.warnings:
        note(console, "warning", message)
    result = evaluated(model, examples)
    if json:
        place = {"split": name} if data is None else {"split": None, "data": str(data)}
        print_json({"checkpoint": str(model.bundle.path), **place, **result.plain()})
    else:
        heading = f"{model.bundle.path} on {f'its {name} split' if name else data}"
        print_evaluation(console_on(sys.stdout), result, heading)


def _chosen(model: Model, wanted: str | None) -> SplitName:
    """The split to evaluate on: the wanted one, or test, validation, train, whichever there is first."""
    from nntrain.errors import ConfigError

    found = [name for name in model.splits if name == wanted] if wanted is not None else model.splits[-1:]
    if not found:
        raise ConfigError(f"--split {wanted}: this run has no such split; it has {', '.join(model.splits)}")
    return found[0]
