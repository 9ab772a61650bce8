"""`nntrain eval`: how good a model is, on a split of its own data or on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nntrain.cli.options import READING, Checkpoint, Json


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
    from nntrain.report.console import console_on, note, progress_console, saying
    from nntrain.report.evaluation import evaluate as evaluated
    from nntrain.report.evaluation_tables import print_evaluation

    if data is not None and split is not None:
        raise ConfigError(f"--split {split} is for the run's own data; leave it or --data away")
    model = load(checkpoint)
    console = progress_console()
    name = None if data is not None else split or model.splits[-1]
    if split is None and name not in (None, "test"):
        note(console, "note", f"this run has no test split: these are its {name} rows, which training has used")
    with saying(console, READING):
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
