"""Consoles and the first event of a sweep, for tests of what is shown of it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from rich.console import Console

from nntrain.report.console import LiteralConsole, console_on
from nntrain.sweep.events import SweepStarted
from nntrain.sweep.rows import Row

ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def started(runs: int = 72, rows: list[Row] | None = None, *, higher: bool = False, workers: int = 2) -> SweepStarted:
    objective = "validation_accuracy" if higher else "validation_loss"
    return SweepStarted(Path("runs/grid"), objective, higher, runs, rows or [], workers, 12)


def terminal(width: int = 80, height: int = 24) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    settings: dict[str, Any] = {
        "width": width,
        "height": height,
        "markup": False,
        "color_system": None,
        "_environ": {"TERM": "xterm"},
    }
    return LiteralConsole(file=out, force_terminal=True, **settings), out


def plain(width: int = 120) -> tuple[Console, io.StringIO]:
    """A console off the terminal."""
    out = io.StringIO()
    console = console_on(out)
    console.width = width
    return console, out


def last_view(out: io.StringIO) -> list[str]:
    """The lines of the last drawing."""
    return ANSI.sub("", out.getvalue().rpartition("\r")[2]).splitlines()
