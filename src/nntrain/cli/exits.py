"""How a command ends: every exception becomes its exit code and one line for each problem, never a traceback.

0 done · 1 a bug of ours · 2 usage or config · 3 data · 4 checkpoint · 5 diverged · 6 I/O · 7 too many failed
runs of a sweep, or a claim of the lecture came out otherwise · 130 Ctrl-C · 141 the reader of our output left · 143 SIGTERM.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType

import typer

from nntrain.cli import INTERRUPTED
from nntrain.errors import NNTrainError

IO_FAILED = 6
CLOSED_PIPE = 128 + signal.SIGPIPE
"""What a shell shows for a program whose reader left, as in ``nntrain predict … | head``."""


def guarded(action: Callable[[], None]) -> int:
    """Run a command and return its exit code; what nothing here expects is a bug, for `report_bug`."""
    try:
        with _terminable():
            action()
            sys.stdout.flush()
    except NNTrainError as error:
        say_problems(error)
        return error.exit_code
    except (typer.Exit, typer.TyperException) as error:
        return _typers(error)
    except (KeyboardInterrupt, SystemExit) as error:
        return say_stopped(error)
    except (OSError, MemoryError) as error:
        return _systems(error)
    return 0


def say(line: str) -> None:
    """One line on standard error, if anyone listens there."""
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)
    with contextlib.suppress(OSError, ValueError):
        print(shown, file=sys.stderr, flush=True)


def say_problems(error: NNTrainError) -> None:
    """One line for each problem."""
    for problem in error.problems:
        say(str(problem))


def say_stopped(error: KeyboardInterrupt | SystemExit) -> int:
    """Ctrl-C or SIGTERM where nothing has to be saved: one word, and the exit code."""
    if isinstance(error, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    say("terminated")
    return error.code if isinstance(error.code, int) else 1


def _typers(error: typer.Exit | typer.TyperException) -> int:
    """What Typer raises: a command that ends early, or one that was called wrongly."""
    if isinstance(error, typer.TyperException):
        command = getattr(getattr(error, "ctx", None), "command_path", "nntrain")
        say(f"error: {error.format_message()} (see {command} --help)")
    return error.exit_code


def _systems(error: OSError | MemoryError) -> int:
    """What the machine does not give: memory, disk, permission, a reader."""
    if isinstance(error, MemoryError):
        say(f"error: not enough memory{f': {error}' if str(error) else ''}")
        return IO_FAILED
    _forget_output()
    if isinstance(error, BrokenPipeError):
        return CLOSED_PIPE
    place = f"{error.filename}: " if error.filename is not None else ""
    say(f"{place}error: {error.strerror or error}")
    return IO_FAILED


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The process's `sys.excepthook`: the traceback goes into a file, not over the terminal; Python then exits with 1."""
    if not isinstance(error, Exception):  # Ctrl-C between two lines that would have taken care of it
        sys.__excepthook__(kind, error, trace)
        return
    text = "".join(traceback.format_exception(kind, error, trace))
    what = traceback.format_exception_only(error)[-1].strip()
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="replace", prefix="nntrain-", suffix=".txt", delete=False
        ) as file:
            file.write(text)
    except OSError:
        say(f"error: a bug in nntrain, please report it: {text}")
    else:
        say(f"error: a bug in nntrain: {what}; please report it with {file.name}")


def _forget_output() -> None:
    """Nobody can read standard output any more: Python's last flush must not complain about it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM outside training ends the command as Ctrl-C does: by an exception, so that files are cleaned up."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
