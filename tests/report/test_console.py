from __future__ import annotations

import contextlib
import io

import pytest
from rich.table import Table

from nntrain.report.console import LiteralConsole, Progress, console_on, is_live, literal, note, saying, show


class Broken(io.StringIO):
    """A stream whose reader left after so many writes."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, text: str) -> int:
        if not self.left:
            raise BrokenPipeError
        self.left -= 1
        return super().write(text)


@pytest.mark.parametrize("text", ["a[/b]", "[bold]x", "[/]", ":smile:", "[link=x]", "\\[x]"])
def test_text_is_only_ever_text(text: str) -> None:
    out = io.StringIO()
    console = console_on(out)
    table = Table(text)
    table.add_row(text)
    show(console, table)
    note(console, "note", text)
    console.print(text)
    assert out.getvalue().count(text) == 4


def test_control_characters_are_shown_not_obeyed() -> None:
    assert literal("a\x1b[2J\nb\tc").plain == r"a\x1b[2J\nb\tc"
    assert len(literal("x" * 500).plain) == 60


def test_lines_in_a_file_end_where_their_text_ends() -> None:
    out = io.StringIO()
    table = Table.grid(padding=(0, 2))
    table.add_row("short", "a")
    table.add_row("s", "a longer one")
    show(console_on(out), table)
    assert out.getvalue() == "short  a\ns      a longer one\n"


def test_progress_is_dropped_when_nobody_reads_it() -> None:
    stream = Broken(1)
    progress = Progress(stream)
    assert [progress.write("one"), progress.write("two"), progress.write("three")] == [3, 3, 5]
    progress.flush()
    assert stream.getvalue() == "one"
    assert progress.lost
    assert not progress.isatty()
    closed = io.StringIO()
    closed.close()
    Progress(closed).write("text")


def test_a_result_that_nobody_reads_is_an_error() -> None:
    with pytest.raises(BrokenPipeError):
        console_on(Broken(0)).print("text")


def test_forced_colour_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not is_live(LiteralConsole(file=io.StringIO()))


def test_long_notes_stay_in_one_line() -> None:
    out = io.StringIO()
    note(console_on(out), "warning", "word " * 100)
    assert len(out.getvalue().splitlines()) == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_line_says_what_takes_its_time_and_goes_away() -> None:
    out = Terminal()
    console = LiteralConsole(file=out, force_terminal=True, _environ={"TERM": "xterm"})
    with contextlib.suppress(ValueError), saying(console, "reading tables"):
        assert "reading tables …" in out.getvalue()
        assert out.getvalue().endswith("\r")
        raise ValueError("a broken table")
    assert out.getvalue().endswith("\r\x1b[2K")


def test_elsewhere_nothing_is_said_of_it() -> None:
    out = io.StringIO()
    with saying(console_on(out), "reading tables"):
        pass
    assert out.getvalue() == ""
