from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from nntrain.report.console import LiteralConsole
from nntrain.report.live import INTERVAL, LiveReport
from nntrain.training.events import EpochEnded, Progressed, Record, RunEnded, RunStarted, Warned

ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
STARTED = RunStarted(Path("runs/x"), 60, 0, 20, 1000, "validation_loss", ["validation_accuracy"])


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def record(epoch: int) -> Record:
    figures = {"train_loss": 0.5, "validation_loss": 0.6, "validation_accuracy": 0.9}
    return {"epoch": epoch, "step": epoch, "lr": 1e-3, "seconds": 2.0, "samples_per_second": 500.0, **figures}


def console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    settings: dict[str, Any] = {
        "width": 100,
        "height": 40,
        "markup": False,
        "color_system": None,
        "_environ": {"TERM": "xterm"},
    }
    return LiteralConsole(file=out, force_terminal=True, **settings), out


def drawings(out: io.StringIO) -> int:
    return out.getvalue().count("left")


def test_it_draws_no_more_than_the_interval_allows() -> None:
    clock = Clock()
    screen, out = console()
    with LiveReport(screen, clock) as report:
        report(STARTED)
        for epoch in range(1, 51):
            report(EpochEnded(record(epoch), best=epoch == 1))
            clock.now += 0.01
        assert 2 <= drawings(out) <= 0.5 / INTERVAL + 1


def test_a_throttled_epoch_costs_microseconds() -> None:
    screen, _ = console()
    with LiveReport(screen, Clock()) as report:
        report(STARTED)
        rows = [EpochEnded(record(epoch), best=epoch % 7 == 0) for epoch in range(1, 59)]
        fastest = min(_seconds(report, rows) for _ in range(20))
    assert fastest / len(rows) < 50e-6


def _seconds(report: LiveReport, events: list[EpochEnded]) -> float:
    began = time.perf_counter()
    for event in events:
        report(event)
    return time.perf_counter() - began


def test_bar_and_time_left_inside_a_long_epoch() -> None:
    clock = Clock()
    screen, out = console()
    with LiveReport(screen, clock) as report:
        report(STARTED)
        clock.now += 5.0
        report(Progressed(1, 10, 20, 0.7654))
        text = ANSI.sub("", out.getvalue())
        assert "epoch 1/60" in text
        assert " 50%  loss 0.7654  9:55 left" in text
        clock.now += 5.0
        report(EpochEnded(record(1), best=True))
        assert "epoch 2/60" in ANSI.sub("", out.getvalue())
        assert "9:50 left" in out.getvalue()


def test_a_resumed_run_goes_on_counting() -> None:
    clock = Clock()
    screen, out = console()
    with LiveReport(screen, clock) as report:
        report(RunStarted(None, 60, 40, 20, 1000, "train_loss", []))
        clock.now += 1.0
        report(Progressed(41, 10, 20, 0.5))
        assert "epoch 41/60" in out.getvalue()


def test_the_end_leaves_the_table_without_the_bar() -> None:
    screen, out = console()
    with LiveReport(screen, Clock()) as report:
        report(STARTED)
        for epoch in range(1, 61):
            report(EpochEnded(record(epoch), best=epoch == 2))
        report(RunEnded("epochs", 2, 60, 120.0))
    last = ANSI.sub("", out.getvalue().rpartition("\r")[2])
    assert "60/60" in last
    assert "2/60" in last
    assert "left" not in last
    assert out.getvalue().count("\x1b[?25l") == out.getvalue().count("\x1b[?25h") == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_whatever_happens_the_cursor_comes_back(error: type[BaseException]) -> None:
    screen, out = console()

    def fail() -> None:
        with LiveReport(screen, Clock()) as report:
            report(STARTED)
            raise error

    with pytest.raises(error):
        fail()
    assert "\x1b[?25h" in out.getvalue()


def test_warnings_stand_above() -> None:
    screen, out = console()
    with LiveReport(screen, Clock()) as report:
        report(STARTED)
        report(Warned("learning rate lowered [/b]"))
    assert "note: learning rate lowered [/b]" in ANSI.sub("", out.getvalue())
