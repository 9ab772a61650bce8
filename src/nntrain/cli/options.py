"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

READING = "reading tables"
"""What a command says, on a terminal, of the time before it has anything to show."""

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file.", show_default=False)]
Checkpoint = Annotated[
    Path, typer.Argument(metavar="CHECKPOINT", help="A run folder (its best epoch), or a checkpoint file.")
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="K=V", help="Override a key: --set optimizer.adam.lr=0.01. Repeatable."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else.")]
