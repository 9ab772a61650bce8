"""Consoles on which a user's text is only ever text, over streams that outlive whoever read them."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import IO, TextIO, cast

from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from nntrain.config.messages import shorten

OFF_TERMINAL = 120
"""Columns of a table that goes into a file or a pipe, unless COLUMNS says otherwise."""


class Progress:
    """A stream for progress: when it can no longer be written to, what follows is dropped. A run outlives its viewer."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.lost = stream, False

    @property
    def encoding(self) -> str:
        """The stream's own."""
        return self.stream.encoding or "utf-8"

    def write(self, text: str) -> int:
        """Write what can be written."""
        if not self.lost:
            try:
                self.stream.write(text)
            except (OSError, ValueError):  # closed, or its disk is full
                self.lost = True
        return len(text)

    def flush(self) -> None:
        """The same for what is still on its way."""
        if not self.lost:
            try:
                self.stream.flush()
            except (OSError, ValueError):
                self.lost = True

    def isatty(self) -> bool:
        """Whether a person watches."""
        return not self.lost and self.stream.isatty()


class LiteralConsole(Console):
    """A console that leaves a closed pipe to whoever prints; Rich would exit."""

    def on_broken_pipe(self) -> None:
        """Called by Rich where it has caught one."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console_on(stream: IO[str]) -> Console:
    """A console without markup: ``[/b]`` in a column's name is printed as it is."""
    width = None if stream.isatty() or "COLUMNS" in os.environ else OFF_TERMINAL
    return LiteralConsole(file=stream, markup=False, emoji=False, highlight=False, width=width)


def progress_console() -> Console:
    """Standard error, for all that is no result."""
    return console_on(cast("IO[str]", Progress(sys.stderr)))


def is_live(console: Console) -> bool:
    """Whether lines can be drawn over: on a terminal that is not dumb, whatever FORCE_COLOR says."""
    return console.file.isatty() and not console.is_dumb_terminal


@contextlib.contextmanager
def saying(console: Console, what: str) -> Iterator[None]:
    """On a terminal ``reading tables …`` for as long as that takes."""
    if not is_live(console):
        yield
        return
    console.print(Text(f"{what} …", "dim"), end="\r")
    try:
        yield
    finally:
        console.control(Control((ControlType.ERASE_IN_LINE, 2)))


def show(console: Console, content: RenderableType) -> None:
    """Print tables; in a file or a pipe without the blanks that fill their lines."""
    if console.is_terminal:
        console.print(content)
        return
    with console.capture() as captured:
        console.print(content)
    console.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def literal(text: object, limit: int = 60, style: str = "") -> Text:
    """A user's text for a table: bounded, in one line, without control characters."""
    return Text(shorten(str(text), limit), style)


def note(console: Console, kind: str, message: str) -> None:
    """``warning: …``, in one line whatever its length where no person watches."""
    styles = {"warning": "yellow", "note": "cyan", "error": "bold red"}
    text = Text.assemble((f"{kind}: ", styles.get(kind, "")), shorten(message, 2_000))
    console.print(text, soft_wrap=not console.file.isatty())
