"""The command line: one thin function for each command, and the only place that exits."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130
"""The exit code of Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that the arguments name (those of the process by default) and exit with its code."""
    gc.set_threshold(
        100_000, 20, 20
    )  # imports make many objects that all stay: looking through them often costs a tenth
    try:
        from nntrain.cli.app import invoke
        from nntrain.cli.exits import guarded, report_bug

        sys.excepthook = report_bug
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a locale without “★” is no reason to fail
        given = list(sys.argv[1:] if arguments is None else arguments)
        code = guarded(lambda: invoke(given))
    except KeyboardInterrupt:  # before `guarded` could take care of it
        print("interrupted", file=sys.stderr)
        code = INTERRUPTED
    sys.exit(code)


def entry() -> NoReturn:
    """The process's own `main`: leaves at once, as taking NumPy and pydantic apart takes longer than finding a typo."""
    try:
        main()
    except SystemExit as stop:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(stop.code if isinstance(stop.code, int) else 1)
